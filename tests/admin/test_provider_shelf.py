"""What a provider account really has stands on its pages: compared, adopted, and unfrozen by a person."""

import pytest
from django.urls import reverse

from accounts import clock
from accounts.flows.freezing import freeze_account
from tests.admin.outside import delete_there, make_there, use_there
from tests.admin.shelf import make_home
from voicelib.flows.drift import sync_account
from voicelib.models import AccountScan, Consent, ProviderVoice, Voice

State = ProviderVoice.State


def url(name, account):
    return reverse(f"admin:accounts_provideraccount_{name}", args=[account.pk])


def shown(client, account, name="shelf"):
    answer = client.get(url(name, account))
    assert answer.status_code == 200
    return answer.content.decode()


def voice_at(cast, slug, **fields):
    voice = Voice.objects.create(team=cast.team, slug=slug, name=slug.title(), language="en")
    return make_home(voice, cast.account, at=clock.now(), **fields)


@pytest.fixture
def consent(cast):
    return Consent.objects.create(team=cast.team, speaker="Ada", statement="I agree.", locale="en")


@pytest.fixture
def frozen(cast):
    """The account is frozen; two voices are missing there and one is not."""
    at = clock.now()
    homes = [voice_at(cast, slug, state=State.PERMANENT, missing_since=at) for slug in ("gone", "away")]
    homes.append(voice_at(cast, "here", state=State.PERMANENT))
    freeze_account(account=cast.account, reason="More voices are missing than can be believed.", at=at)
    return homes


def test_an_account_that_was_never_compared_says_so(cast, browse):
    client = browse(cast.viewer)
    assert "Never compared yet" in shown(client, cast.account)
    assert "never yet" in shown(client, cast.account, "change")


def test_a_comparison_shows_seen_hidden_not_seen_and_foreign(cast, browse, sandbox):
    foreign = make_there(cast.account)
    seen, gone = make_there(cast.account), voice_at(cast, "gone", state=State.PERMANENT)
    voice_at(cast, "seen", state=State.PERMANENT, vendor_voice_id=seen)
    voice_at(cast, "hidden", policy="let_lapse")
    client = browse(cast.editor)
    assert "costs nothing" in shown(client, cast.account, "compare")
    answer = client.post(url("compare", cast.account))
    assert answer.url == url("shelf", cast.account)
    page = client.get(answer.url)
    assert {row["voice_id"]: row["sighting"].split("</i>")[1] for row in page.context["homes"]} == {
        seen: "Seen</span>",
        gone.vendor_voice_id: "Not seen</span>",
        ProviderVoice.objects.get(voice__slug="hidden").vendor_voice_id: "Cannot tell</span>",
    }
    assert [row["voice_id"] for row in page.context["unknown"]] == [foreign]
    assert "Gone" in "".join(page.context["doubted"])
    assert "3 of ours compared, 1 not seen, 1 unknown to us" in shown(client, cast.account, "change")


def test_a_voice_used_outside_is_told(cast, browse, sandbox):
    home = voice_at(cast, "ada", policy="let_lapse", vendor_voice_id=make_there(cast.account))
    use_there(cast.account, home.vendor_voice_id)
    client = browse(cast.editor)
    client.post(url("compare", cast.account))
    assert "they are permanent, their fee comes with the bill" in shown(client, cast.account)
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def test_a_foreign_voice_is_adopted_by_a_form(cast, browse, sandbox, consent, shelf):
    foreign = make_there(cast.account)
    client = browse(cast.editor)
    client.post(url("compare", cast.account))
    address = f"{url('adopt', cast.account)}?voice_id={foreign}"
    assert address.replace("&", "&amp;") in shown(client, cast.account)
    form = client.get(address).context["form"]
    assert form.initial["voice_id"] == foreign
    wish = {"voice_id": foreign, "name": "Brand", "slug": "brand", "language": "en"}
    assert "consent" in client.post(address, wish).context["form"].errors
    answer = client.post(address, {**wish, "consent": consent.pk, "sample": shelf.sample.pk})
    voice = Voice.objects.get(slug="brand")
    assert answer.url == reverse("admin:voicelib_voice_change", args=[voice.pk])
    home = voice.homes.get()
    assert (home.state, home.vendor_voice_id, home.activated_by) == (State.PERMANENT, foreign, "adopted")
    assert voice.sample_id == shelf.sample.pk
    again = client.post(address, {**wish, "slug": "other", "consent": consent.pk})
    assert "voice_adopted" in again.content.decode()


def test_only_valid_consents_of_the_team_can_be_chosen(cast, browse, consent, other_shelf):
    AccountScan.objects.create(
        provider_account=cast.account,
        due_at=clock.now(),
        scanned_at=clock.now(),
        report={"at": clock.now().isoformat(), "can_list": True, "homes": [], "used_outside": [], "doubted": [],
                "unknown": [{"voice_id": "x1", "kind": "cloned", "name": "", "created": None}]},
    )  # fmt: skip
    ended = Consent.objects.create(
        team=cast.team, speaker="Bea", statement="Yes.", locale="en", valid_until=clock.now()
    )
    revoked = Consent.objects.create(
        team=cast.team, speaker="Cyd", statement="Yes.", locale="en", revoked_at=clock.now()
    )
    offered = browse(cast.editor).get(url("adopt", cast.account)).context["form"].fields["consent"].queryset
    assert list(offered) == [consent]
    assert {ended, revoked, other_shelf.consent}.isdisjoint(offered)


def test_a_list_that_cannot_be_had_is_told_and_kept(cast, browse, sandbox):
    cast.account.base_url = "http://127.0.0.1:9/minimax"
    cast.account.save()
    client = browse(cast.editor)
    refused = client.post(url("compare", cast.account))
    assert refused.status_code == 200
    assert "is not on the public internet" in str(refused.context["form"].non_field_errors())
    assert not AccountScan.objects.exists()
    AccountScan.objects.create(
        provider_account=cast.account, due_at=clock.now(), scanned_at=clock.now(),
        report={"at": clock.now().isoformat(), "homes": [], "unknown": [], "used_outside": [], "doubted": [],
                "can_list": True, "error": {"code": "provider_unreachable", "message": "Nobody answers."}},
    )  # fmt: skip
    assert "Nobody answers." in shown(client, cast.account)
    assert "Nobody answers." in shown(client, cast.account, "change")


def test_a_frozen_account_is_seen_everywhere_with_its_reason(cast, browse, frozen):
    client = browse(cast.owner)
    for page in (
        shown(client, cast.account),
        shown(client, cast.account, "change"),
        shown(client, cast.account, "unfreeze"),
    ):
        assert "More voices are missing than can be believed." in page
        assert "Gone" in page
        assert "Here" not in page
    accounts = client.get(reverse("admin:accounts_provideraccount_changelist")).content.decode()
    assert "</i>Frozen</span>" in accounts
    assert (
        "Frozen</span>"
        in client.get(reverse("admin:voicelib_voice_change", args=[frozen[0].voice_id])).content.decode()
    )


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("lost", {"gone": State.LOST, "away": State.LOST, "here": State.PERMANENT}),
        ("check", {"gone": State.PERMANENT, "away": State.PERMANENT, "here": State.PERMANENT}),
    ],
)
def test_a_person_lets_it_go_on_with_or_without_the_losses(cast, browse, frozen, word, states):
    client = browse(cast.owner)
    assert "missing" in client.post(url("unfreeze", cast.account), {}).context["form"].errors
    answer = client.post(url("unfreeze", cast.account), {"missing": word}, follow=True)
    homes = ProviderVoice.objects.filter(id__in=[home.id for home in frozen])
    assert {home.voice.slug: home.state for home in homes} == states
    assert not homes.filter(missing_since__isnull=False, state=State.PERMANENT).exists()
    cast.account.refresh_from_db()
    assert cast.account.frozen_at is None
    told = " ".join(str(message) for message in answer.context["messages"])
    assert ("2 voices are lost" if word == "lost" else "no voice is lost") in told
    assert url("unfreeze", cast.account) not in answer.content.decode()


def test_only_who_manages_accounts_unfreezes(cast, browse, frozen):
    editor = browse(cast.editor)
    assert url("unfreeze", cast.account) not in shown(editor, cast.account)
    assert editor.post(url("unfreeze", cast.account), {"missing": "lost"}).status_code == 403


def test_a_viewer_reads_the_shelf_and_has_no_button_there(cast, browse, sandbox):
    make_there(cast.account)
    sync_account(account=cast.account)
    viewer = browse(cast.viewer)
    page = shown(viewer, cast.account)
    for name in ("compare", "adopt", "unfreeze"):
        assert url(name, cast.account) not in page
        assert viewer.post(url(name, cast.account), {}).status_code == 403


def test_another_team_gets_nothing_of_it(cast, browse, frozen):
    stranger = browse(cast.outsider)
    for name in ("shelf", "compare", "adopt", "unfreeze"):
        assert stranger.get(url(name, cast.account)).url == reverse("admin:index")


def test_a_voice_that_was_deleted_there_is_doubted_and_no_more(cast, browse, sandbox):
    kept = voice_at(cast, "kept", state=State.PERMANENT, vendor_voice_id=make_there(cast.account))
    gone = voice_at(cast, "gone", state=State.PERMANENT, vendor_voice_id=make_there(cast.account))
    delete_there(cast.account, gone.vendor_voice_id)
    client = browse(cast.editor)
    client.post(url("compare", cast.account))
    for home in (kept, gone):
        home.refresh_from_db()
    assert (gone.state, gone.check_due_at is not None, kept.check_due_at) == (State.PERMANENT, True, None)
