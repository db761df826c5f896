"""A consent is never rewritten: another one takes its place, for all of its voices at once."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.models import Event
from voicelib.errors import VoiceRefusedError
from voicelib.flows.consent_renewals import renew_consent
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.purges import ask_purge
from voicelib.flows.statement_texts import publish_statement_text
from voicelib.flows.voices import change_voice, speaking_home
from voicelib.models import Consent


@pytest.fixture
def renew(cast, actor, consent):
    def make(**wish):
        told = {"team": cast.team, "consent_id": consent.id, "actor": actor, "valid_until": None}
        return renew_consent(**(told | wish))

    return make


def test_every_voice_stands_under_the_new_one_and_speaks_again(cast, actor, clone, make_voice, consent, voice, renew):
    second = make_voice("second")
    clone()
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    fresh = renew(statement="I allow it again.", valid_until=clock.now() + timedelta(days=365))
    for one in (voice, second):
        one.refresh_from_db()
        assert (one.consent, one.suspended_at) == (fresh, None)
    assert speaking_home(voice=voice, at=clock.now()).state == "temporary"
    consent.refresh_from_db()
    assert (consent.statement, consent.revoked_at is None) == ("I allow my voice to be cloned.", False)
    event = Event.objects.get(kind="consent.renewed")
    assert (event.subject_id, event.data) == (consent.id, {"renewed_by": fresh.id, "voices": ["ada", "second"]})


def test_what_is_left_out_is_as_it_was(cast, actor):
    old = give_consent(
        team=cast.team, actor=actor, speaker="Ada", company="Example Ltd", statement="Yes.", locale="de",
        valid_until=None, scope={"purposes": ["support"]},
    )  # fmt: skip
    fresh = renew_consent(team=cast.team, consent_id=old.id, actor=actor, valid_until=None, statement="Ja.")
    assert (fresh.speaker, fresh.company, fresh.locale, fresh.scope) == (
        "Ada", "Example Ltd", "de", {"purposes": ["support"]},
    )  # fmt: skip


def test_an_outdated_consent_is_renewed_in_the_newest_words(cast, actor, renew):
    publish_statement_text(team=cast.team, actor=actor, name="cloning", locale="en", text="I, {speaker}, agree.")
    fresh = renew(statement_text="cloning", locale="en")
    assert (fresh.statement, fresh.statement_text.version) == ("I, Ada Speaker, agree.", 1)


def test_the_words_are_said_anew(renew, consent):
    with pytest.raises(InvalidInputError) as refusal:
        renew()
    assert refusal.value.field == "statement"
    assert list(Consent.objects.all()) == [consent]


def test_after_a_purge_there_is_nothing_to_renew(cast, actor, consent, renew):
    revoke_consent(team=cast.team, consent_id=consent.id, actor=actor)
    ask_purge(team=cast.team, consent_id=consent.id, actor=actor)
    with pytest.raises(ConflictError) as refusal:
        renew(statement="Again.")
    assert refusal.value.code == "consent_purged"


def test_another_teams_consent_is_not_there(cast, renew):
    with pytest.raises(NotFoundError):
        renew(team=cast.other_team, statement="Again.")


def test_over_rest(cast, voice, consent):
    api = cast.api()
    fresh = api.post(f"/api/v1/consents/{consent.id}/renew", {"statement": "Again.", "valid_until": None})
    assert (fresh.status_code, fresh.json()["statement"]) == (201, "Again.")
    assert api.get("/api/v1/voices/ada").json()["consent"] == fresh.json()["id"]


def test_a_voice_put_under_a_consent_that_has_ended_is_suspended_at_once(cast, actor, clone, voice):
    clone()
    ended = give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada",
        company="",
        statement="Yes.",
        locale="en",
        valid_until=None,
        scope={},
    )
    revoke_consent(team=cast.team, consent_id=ended.id, actor=actor)
    changed = change_voice(voice=voice, actor=actor, changes={"consent": ended.id})
    voice.refresh_from_db()
    assert changed.suspended_reason == voice.suspended_reason == "consent_revoked"


def test_a_voice_that_was_cloned_is_not_left_without_a_consent(actor, clone, voice):
    change_voice(voice=voice, actor=actor, changes={"consent": None})
    change_voice(voice=voice, actor=actor, changes={"consent": Consent.objects.get().id})
    voice.refresh_from_db()
    clone()
    with pytest.raises(VoiceRefusedError) as refusal:
        change_voice(voice=voice, actor=actor, changes={"consent": None})
    assert (refusal.value.code, refusal.value.field) == ("consent_needed", "consent")
