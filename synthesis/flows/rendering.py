"""Rendering: the do-flow of a clip, run by a worker. Claim → hold → paid call → store → ready."""

from __future__ import annotations

import random
from datetime import datetime

from accounts import clock
from accounts.errors import ConflictError, PlatformError, WaitError
from accounts.flows.attempts import accepted_attempt
from accounts.flows.circuit import CircuitOpenError
from accounts.flows.holds import release_hold
from accounts.flows.paid_call import Answer, PaidOrder, paid_call, resume_call
from accounts.models import Attempt, Hold
from accounts.provider_clients import adapter, wire_account
from accounts.steps import reached
from providers.errors import Category, PendingError, ProviderError
from synthesis.backoff import MOST_TRIES, wait_seconds
from synthesis.failures import outcome_unknown, provider_failure, refusal
from synthesis.flows.claims import Claim, claim_queued, give_up, is_mine, put_back, shorten_lease
from synthesis.flows.failover import move_elsewhere
from synthesis.flows.finishing import SOON_SECONDS, deliver
from synthesis.flows.waiting import may_call, wait_for_voice
from synthesis.models import Rendering, Segment
from synthesis.speech_answers import spooled
from synthesis.speech_orders import order_from_json
from voicelib.flows.consent_use import refuse_outside_consent
from voicelib.flows.use import record_use, report_missing
from voicelib.flows.voices import SILENT_CODES, guard_use


class SupersededError(ConflictError):
    """The claim ran out before the call, and someone else has the rendering now."""

    code = "superseded"


def render(*, rendering_id: str, at: datetime | None = None) -> None:
    """Do one queued rendering that is due at the real time `at` (now); nothing where another worker has it.

    Every outcome ends in the rows: ready, queued for another try, or failed with its clips. Raises only what is
    unexpected; the sweep then finds the rendering by its lease.
    """
    claim = claim_queued(rendering_id, at=at or clock.real_now())
    if claim is None:
        return
    reached("claimed", rendering=rendering_id)
    rendering = read_rendering(rendering_id)
    if rendering.hold is None or rendering.hold.state != Hold.State.OPEN:
        failure = {"code": "hold_missing", "message": "What was set aside for this clip was given back. Retry it."}
        give_up(claim, failure=failure, keeps_hold=True)
        return
    reached("held", rendering=rendering_id)
    try:
        if may_call(claim=claim, rendering=rendering):
            _call(claim, rendering, rendering.hold)
    except Exception:
        # The database broke off a transaction, say: nobody should wait for the whole lease.
        shorten_lease(claim, seconds=SOON_SECONDS)
        raise


def read_rendering(rendering_id: str) -> Rendering:
    """A rendering with what its call needs."""
    related = ("provider_voice__voice", "provider_voice__provider_account", "hold")
    return Rendering.objects.select_related(*related).get(id=rendering_id)


def subject_of(rendering_id: str) -> str:
    """How attempts name the rendering they are for."""
    return f"rendering:{rendering_id}"


def note_use(rendering: Rendering, attempt: Attempt) -> None:
    """What a booked synthesis means for the voice: the first one activates it. Runs in the settling transaction."""
    record_use(provider_voice_id=rendering.provider_voice_id, attempt=attempt, at=attempt.sent_at or clock.now())


def _call(claim: Claim, rendering: Rendering, hold: Hold) -> None:
    try:
        attempt, answer = _speak(claim, rendering, hold)
    except PendingError as pending:
        # Its call goes on at the provider: the next run asks for it.
        put_back(claim, wait_seconds=pending.retry_after_seconds, counts_as_try=False, goes_on=True)
    except ProviderError as error:
        _conclude(claim, rendering, hold, error)
    except SupersededError:
        _leave(rendering.id, hold)
    except WaitError as wait:
        if isinstance(wait, CircuitOpenError) and move_elsewhere(claim=claim, rendering=rendering):
            return
        put_back(claim, wait_seconds=wait.retry_after_seconds or 1, counts_as_try=False, waits_for=refusal(wait))
    except PlatformError as refused:
        if refused.code in SILENT_CODES:
            # Its home ended in this moment.
            wait_for_voice(claim=claim, rendering=read_rendering(rendering.id), failure=refusal(refused))
        else:
            give_up(claim, failure=refusal(refused), keeps_hold=False)
    else:
        deliver(claim=claim, rendering=rendering, attempt=attempt, answer=answer)


def _speak(claim: Claim, rendering: Rendering, hold: Hold) -> tuple[Attempt, Answer]:
    """The paid call, or the question after one that the provider accepted in an earlier run."""
    account = rendering.provider_voice.provider_account
    speaker, wire, order = adapter(account), wire_account(account), order_from_json(rendering.request)
    accepted = accepted_attempt(hold_id=hold.id)
    if accepted is not None:
        return resume_call(
            attempt=accepted,
            operation=speaker.resume_speech(wire, order, accepted.vendor_task),
            answer_of=spooled,
            on_settled=lambda attempt: note_use(rendering, attempt),
        )
    return paid_call(
        order=_paid_order(rendering, hold),
        operation=speaker.speech(wire, order),
        answer_of=spooled,
        guard=lambda: _guard(claim, rendering),
        on_settled=lambda attempt: note_use(rendering, attempt),
    )


def _paid_order(rendering: Rendering, hold: Hold) -> PaidOrder:
    home = rendering.provider_voice
    return PaidOrder(
        hold_id=hold.id,
        kind=Attempt.Kind.SPEECH,
        subject=subject_of(rendering.id),
        account=home.provider_account,
        model=rendering.request["model"],
        voice_slug=home.voice.slug,
        vendor_voice_id=home.vendor_voice_id,
        estimated_characters=rendering.estimated_characters,
    )


def _guard(claim: Claim, rendering: Rendering) -> None:
    if not is_mine(claim):
        raise SupersededError("Another worker has this rendering now.")
    guard_use(provider_voice_id=rendering.provider_voice_id)
    _refuse_outside_consent(rendering)


def _refuse_outside_consent(rendering: Rendering) -> None:
    """The voice may have another consent than when the clip that pays was asked for."""
    paying = Segment.objects.filter(holds=rendering.hold_id).select_related("clip__voice__consent").first()
    if paying is not None:
        clip = paying.clip
        refuse_outside_consent(
            voice=clip.voice,
            project_id=clip.project_id,
            purpose=clip.purpose,
            language_boost=clip.settings.get("language_boost"),
        )


def _conclude(claim: Claim, rendering: Rendering, hold: Hold, error: ProviderError) -> None:
    """What a failed call means: the attempt says whether it was paid, may have been, or surely was not."""
    attempt = Attempt.objects.filter(hold=hold).latest("id")
    if error.gone or error.is_foreign_voice:
        report_missing(provider_voice_id=rendering.provider_voice_id, error=error)
    if attempt.state == Attempt.State.UNKNOWN:
        give_up(claim, failure=outcome_unknown(error), keeps_hold=True)
    elif attempt.state == Attempt.State.SETTLED:
        give_up(claim, failure=provider_failure(error), keeps_hold=True, attempt=attempt)
    elif error.gone:
        wait_for_voice(claim=claim, rendering=read_rendering(rendering.id), failure=provider_failure(error))
    elif error.category is Category.PROVIDER_DOWN and move_elsewhere(claim=claim, rendering=rendering):
        return
    elif error.retryable and rendering.tries + 1 < MOST_TRIES:
        luck = random.random()  # noqa: S311 - spreads retries, guards nothing
        seconds = wait_seconds(rendering.tries + 1, luck, at_least=error.retry_after_seconds)
        put_back(claim, wait_seconds=seconds, counts_as_try=True, waits_for=provider_failure(error))
    else:
        give_up(claim, failure=provider_failure(error), keeps_hold=False)


def _leave(rendering_id: str, hold: Hold) -> None:
    """A late answer made it ready before this call was sent: what was set aside for the call is not needed."""
    if Rendering.objects.filter(id=rendering_id, state=Rendering.State.READY).exists():
        release_hold(hold_id=hold.id)
