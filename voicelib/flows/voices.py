"""Voices: made, changed, and asked which of their homes speaks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import InvalidInputError, NotFoundError
from accounts.flows.holds import Fee
from accounts.flows.quotes import quote_fee
from accounts.models import Price, Team
from accounts.payer import Actor
from accounts.slugs import checked_slug, unique_slug
from voicelib.errors import VoiceRefusedError
from voicelib.flows.deadlines import look_again
from voicelib.flows.endings import REVIVE_TASK
from voicelib.flows.history import note_voice
from voicelib.flows.listeners import tell_listeners
from voicelib.flows.voice_samples import note_chosen
from voicelib.models import Consent, ProviderVoice, Sample, Voice
from voicelib.names import checked_line

State = ProviderVoice.State
_ENDED = (State.LAPSED, State.LOST)
_PREFERRED = (State.PERMANENT, State.TEMPORARY, State.UNPROVEN)
# Why no home speaks, by the best state there is: (state, code, what to do).
_SILENT = (
    (State.CLONING, "voice_not_ready", "It is still being cloned; wait until it is temporary."),
    (State.DELETING, "voice_deleted", "It is being deleted."),
    (State.LAPSED, "voice_lapsed", "It was not activated before its deadline; clone it again."),
    (State.LOST, "voice_lost", "The provider does not know it any more; clone it again."),
    (State.FAILED, "voice_failed", "Cloning it failed; see the last error and clone it again."),
    (State.DELETED, "voice_deleted", "It was deleted; clone it again if you may."),
)
SILENT_CODES = frozenset(code for _, code, _ in _SILENT)
_CHANGEABLE = ("name", "language", "consent", "sample")
_LONGEST = {"name": 200, "language": 35}


def create_voice(
    *, team: Team, actor: Actor, name: str, slug: str, language: str, consent: str | None, sample: str | None
) -> Voice:
    """A voice of the team, not cloned yet; `consent` and `sample` are ids.

    Raises InvalidInputError (field), ConflictError `slug_taken`.
    """
    voice = Voice(
        team=team,
        slug=checked_slug(slug),
        name=checked_line("name", name, _LONGEST["name"]),
        language=checked_line("language", language, _LONGEST["language"]),
        consent=_consent_of(team, consent),
        sample=_sample_of(team, sample),
    )
    with unique_slug(slug):
        voice.save(force_insert=True)
        note_chosen(voice=voice, actor=actor)
        note_voice(voice=voice, kind="voice.created", actor=actor, data={"language": voice.language})
    return voice


def change_voice(*, voice: Voice, actor: Actor, changes: dict[str, str | None]) -> Voice:
    """Change name, language, consent or sample of a voice; its slug never changes.

    A valid consent in the place of a revoked or expired one ends the suspension, one that has ended suspends at once.
    Raises InvalidInputError (field), VoiceRefusedError `consent_needed` where a voice that was ever cloned would be
    left without one.
    """
    with transaction.atomic():
        # Before the voice, in the order in which a revocation takes them: one of both sees the other.
        Consent.objects.select_for_update(no_key=True).filter(team=voice.team_id, id=changes.get("consent")).first()
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        _refuse_a_speaker(voice, changes)
        _refuse_no_consent(voice, changes)
        for field in _CHANGEABLE:
            if field in changes:
                _change(voice, field, changes[field])
        if "consent" in changes and voice.consent is not None:
            _suspend_or_resume(voice, voice.consent, actor)
        voice.save()
        if "sample" in changes:
            note_chosen(voice=voice, actor=actor)
        note_voice(voice=voice, kind="voice.changed", actor=actor, data={"changed": sorted(changes)})
        return voice


def _suspend_or_resume(voice: Voice, consent: Consent, actor: Actor) -> None:
    """As the consent says that the voice has just got; the caller saves the rest."""
    at = clock.now()
    refusal = consent.refusal(at)
    if refusal is None:
        resume_voice(voice=voice, actor=actor)
    elif suspend_voices(voices=Voice.objects.filter(id=voice.id), reason=refusal, actor=actor, at=at):
        voice.suspended_at, voice.suspended_reason = at, refusal


def suspend_voices(*, voices: QuerySet[Voice], reason: str, actor: Actor, at: datetime) -> int:
    """Refuse every use of these voices, one event each; deadlines run on. In the caller's transaction."""
    standing = list(voices.filter(suspended_at__isnull=True).order_by("id").select_for_update(no_key=True))
    for voice in standing:
        voice.suspended_at, voice.suspended_reason = at, reason
        voice.save(update_fields=["suspended_at", "suspended_reason"])
        note_voice(voice=voice, kind="voice.suspended", actor=actor, data={"reason": reason})
        tell_listeners(voice_id=voice.id)
    return len(standing)


def resume_voice(*, voice: Voice, actor: Actor) -> None:
    """End a suspension: homes whose keeping was put off are due again, and those that ended meanwhile may be cloned
    again. In the caller's transaction."""
    if voice.suspended_at is None:
        return
    voice.suspended_at, voice.suspended_reason = None, ""
    voice.save(update_fields=["suspended_at", "suspended_reason"])
    for home in (
        voice.homes.select_related("provider_account").select_for_update(of=("self",), no_key=True).order_by("id")
    ):
        look_again(home, at=clock.now())
        if home.state in _ENDED and home.revival_refused is not None:
            home.revival_due_at, home.revival_refused = clock.now(), None
            ring(REVIVE_TASK, home.id)
        home.save(update_fields=["keepalive_due_at", "revival_due_at", "revival_refused"])
    note_voice(voice=voice, kind="voice.resumed", actor=actor)


def voice_of(*, team: Team, slug: str) -> Voice:
    """The team's voice. Raises NotFoundError `voice_not_found`."""
    voice = Voice.objects.filter(team=team, slug=slug).select_related("consent", "sample").first()
    if voice is None:
        raise NotFoundError(f"There is no voice {slug!r}.", code="voice_not_found", field="voice")
    return voice


def speaking_home(*, voice: Voice, at: datetime) -> ProviderVoice:
    """A home that can speak for a voice now: a permanent one before a temporary one, the default account's first.
    Which one speaks where there are several: `flows/homes.py`.

    Raises VoiceRefusedError: `voice_suspended`, `consent_revoked`, `consent_expired`, `voice_not_ready`,
    `voice_lapsed`, `voice_lost`, `voice_failed`, `voice_deleted`.
    """
    speaking = speaking_homes(voice=voice, at=at)
    return min(speaking, key=lambda home: (_PREFERRED.index(State(home.state)), not home.provider_account.is_default))


def speaking_homes(*, voice: Voice, at: datetime) -> list[ProviderVoice]:
    """All homes that can speak for a voice now, the newest first; at least one. Raises as `speaking_home`."""
    refuse_suspended(voice, at)
    homes = list(voice.homes.select_related("provider_account", "voice").order_by("-id"))
    speaking = [home for home in homes if is_speaking(home, at)]
    if not speaking:
        raise silence(voice=voice, homes=homes, at=at)
    return speaking


def is_speaking(home: ProviderVoice, at: datetime) -> bool:
    """Whether this home exists and its deadline has not passed; suspension is another matter."""
    return home.state in _PREFERRED and not _is_past(home, at)


def guard_use(*, provider_voice_id: str) -> None:
    """For the guard of a paid call: the last look before the socket is touched, under locks.

    Whoever suspends the voice waits for this transaction, or this one sees the suspension. Raises VoiceRefusedError.
    """
    # The voice before its home, in this order everywhere.
    voice = Voice.objects.select_for_update(no_key=True).get(homes=provider_voice_id)
    home = ProviderVoice.objects.select_for_update(no_key=True).get(id=provider_voice_id)
    now = clock.now()
    refuse_suspended(voice, now)
    if not is_speaking(home, now):
        raise silence(voice=voice, homes=[home], at=now)


def fee_of(*, home: ProviderVoice, at: datetime) -> Fee | None:
    """The one-off fee that using this home may trigger; None once it is active, or where the price asks for none.

    Its key is one per home, so that parallel first uses set it aside once and it is booked once.
    """
    if home.state not in (State.CLONING, *ProviderVoice.NOT_YET_ACTIVE):
        return None
    quoted = quote_fee(account=home.provider_account, unit=Price.Unit.CLONE, at=at)
    if quoted is None or quoted[1] != Price.ChargedOn.FIRST_USE:
        return None
    return Fee(key=fee_key(home), amount=quoted[0])


def fee_key(home: ProviderVoice) -> str:
    """Under which the fee of this home is held and booked, whatever triggers it."""
    return f"activation:{home.id}"


def refusal_of(voice: Voice, at: datetime) -> str | None:
    """Why nothing of a voice may be made or given out: the reason of its suspension, or how its consent ended."""
    if voice.suspended_at is not None:
        return voice.suspended_reason
    return None if voice.consent is None else voice.consent.refusal(at)


def next_fee_key(home: ProviderVoice) -> str:
    """Under which the fee of the home that will replace this one is held until that is ordered and takes it over."""
    return f"activation:next:{home.voice_id}:{home.provider_account_id}"


def refuse_suspended(voice: Voice, at: datetime) -> None:
    """Raises VoiceRefusedError where the voice is suspended or its consent does not hold at `at`."""
    if voice.suspended_at is not None:
        raise VoiceRefusedError(
            f"The voice {voice.slug} is suspended ({voice.suspended_reason}).",
            code="voice_suspended",
            data={"reason": voice.suspended_reason, "since": voice.suspended_at.isoformat()},
        )
    refusal = voice.consent.refusal(at) if voice.consent is not None else None
    if refusal is not None:
        raise VoiceRefusedError(f"The speaker's consent to {voice.slug} does not hold any more.", code=refusal)


def silence(*, voice: Voice, homes: Iterable[ProviderVoice], at: datetime) -> VoiceRefusedError:
    """Why none of these homes speaks, by the best of them."""
    states = {State.LAPSED if home.state in _PREFERRED and _is_past(home, at) else home.state for home in homes}
    for state, code, hint in _SILENT:
        if state in states:
            return VoiceRefusedError(f"The voice {voice.slug} cannot speak. {hint}", code=code)
    return VoiceRefusedError(
        f"The voice {voice.slug} cannot speak. It has not been cloned yet.", code="voice_not_ready"
    )


def _is_past(home: ProviderVoice, at: datetime) -> bool:
    # The tick may not have been here yet; the provider does not wait for it.
    return home.expires_at is not None and home.expires_at <= at


def _refuse_a_speaker(voice: Voice, changes: dict[str, str | None]) -> None:
    named = next((field for field in ("consent", "sample") if changes.get(field) is not None), None)
    if voice.kind == Voice.Kind.SYSTEM and named is not None:
        raise InvalidInputError("A system voice has no speaker of yours: no consent and no sample.", field=named)


def _refuse_no_consent(voice: Voice, changes: dict[str, str | None]) -> None:
    """A voice without a consent is suspended by nobody's revocation."""
    if "consent" in changes and changes["consent"] is None and voice.consent is not None and voice.homes.exists():
        raise VoiceRefusedError(
            "It was cloned with a consent: put another in its place, or revoke it.",
            code="consent_needed",
            field="consent",
        )


def _change(voice: Voice, field: str, value: str | None) -> None:
    if field == "consent":
        voice.consent = _consent_of(voice.team, value)
    elif field == "sample":
        voice.sample = _sample_of(voice.team, value)
    else:
        setattr(voice, field, checked_line(field, value or "", _LONGEST[field]))


def _consent_of(team: Team, consent_id: str | None) -> Consent | None:
    if consent_id is None:
        return None
    consent = Consent.objects.filter(team=team, id=consent_id).first()
    if consent is None:
        raise InvalidInputError("There is no such consent in this team.", code="consent_unknown", field="consent")
    return consent


def _sample_of(team: Team, sample_id: str | None) -> Sample | None:
    if sample_id is None:
        return None
    sample = Sample.objects.filter(team=team, id=sample_id).first()
    if sample is None:
        raise InvalidInputError("There is no such sample in this team.", code="sample_unknown", field="sample")
    return sample
