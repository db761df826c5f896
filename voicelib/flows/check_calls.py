"""The two paid calls of a check: does this voice speak, and does a system voice of the same account.

Both have holds of their own, numbered by the check, so that a check whose worker died is gone on with and not paid
twice. What a call ended in is read from its attempt.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from accounts import clock
from accounts.errors import BudgetExceededError, ConflictError, WaitError
from accounts.flows.holds import place_hold, release_hold
from accounts.flows.paid_call import Answer, PaidOrder, answer_stored, paid_call, recover_attempt, resume_call
from accounts.flows.quotes import quote_speech
from accounts.models import Attempt, Hold
from accounts.provider_clients import adapter, wire_account
from accounts.steps import reached
from providers.errors import Category, PendingError, ProviderError
from providers.types import SpeechRequest, SpeechResult
from voicelib.errors import VoiceRefusedError
from voicelib.flows.activation_orders import keep_request
from voicelib.flows.use import record_use
from voicelib.flows.voices import fee_of, refuse_suspended
from voicelib.models import ProviderVoice, Voice

_USED = (Attempt.State.PREPARED, Attempt.State.SENT, Attempt.State.UNKNOWN)


class Heard(StrEnum):
    """How a call ended: it spoke; the provider knows no such voice; it is another customer's; anything else."""

    SPOKE = "spoke"
    MISSING = "missing"
    FOREIGN = "foreign"
    UNCLEAR = "unclear"


def call_voice(home: ProviderVoice) -> Heard:
    """Let the doubted voice speak the cheapest legal text; where it speaks, that is a use like any other.

    Raises PendingError while the provider works on it."""
    return _call(home, keep_request(home), "voice")


def call_system_voice(home: ProviderVoice, voice_id: str) -> Heard:
    """Let a system voice speak at the same account. Raises PendingError while the provider works on it."""
    request = keep_request(home)
    return _call(home, replace(request, voice_id=voice_id), "system")


def give_back_checks(home: ProviderVoice) -> None:
    """Release what calls held that surely cost nothing. Outside of any transaction that locks a home."""
    used = Attempt.objects.filter(subject=_subject(home), state__in=_USED).values("hold_id")
    for hold in Hold.objects.filter(key__in=_keys(home), state=Hold.State.OPEN).exclude(id__in=used):
        release_hold(hold_id=hold.id)


def _call(home: ProviderVoice, request: SpeechRequest, part: str) -> Heard:
    key = _key(home, part)
    earlier = Attempt.objects.filter(subject=_subject(home), hold__key=key).order_by("-id").first()
    try:
        if earlier is not None:
            ended = _ended(home, earlier, request)
            if ended is not None:
                return ended
        attempt, _ = _paid(home, request, key)
    except (BudgetExceededError, ConflictError, WaitError):
        return Heard.UNCLEAR
    except PendingError:
        raise
    except ProviderError as error:
        return _denied(error)
    answer_stored(attempt_id=attempt.id)
    return Heard.SPOKE


def _denied(error: ProviderError) -> Heard:
    if error.is_foreign_voice:
        return Heard.FOREIGN
    return Heard.MISSING if error.category is Category.VOICE_MISSING else Heard.UNCLEAR


def _ended(home: ProviderVoice, earlier: Attempt, request: SpeechRequest) -> Heard | None:
    """How the call of an earlier worker ended; None where it was never sent."""
    if earlier.state in (Attempt.State.PREPARED, Attempt.State.SENT):
        found = recover_attempt(attempt_id=earlier.id, on_settled=lambda attempt: _settled(home, attempt))
        if found.outcome == "accepted":
            account = home.provider_account
            resume_call(
                attempt=earlier,
                operation=adapter(account).resume_speech(wire_account(account), request, earlier.vendor_task),
                answer_of=_answer_of,
                on_settled=lambda attempt: _settled(home, attempt),
            )
        earlier.refresh_from_db()
    if earlier.state == Attempt.State.SETTLED:
        answer_stored(attempt_id=earlier.id)
        return Heard.SPOKE
    if earlier.state == Attempt.State.UNKNOWN:
        return Heard.UNCLEAR
    return Heard.MISSING if earlier.error_category == Category.VOICE_MISSING else None


def _paid(home: ProviderVoice, request: SpeechRequest, key: str) -> tuple[Attempt, Answer]:
    account, at = home.provider_account, clock.now()
    speaker = adapter(account)
    speaker.check_speech(wire_account(account), request)
    characters = speaker.count_characters(request.text)
    is_voice = request.voice_id == home.vendor_voice_id
    hold = Hold.objects.filter(key=key, state=Hold.State.OPEN).first() or place_hold(
        payer=home.payer(),
        key=key,
        characters=characters,
        amount=quote_speech(account=account, model=request.model, characters=characters, at=at),
        at=at,
        fee=fee_of(home=home, at=at) if is_voice else None,
    )
    reached("held", provider_voice=home.id)
    return paid_call(
        order=PaidOrder(
            hold_id=hold.id,
            kind=Attempt.Kind.KEEPALIVE,
            subject=_subject(home),
            account=account,
            model=request.model,
            voice_slug=home.voice.slug,
            vendor_voice_id=request.voice_id,
            estimated_characters=characters,
        ),
        operation=speaker.speech(wire_account(account), request),
        answer_of=_answer_of,
        guard=lambda: _guard(home),
        on_settled=lambda attempt: _settled(home, attempt),
    )


def _guard(home: ProviderVoice) -> None:
    # The voice before its home, in this order everywhere. Its deadline may have passed: that is what is asked.
    voice = Voice.objects.select_for_update(no_key=True).get(id=home.voice_id)
    now = ProviderVoice.objects.select_for_update(no_key=True).get(id=home.id)
    refuse_suspended(voice, clock.now())
    if now.state not in ProviderVoice.SPEAKING or now.check_due_at is None:
        raise VoiceRefusedError("Nobody doubts this voice any more.", code="check_not_needed")


def _settled(home: ProviderVoice, attempt: Attempt) -> None:
    if attempt.vendor_voice_id == home.vendor_voice_id:
        record_use(provider_voice_id=home.id, attempt=attempt, at=attempt.sent_at or attempt.prepared_at)


def _answer_of(result: SpeechResult) -> Answer:
    # Nobody listens to it: that it was spoken is all that counts.
    return Answer(audio=b"", billed_characters=result.billed_characters, trace_id=result.trace_id)


def _subject(home: ProviderVoice) -> str:
    return f"voice_check:{home.id}"


def _key(home: ProviderVoice, part: str) -> str:
    return f"check:{home.id}:{home.checks}:{part}"


def _keys(home: ProviderVoice) -> list[str]:
    return [_key(home, part) for part in ("voice", "system")]
