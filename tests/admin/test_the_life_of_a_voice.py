"""The whole life of a voice through forms alone: consent, sample, clone, use, loss, cloning again, retirement."""

import pytest
from django.urls import reverse

from accounts import keyring
from accounts.flows.verify import verify_ledger
from accounts.models import LedgerEntry
from tests.admin.outside import delete_there, let_pass
from tests.studio import SAMPLE
from tests.voicelib.vendor import Vendor
from voicelib.models import Consent, ProviderVoice, Sample, Voice

State = ProviderVoice.State
LIFE = [
    "voice.created",
    "voice.clone_asked",
    "voice.cloned",
    "voice.policy_changed",
    "voice.activation_asked",
    "voice.activated",
    "voice.missing_proven",
    "voice.lost",
    "voice.revival_asked",
    "voice.cloned",
    "voice.activated",
    "voice.deletion_asked",
    "voice.deletion_asked",
    "voice.retired",
    "voice.deleted",
    "voice.deleted",
]


class Person:
    """Somebody at the forms of the admin: `do` sends one and must succeed, `see` reads a page."""

    def __init__(self, client):
        self.client = client

    def do(self, page, *args, **fields):
        answer = self.client.post(reverse(f"admin:{page}", args=args), fields)
        assert answer.status_code == 302, answer.context["form"].errors
        return answer

    def see(self, page, *args, **query):
        answer = self.client.get(reverse(f"admin:{page}", args=args), query)
        assert answer.status_code == 200
        return answer


@pytest.fixture
def person(cast, browse):
    return Person(browse(cast.editor))


@pytest.fixture
def vendor(cast, sandbox):
    return Vendor(keyring.decrypt(cast.account.key_encrypted))


@pytest.mark.django_db(transaction=True)
def test_a_voice_is_led_from_consent_to_deletion_by_forms(cast, person, vendor, drain):
    person.do(
        "voicelib_consent_add", team=cast.team.id, speaker="Ada", statement="I agree to be cloned.", locale="en-GB"
    )
    with SAMPLE.open("rb") as file:
        person.do("voicelib_sample_add", team=cast.team.id, name="Ada, studio", file=file)
    person.do(
        "voicelib_voice_add",
        team=cast.team.id,
        name="Ada",
        slug="ada",
        language="en",
        consent=Consent.objects.get().pk,
        sample=Sample.objects.get().pk,
    )
    voice = Voice.objects.get()

    # Checked first, then cloned; nothing is decided about keeping it yet.
    order = {"account": cast.account.pk, "policy": "always", "on_silence": "activate"}
    checked = person.client.post(reverse("admin:voicelib_voice_clone", args=[voice.pk]), {**order, "check": "1"})
    assert all(found.severity != "error" for found in checked.context["findings"])
    assert not voice.homes.exists()
    person.do("voicelib_voice_clone", voice.pk, **order)
    drain()
    first = voice.homes.get()
    assert first.state == State.TEMPORARY
    person.do("voicelib_voice_decide", voice.pk, policy="ask", on_silence="activate", revival="automatic")

    ahead = person.see("voicelib_voice_forecast").context["homes"]
    assert len(ahead) == 1
    assert ahead[0]["cost"].startswith("1.50")
    person.do("voicelib_voice_activate", voice.pk)
    drain()
    first.refresh_from_db()
    assert first.state == State.PERMANENT
    assert person.see("voicelib_voice_forecast").context["homes"] == []

    # Somebody deletes it at the provider: the comparison doubts, two proofs an hour apart make it lost.
    delete_there(cast.account, first.vendor_voice_id)
    person.do("accounts_provideraccount_compare", cast.account.pk)
    assert "Ada" in "".join(person.see("accounts_provideraccount_shelf", cast.account.pk).context["doubted"])
    drain()
    first.refresh_from_db()
    assert (first.state, first.missing_since is not None) == (State.PERMANENT, True)
    assert "Missing" in person.see("voicelib_voice_change", voice.pk).content.decode()
    assert [row["title"] for row in person.see("index").context["doubts"]] == ["Ada"]
    let_pass(hours=1.1)
    drain()
    first.refresh_from_db()
    assert first.state == State.LOST

    # Its policy clones it again by itself, from the stored sample, under the same name.
    second = voice.homes.exclude(id=first.id).get()
    assert (second.generation, second.state) == (2, State.TEMPORARY)
    assert second.vendor_voice_id != first.vendor_voice_id
    person.do("voicelib_voice_activate", voice.pk)
    drain()
    second.refresh_from_db()
    assert second.state == State.PERMANENT
    assert LedgerEntry.objects.filter(kind=LedgerEntry.Kind.ACTIVATION_FEE).count() == 2

    facts = str(person.see("voicelib_voice_retire", voice.pk).context["question"].facts)
    assert "generation 2" in facts
    person.do("voicelib_voice_retire", voice.pk, name="Ada", reason="The contract ended.", undo_hours="0")
    drain()
    assert vendor.voices()[second.vendor_voice_id]["deleted_at"] is not None
    shown = person.see("voicelib_voice_change", voice.pk).content.decode()
    for part in ("Retired (deleted)", "the provider removed it", "the provider knows no such voice"):
        assert part in shown

    rows = person.see("voicelib_voice_timeline", voice.pk).context["rows"]
    life = list(reversed(rows))
    assert [row["kind"] for row in life if row["kind"] != "voice.activation_asked"] == [
        kind for kind in LIFE if kind != "voice.activation_asked"
    ]
    costs = [row["cost"] for row in life if row["kind"] == "voice.activated"]
    assert len(costs) == 2
    assert all(cost.startswith("1.50") for cost in costs)
    assert life[-3]["why"] == "The contract ended."
    assert verify_ledger() == []
