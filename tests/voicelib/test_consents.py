"""Consent gates every use."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.errors import ConflictError, InvalidInputError
from accounts.models import Event
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.voices import change_voice, speaking_home


def give(cast, actor, **changes):
    wish: dict[str, Any] = {
        "speaker": "Ada",
        "company": "",
        "statement": "Yes.",
        "locale": "en",
        "valid_until": None,
        "scope": {},
    }
    return give_consent(team=cast.team, actor=actor, **(wish | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"speaker": " "}, "speaker"),
        ({"statement": ""}, "statement"),
        ({"locale": "English please"}, "locale"),
        ({"scope": {"planets": ["mars"]}}, "scope"),
        ({"scope": {"projects": "ads"}}, "scope"),
    ],
)
def test_a_consent_that_says_nothing_is_refused(cast, actor, changes, field):
    with pytest.raises(InvalidInputError) as refusal:
        give(cast, actor, **changes)
    assert refusal.value.field == field


def test_a_consent_that_has_run_out_is_refused(cast, actor):
    with pytest.raises(InvalidInputError) as refusal:
        give(cast, actor, valid_until=clock.now() - timedelta(seconds=1))
    assert refusal.value.field == "valid_until"


def test_revoking_suspends_the_voices_at_once(cast, clone, actor, consent, voice):
    clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor, reason="She changed her mind.")
    voice.refresh_from_db()
    assert voice.suspended_reason == "consent_revoked"
    with pytest.raises(ConflictError) as refusal:
        speaking_home(voice=voice, at=clock.now())
    assert refusal.value.code == "voice_suspended"
    suspended, revoked = Event.objects.filter(kind__in=["voice.suspended", "consent.revoked"]).order_by("id")
    assert [suspended.actor_name, revoked.actor_name] == ["Owner", "Owner"]
    assert revoked.data == {"reason": "She changed her mind.", "voices_suspended": 1}


def test_a_consent_is_revoked_once(cast, actor, consent):
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    with pytest.raises(ConflictError) as refusal:
        revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    assert refusal.value.code == "consent_already_revoked"


def test_an_expired_consent_stops_use_on_time_and_the_tick_suspends(cast, actor, clone, voice, advance, tick):
    voice.consent = give(cast, actor, valid_until=clock.now() + timedelta(hours=3))
    voice.save()
    clone()
    advance(hours=4, ticks=False)
    voice.refresh_from_db()
    with pytest.raises(ConflictError) as refusal:
        speaking_home(voice=voice, at=clock.now())
    assert refusal.value.code == "consent_expired"
    assert tick().consents_expired == 1
    assert tick().consents_expired == 0
    voice.refresh_from_db()
    assert voice.suspended_reason == "consent_expired"
    assert Event.objects.filter(kind="consent.expired").count() == 1


def test_a_new_consent_ends_the_suspension_and_the_voice_is_kept_again(cast, actor, clone, consent, voice, advance):
    home = clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    advance(hours=150, step_hours=30)
    change_voice(voice=voice, actor=actor, changes={"consent": give(cast, actor).id})
    voice.refresh_from_db()
    assert voice.suspended_at is None
    advance(hours=1)
    home.refresh_from_db()
    assert home.state == "permanent"


def test_a_resumed_young_voice_is_not_called_before_its_time(cast, actor, clone, consent, voice, advance, vendor):
    clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    change_voice(voice=voice, actor=actor, changes={"consent": give(cast, actor).id})
    advance(hours=24)
    assert vendor.requests("t2a") == 0


def test_a_revoked_consent_in_the_place_of_another_suspends_nothing_back(cast, actor, clone, consent, voice):
    clone()
    other = give(cast, actor)
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    revoke_consent(team=cast.team, consent_id=other.id, actor=actor)
    change_voice(voice=voice, actor=actor, changes={"consent": other.id})
    voice.refresh_from_db()
    assert voice.suspended_reason == "consent_revoked"
