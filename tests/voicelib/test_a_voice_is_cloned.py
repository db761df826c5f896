"""From the ask to a temporary voice, and everything that is refused before it."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages

from accounts import clock
from accounts.errors import BudgetExceededError, ConflictError, InvalidInputError
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Budget, Event, Hold, LedgerEntry
from providers.probe import probe
from voicelib.flows.cloning import clone_home
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.models import ProviderVoice

State = ProviderVoice.State


def test_a_clone_becomes_temporary_with_its_deadline(clone, vendor):
    home = clone()
    attempt = Attempt.objects.get()
    assert home.state == State.TEMPORARY
    assert home.cloned_at == attempt.sent_at
    assert home.expires_at == attempt.sent_at + timedelta(hours=168)
    early = home.expires_at - home.keepalive_due_at
    assert timedelta(hours=24) <= early <= timedelta(hours=26)
    assert home.retry_at is None
    assert home.lease_until is None
    assert list(vendor.voices()) == [home.vendor_voice_id]


def test_a_clone_without_a_preview_costs_nothing(clone, vendor):
    clone()
    assert vendor.bill() == []
    assert LedgerEntry.objects.count() == 0
    assert set(Hold.objects.values_list("state", flat=True)) == {"settled"}
    assert verify_ledger() == []


def test_a_preview_is_booked_and_kept_and_does_not_activate(clone, vendor):
    home = clone(preview_text="Hello, this is Ada.", model="speech-2.6-turbo")
    line = vendor.bill("clone_preview")[0]
    entry = LedgerEntry.objects.get()
    assert home.state == State.TEMPORARY
    assert (entry.kind, entry.billed_characters, entry.source) == ("preview", line["characters"], "provider")
    assert (entry.trace_id, entry.model) == (line["trace_id"], "speech-2.6-turbo")
    with storages["samples"].open(home.preview_key) as kept:
        assert probe(kept.read()).duration_ms > 100
    assert home.preview_source == ""
    assert verify_ledger() == []


def test_a_preview_of_chinese_counts_its_characters_twice(order_clone):
    order_clone(preview_text="你好ab")
    assert Hold.objects.get().characters == 6


def test_what_happened_is_recorded(clone, voice):
    clone()
    kinds = Event.objects.filter(subject_id=voice.id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["voice.created", "voice.clone_asked", "voice.cloned"]


def test_two_voices_of_one_name_get_ids_of_their_own(cast, clone, make_voice, vendor):
    first = clone()
    second = clone(of=make_voice("ada-2"))
    assert first.vendor_voice_id != second.vendor_voice_id
    assert len(vendor.voices()) == 2


def test_a_second_home_at_the_same_account_is_refused(clone, order_clone):
    clone()
    with pytest.raises(ConflictError) as refusal:
        order_clone()
    assert refusal.value.code == "home_exists"


def test_running_the_worker_twice_clones_once(order_clone, vendor):
    home = order_clone()
    clone_home(provider_voice_id=home.id)
    clone_home(provider_voice_id=home.id)
    assert vendor.requests("voice_clone") == 1


def test_a_worker_that_finds_the_home_claimed_leaves_it(order_clone, vendor):
    home = order_clone()
    lease = clock.real_now() + timedelta(minutes=5)
    ProviderVoice.objects.filter(id=home.id).update(claim="someone", lease_until=lease)
    clone_home(provider_voice_id=home.id)
    assert vendor.requests("voice_clone") == 0


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"model": "speech-99"}, "model"),
        ({"preview_text": "x" * 1001}, "preview_text"),
        ({"policy": "maybe"}, "policy"),
        ({"policy": "ask", "on_silence": "shout"}, "on_silence"),
    ],
)
def test_a_wish_that_cannot_be_honoured_is_refused_by_name(order_clone, wishes, field):
    with pytest.raises(InvalidInputError) as refusal:
        order_clone(**wishes)
    assert refusal.value.field == field
    assert ProviderVoice.objects.count() == 0


def test_without_consent_nothing_is_cloned(order_clone, voice):
    voice.consent = None
    voice.save()
    with pytest.raises(ConflictError) as refusal:
        order_clone()
    assert refusal.value.code == "consent_missing"


def test_an_expired_consent_does_not_allow_cloning(cast, actor, order_clone, voice, advance):
    voice.consent = give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada",
        company="",
        statement="Today only.",
        locale="en",
        valid_until=clock.now() + timedelta(hours=1),
        scope={},
    )
    voice.save()
    advance(hours=2, ticks=False)
    with pytest.raises(ConflictError) as refusal:
        order_clone()
    assert refusal.value.code == "consent_expired"


def test_a_consent_revoked_between_ask_and_work_stops_the_clone(cast, actor, order_clone, consent, vendor):
    home = order_clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == State.FAILED
    assert home.last_error["code"] == "voice_suspended"
    assert vendor.requests("voice_clone") == 0
    assert Hold.objects.get().state == Hold.State.RELEASED


def test_a_sample_the_storage_lost_is_told_before_anything_is_spent(order_clone, sample):
    storages["samples"].delete(sample.storage_key)
    with pytest.raises(ConflictError) as refusal:
        order_clone()
    assert refusal.value.code == "sample_not_stored"


def test_a_full_budget_refuses_the_preview_and_leaves_nothing_behind(cast, order_clone):
    Budget.objects.create(team=cast.team, scope="team", target_id=cast.team.id, characters=3)
    with pytest.raises(BudgetExceededError):
        order_clone(preview_text="Too long for three.")
    assert ProviderVoice.objects.count() == 0
    assert Event.objects.filter(kind="voice.clone_asked").count() == 0
