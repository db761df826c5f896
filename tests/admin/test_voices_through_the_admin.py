"""A team's library admin adds, clones, keeps and silences voices by forms that call the flows."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import clock
from accounts.models import Event, LedgerEntry
from tests.admin.shelf import make_home
from voicelib.models import Consent, ProviderVoice, Sample, Voice

SAMPLE = Path(__file__).parents[2] / "config" / "data" / "sample.mp3"


def url(name, *args):
    return reverse(f"admin:voicelib_{name}", args=args)


def page(client, voice):
    return client.get(url("voice_change", voice.pk)).content.decode()


@pytest.fixture
def consent(cast):
    return Consent.objects.create(team=cast.team, speaker="Ada", statement="I agree.", locale="en")


@pytest.mark.django_db(transaction=True)
def test_a_voice_is_added_with_its_sample_cloned_and_activated(sandbox, cast, consent, browse, drain):
    client = browse(cast.editor)
    with SAMPLE.open("rb") as file:
        answer = client.post(
            url("voice_add"),
            {"team": cast.team.id, "name": "Ada", "slug": "ada", "language": "en", "consent": consent.pk, "file": file},
        )
    voice = Voice.objects.get(slug="ada")
    assert answer.url == url("voice_change", voice.pk)
    assert voice.sample is not None
    assert "Draft" in page(client, voice)

    answer = client.post(
        url_of_button("clone", voice),
        {"account": cast.account.pk, "policy": "ask", "on_silence": "lapse", "preview_text": "Hello from the clone."},
    )
    assert answer.status_code == 302
    drain()
    home = voice.homes.get()
    assert home.state == ProviderVoice.State.TEMPORARY
    shown = page(client, voice)
    assert "Temporary" in shown
    assert "6 d 23 h left" in shown
    assert url("providervoice_preview", home.pk) in shown
    preview = client.get(url("providervoice_preview", home.pk))
    assert len(b"".join(preview.streaming_content)) > 1000

    confirmation = client.get(url_of_button("activate", voice)).content.decode()
    assert "1.50\u00a0USD" in confirmation
    assert client.post(url_of_button("activate", voice)).status_code == 302
    drain()
    home.refresh_from_db()
    assert home.state == ProviderVoice.State.PERMANENT
    assert "Permanent" in page(client, voice)
    assert LedgerEntry.objects.filter(kind="activation_fee", voice_slug="ada").count() == 1
    asked = Event.objects.get(kind="voice.activation_asked")
    assert asked.actor_user_id == cast.editor.id


def url_of_button(name, voice):
    return url(f"voice_{name}", voice.pk)


def test_a_sample_that_cannot_be_cloned_is_refused_on_the_form_with_the_reason(cast, consent, browse):
    answer = browse(cast.editor).post(
        url("voice_add"),
        {
            "team": cast.team.id,
            "name": "Ada",
            "slug": "ada",
            "language": "en",
            "file": SimpleUploadedFile("ada.mp3", b"this is a text, whatever its name says"),
        },
    )
    assert answer.status_code == 200
    assert "file" in answer.context["form"].errors
    assert "sample_" in str(answer.context["form"].errors["file"])
    assert not Voice.objects.exists()
    assert not Sample.objects.exists()


def test_what_is_worth_knowing_about_an_accepted_sample_is_told(cast, browse):
    with SAMPLE.open("rb") as file:
        answer = browse(cast.editor).post(
            url("sample_add"), {"team": cast.team.id, "name": "Reading", "file": file}, follow=True
        )
    sample = Sample.objects.get(team=cast.team)
    told = [str(message) for message in answer.context["messages"]]
    assert "Reading" in told[0]
    assert len(told) == 1 + len(sample.findings)


def test_a_slug_that_is_taken_is_told_at_the_slug(cast, shelf, browse):
    answer = browse(cast.editor).post(
        url("voice_add"), {"team": cast.team.id, "name": "Again", "slug": shelf.voice.slug, "language": "en"}
    )
    assert "slug_taken" in str(answer.context["form"].errors["slug"])


def test_another_teams_consent_cannot_be_smuggled_into_a_voice(cast, other_shelf, browse):
    answer = browse(cast.owner).post(
        url("voice_add"),
        {
            "team": cast.team.id,
            "name": "Thief",
            "slug": "thief",
            "language": "en",
            "consent": other_shelf.consent.pk,
            "sample": other_shelf.sample.pk,
        },
    )
    assert {"consent", "sample"} <= set(answer.context["form"].errors)
    answer = browse(cast.owner).post(
        url("voice_add"), {"team": cast.other_team.id, "name": "Thief", "slug": "thief", "language": "en"}
    )
    assert "team" in answer.context["form"].errors
    assert not Voice.objects.filter(slug="thief").exists()


def test_a_flow_that_refuses_is_shown_with_its_code_and_nothing_happens(cast, shelf, browse):
    voice = Voice.objects.create(team=cast.team, slug="bare", name="Bare", language="en", sample=shelf.sample)
    answer = browse(cast.editor).post(
        url_of_button("clone", voice), {"account": cast.account.pk, "policy": "always", "on_silence": "activate"}
    )
    assert "consent_missing" in str(answer.context["form"].non_field_errors())
    assert not voice.homes.exists()


def test_a_failed_clone_shows_the_vendors_words_and_offers_to_clone_again(cast, shelf, browse):
    # The database lets no temporary voice fail: a detour that the table of moves has.
    for state in (ProviderVoice.State.DELETING, ProviderVoice.State.UNPROVEN):
        ProviderVoice.objects.filter(id=shelf.home.id).update(state=state)
    shelf.home.state = ProviderVoice.State.FAILED
    shelf.home.expires_at = None
    shelf.home.last_error = {
        "code": "provider_content_refused",
        "provider_code": "1026",
        "message": "input content sensitive",
        "trace_id": "04ede0ab",
        "at": clock.now().isoformat(),
    }
    shelf.home.save()
    client = browse(cast.editor)
    for shown in (page(client, shelf.voice), client.get(url("voice_changelist")).content.decode()):
        for part in ("Failed", "provider_content_refused", "1026", "04ede0ab", "input content sensitive"):
            assert part in shown
    assert url_of_button("clone_again", shelf.voice) in page(client, shelf.voice)
    form = client.get(url_of_button("clone_again", shelf.voice)).context["form"]
    assert form.initial["account"] == cast.account.pk


def test_revoking_a_consent_asks_for_the_name_and_silences_its_voices(cast, shelf, browse):
    client = browse(cast.editor)
    revoke = url("consent_revoke", shelf.consent.pk)
    assert shelf.voice.name in client.get(revoke).content.decode()
    assert "name" in client.post(revoke, {"name": "somebody"}).context["form"].errors
    assert client.post(revoke, {"name": shelf.consent.speaker, "reason": "asked by letter"}).status_code == 302
    shelf.voice.refresh_from_db()
    assert shelf.voice.suspended_reason == "consent_revoked"
    assert "Suspended" in client.get(url("voice_changelist")).content.decode()
    fresh = Consent.objects.create(team=cast.team, speaker="Again", statement="Yes.", locale="en")
    client.post(
        url_of_button("edit", shelf.voice),
        {"name": shelf.voice.name, "language": "en", "consent": fresh.pk, "sample": shelf.sample.pk},
    )
    shelf.voice.refresh_from_db()
    assert shelf.voice.suspended_at is None


def test_a_consent_is_recorded_with_what_it_is_narrowed_to(cast, browse):
    browse(cast.editor).post(
        url("consent_add"),
        {
            "team": cast.team.id,
            "speaker": "Ada",
            "statement": "Only for ads.",
            "locale": "en-GB",
            "projects": "ads, radio",
            "valid_until": "2999-01-01T00:00",
        },
    )
    consent = Consent.objects.get()
    assert consent.scope == {"projects": ["ads", "radio"]}
    assert f"{consent.valid_until:%Y}" == "2999"


def test_the_policy_is_decided_before_the_deadline(cast, shelf, browse):
    browse(cast.editor).post(url_of_button("decide", shelf.voice), {"policy": "let_lapse", "on_silence": "lapse"})
    shelf.home.refresh_from_db()
    assert shelf.home.policy == "let_lapse"


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("cloning", "Cloning"),
        ("temporary", "Temporary (5 d 3 h left)"),
        ("unproven", "Unproven (5 d 3 h left)"),
        ("permanent", "Permanent"),
        ("lapsed", "Lapsed"),
        ("lost", "Lost"),
        ("failed", "Failed"),
    ],
)
def test_every_state_has_a_word_of_its_own_and_a_filter(cast, browse, state, word):
    voice = Voice.objects.create(team=cast.team, slug="one", name="One", language="en")
    Voice.objects.create(team=cast.team, slug="other", name="Otherwise", language="en")
    make_home(voice, cast.account, at=clock.now(), state=state)
    client = browse(cast.viewer)
    shown = client.get(url("voice_changelist"), {"state": state}).content.decode()
    assert f"</i>{word}</span>" in shown
    assert "Otherwise" not in shown


def test_a_deadline_that_has_passed_is_not_called_temporary_any_more(cast, shelf, browse):
    shelf.home.expires_at = clock.now() - timedelta(minutes=1)
    shelf.home.save()
    shown = browse(cast.viewer).get(url("voice_changelist")).content.decode()
    assert "</i>Lapsed</span>" in shown


def test_a_sample_is_drawn_and_made_over(cast, browse):
    client = browse(cast.editor)
    with SAMPLE.open("rb") as file:
        client.post(url("sample_add"), {"team": cast.team.id, "name": "Ada", "file": file})
    sample = Sample.objects.get()
    shown = client.get(url("sample_change", sample.pk)).content.decode()
    assert '<svg class="vl-wave"' in shown
    assert "dBTP" in shown
    answer = client.post(url("sample_make_over", sample.pk), {"loudness_lufs": "-20", "channels": "1"})
    made = Sample.objects.exclude(id=sample.id).get()
    assert (answer.url, made.parent_id) == (url("sample_change", made.pk), sample.id)
    assert url("sample_change", sample.pk) in client.get(answer.url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_clone_is_checked_before_it_is_ordered(sandbox, cast, consent, browse):
    client = browse(cast.editor)
    with SAMPLE.open("rb") as file:
        client.post(
            url("voice_add"),
            {"team": cast.team.id, "name": "Ada", "slug": "ada", "language": "en", "consent": consent.pk, "file": file},
        )
    voice = Voice.objects.get(slug="ada")
    order = {"account": cast.account.pk, "policy": "ask", "on_silence": "lapse", "accuracy": "0.5"}
    answer = client.post(url_of_button("clone", voice), {**order, "check": "1"})
    assert answer.status_code == 200
    assert {finding.code for finding in answer.context["findings"]} >= {"invalid_input", "fee_at_first_use"}
    assert "text_validation" in answer.content.decode()
    assert not ProviderVoice.objects.exists()
    refused = client.post(url_of_button("clone", voice), order)
    assert "accuracy" in refused.context["form"].errors
    order |= {"text_validation": "Hello.", "noise_reduction": "on"}
    assert client.post(url_of_button("clone", voice), order).status_code == 302
    assert voice.homes.get().options == {"accuracy": 0.5, "text_validation": "Hello.", "noise_reduction": True}
