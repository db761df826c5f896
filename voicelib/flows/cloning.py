"""Cloning: the work of the worker. A clone is never made twice: an attempt that may have been sent ends the tries."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from accounts import clock, spool
from accounts.doorbell import ring
from accounts.errors import WaitError
from accounts.flows.paid_call import Answer, PaidOrder, answer_stored, paid_call, recover_attempt, resume_call
from accounts.models import Attempt, Hold
from accounts.provider_clients import adapter, capabilities_of, wire_account
from accounts.steps import reached
from providers.errors import Category, PendingError, ProviderError
from providers.types import CloneResult
from voicelib.backoff import SURPRISE_WAIT
from voicelib.errors import SampleRefusedError, VoiceRefusedError
from voicelib.flows import clone_outcomes
from voicelib.flows.claims import claim_due, let_go, take
from voicelib.flows.clone_orders import CLONE_TASK, ask_clone, clone_hold_key, preview_characters
from voicelib.flows.clone_requests import clone_request
from voicelib.flows.consent_use import refuse_outside_consent
from voicelib.flows.derived_samples import sample_for
from voicelib.flows.previews import keep_preview
from voicelib.flows.sample_links import refuse_unreachable
from voicelib.flows.samples import read_sample
from voicelib.flows.statement_hearings import refuse_other_consent
from voicelib.flows.voices import refuse_suspended
from voicelib.models import Deletion, ProviderVoice, Sample, Voice

State = ProviderVoice.State
_BATCH = 200
_WHILE_FROZEN_SECONDS = 600
__all__ = ["ask_clone", "clone_home", "clone_tick"]


def clone_tick() -> int:
    """Ring the worker for clones (and their previews) that are due; how many. Real time: it is back-off that is due."""
    due = ProviderVoice.objects.filter(retry_at__lte=clock.real_now()).order_by("retry_at")
    homes = claim_due(due, limit=_BATCH)
    for home in homes:
        ring(CLONE_TASK, home.id, home.claim)
    return len(homes)


def clone_home(*, provider_voice_id: str, claim: str = "") -> None:
    """Make the clone that was asked for, then keep its preview. Safe to repeat and to run twice at once.

    `claim` is the one the tick handed over; empty for a fresh ring. What goes wrong is written to the home; an
    unexpected error leaves it waiting for a later try and is raised.
    """
    home = take(provider_voice_id=provider_voice_id, claim=claim)
    if home is None:
        return
    reached("claimed", provider_voice=home.id)
    try:
        if home.state == State.CLONING:
            _clone(home)
        elif home.retry_at is not None:
            _read_answer(home)
        else:
            let_go(home)
        _ring_if_due(home)
    except Exception:
        # Ahead before raising: a surprise must not come back at once, for ever.
        let_go(home, retry_at=clock.real_now() + SURPRISE_WAIT)
        raise


def _clone(home: ProviderVoice) -> None:
    accepted = None
    for attempt in _earlier_calls(home):
        found = recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: _settled(home, attempt))
        if found.answer is not None:
            _take_answer(home, attempt.id, found.answer)
            return
        if found.outcome == "unknown":
            _lost(home, attempt.sent_at or attempt.prepared_at, None)
            return
        if found.outcome == "accepted":
            accepted = attempt
    facts: dict[str, Any] = {}
    try:
        if accepted is None:
            _wait_while_frozen(home)
        attempt, answer = _ask_for(home, accepted, facts) if accepted else _call(home, facts)
    except VoiceRefusedError as error:
        # Our own address may be back in a moment: nothing was spent, and nothing is until it is.
        if error.code != "sample_unreachable" or not clone_outcomes.try_clone_again(home=home, error=error):
            clone_outcomes.mark_failed(home_id=home.id, error=error)
    except PendingError as pending:
        # It goes on at the provider: the next try asks for it.
        let_go(home, retry_at=clock.real_now() + timedelta(seconds=pending.retry_after_seconds))
    except WaitError as wait:
        clone_outcomes.clone_later(home=home, wait=wait)
    except ProviderError as error:
        _end(home, error)
    else:
        _take_answer(home, attempt.id, answer)


def _wait_while_frozen(home: ProviderVoice) -> None:
    """It was ordered before: nobody knows now whose account would get the recording. Raises WaitError."""
    if home.provider_account.frozen_at is not None:
        raise WaitError(
            "The account is frozen; it is cloned when somebody has looked.",
            code="account_frozen",
            retry_after_seconds=_WHILE_FROZEN_SECONDS,
        )


def _earlier_calls(home: ProviderVoice) -> list[Attempt]:
    """Calls for this clone that may have reached the provider."""
    attempts = Attempt.objects.filter(subject=clone_outcomes.subject_of(home), kind=Attempt.Kind.PREVIEW)
    return list(attempts.exclude(state=Attempt.State.RELEASED).select_related("provider_account").order_by("id"))


def _call(home: ProviderVoice, facts: dict[str, Any]) -> tuple[Attempt, Answer]:
    # Asked again under locks before the call; here, so that nothing is made of the recording either.
    refuse_suspended(home.voice, clock.now())
    sample, prompt = _recordings(home)
    account = home.provider_account
    request = clone_request(home, sample, _read(sample), prompt, b"" if prompt is None else _read(prompt))
    pulled = [(request.sample_url, request.sample)]
    if request.clone_prompt is not None:
        pulled.append((request.clone_prompt.url, request.clone_prompt.audio))
    for url, content in pulled:
        if url is not None:
            refuse_unreachable(url, account, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    return paid_call(
        order=_order(home),
        operation=adapter(account).clone(wire_account(account), request),
        answer_of=lambda result: _answer_of(result, facts),
        guard=lambda: _guard(home),
        on_settled=lambda attempt: _settled(home, attempt),
    )


def _ask_for(home: ProviderVoice, accepted: Attempt, facts: dict[str, Any]) -> tuple[Attempt, Answer]:
    account = home.provider_account
    # The recording is with the provider already.
    sample, prompt = _recordings(home)
    request = clone_request(home, sample, b"", prompt)
    return resume_call(
        attempt=accepted,
        operation=adapter(account).resume_clone(wire_account(account), request, accepted.vendor_task),
        answer_of=lambda result: _answer_of(result, facts),
        on_settled=lambda attempt: _settled(home, attempt),
    )


def _answer_of(result: CloneResult, facts: dict[str, Any]) -> Answer:
    facts.update(voice_id=result.voice_id, preview_url=result.preview_url, moderation=result.moderation)
    return Answer(audio=b"", billed_characters=result.billed_characters, trace_id=result.trace_id, facts=facts)


def _settled(home: ProviderVoice, attempt: Attempt) -> None:
    answer = spool.find(attempt.id)
    voice_id = "" if answer is None else answer.facts.get("voice_id") or ""
    clone_outcomes.record_cloned(home_id=home.id, attempt=attempt, vendor_voice_id=voice_id)


def _end(home: ProviderVoice, error: ProviderError) -> None:
    """What a failed call means: the voice may exist, or surely does not."""
    sent = Attempt.objects.filter(subject=clone_outcomes.subject_of(home), sent_at__isnull=False).order_by("sent_at")
    first, *again = sent or [None]
    # Our own id, random and tried before, is taken: that earlier try made it.
    is_ours = error.category is Category.VOICE_DUPLICATE and bool(again) and bool(home.vendor_voice_id)
    if error.possibly_charged or error.billed_characters is not None or is_ours:
        sent_at = clock.now() if first is None or first.sent_at is None else first.sent_at
        _lost(home, sent_at, error)
        if is_ours:
            clone_outcomes.give_back_clone(home)
    elif not (error.retryable and clone_outcomes.try_clone_again(home=home, error=error)):
        clone_outcomes.mark_failed(home_id=home.id, error=error)


def _lost(home: ProviderVoice, sent_at: datetime, error: ProviderError | None) -> None:
    """The clone was sent and its answer is lost. With an id of ours the voice can be proven by using it; the id that a
    provider picked was in the answer and nowhere else."""
    if home.vendor_voice_id:
        clone_outcomes.mark_unproven(home_id=home.id, sent_at=sent_at, error=error)
        # An answer that was billed and could not be used has proven it by now.
        let_go(home)
        return
    message = (
        "The answer that names the voice was lost. The provider may have made and charged it, but it cannot be found. "
        "Resolve the attempt by the provider's bill, and clone the voice again if you want to pay for it again."
    )
    lost = VoiceRefusedError(message, code="clone_answer_lost")
    clone_outcomes.mark_failed(home_id=home.id, error=lost)


def _take_answer(home: ProviderVoice, attempt_id: str, answer: Answer) -> None:
    """Note what the answer said, then let its spool go and keep the preview."""
    home.preview_source = answer.facts.get("preview_url") or ""
    home.moderation = (answer.facts.get("moderation") or "")[:64]
    # Whoever holds the claim: what the provider said is a fact.
    ProviderVoice.objects.filter(id=home.id).update(
        preview_source=home.preview_source, moderation=home.moderation, tries=0
    )
    home.tries = 0
    answer_stored(attempt_id=attempt_id)
    if ProviderVoice.objects.filter(id=home.id, state=State.CLONING).exists():
        # It was booked, and names no voice that could be ours.
        _lost(home, clock.now(), None)
        return
    if home.preview_source:
        keep_preview(home)
    else:
        let_go(home, retry_at=None)


def _read_answer(home: ProviderVoice) -> None:
    """A crash came between the booking and the preview: the address is in the row, or still in the spool."""
    if home.preview_source:
        keep_preview(home)
        return
    attempts = Attempt.objects.filter(
        subject=clone_outcomes.subject_of(home), kind=Attempt.Kind.PREVIEW, state=Attempt.State.SETTLED
    )
    for attempt in attempts:
        found = recover_attempt(attempt_id=attempt.id, on_settled=lambda attempt: None)
        if found.answer is not None:
            _take_answer(home, attempt.id, found.answer)
            return
    let_go(home, retry_at=None)


def _ring_if_due(home: ProviderVoice) -> None:
    """Someone asked to activate it while it was being cloned."""
    if ProviderVoice.objects.filter(id=home.id, keepalive_due_at__lte=clock.now()).exists():
        ring(clone_outcomes.KEEP_TASK, home.id)


def _guard(home: ProviderVoice) -> None:
    voice = Voice.objects.select_for_update(no_key=True).get(id=home.voice_id)
    refuse_suspended(voice, clock.now())
    if Deletion.objects.filter(home=home, undone_at__isnull=True).exists():
        raise VoiceRefusedError("It is to be deleted, so it is not cloned.", code="voice_deleted")
    if voice.consent is None:
        raise VoiceRefusedError("Nobody consents to cloning this voice any more.", code="consent_missing")
    refuse_other_consent(home, voice)
    refuse_outside_consent(voice=voice, project_id=home.payer().project_id, purpose=None)


def _order(home: ProviderVoice) -> PaidOrder:
    hold = Hold.objects.get(key=clone_hold_key(home), state=Hold.State.OPEN)
    return PaidOrder(
        hold_id=hold.id,
        kind=Attempt.Kind.PREVIEW,
        subject=clone_outcomes.subject_of(home),
        account=home.provider_account,
        model=home.model,
        voice_slug=home.voice.slug,
        vendor_voice_id=home.vendor_voice_id,
        estimated_characters=preview_characters(home),
    )


def _recordings(home: ProviderVoice) -> tuple[Sample, Sample | None]:
    """What is handed over: the sample the home was ordered from, and the prompt; made over where the provider takes
    others, and noted on the home."""
    clone = capabilities_of(home.provider_account).clone
    sample = home.sample or home.voice.sample
    if sample is None or clone is None:
        raise VoiceRefusedError("The voice has no sample to clone from.", code="sample_missing")
    try:
        handed = home.handed_over or sample_for(sample=sample, clone=clone)
        prompt = None if home.prompt_sample is None else sample_for(sample=home.prompt_sample, clone=clone)
    except SampleRefusedError as refusal:
        raise VoiceRefusedError(refusal.detail, code=refusal.code) from refusal
    if handed.id != home.handed_over_id:
        home.handed_over = handed
        ProviderVoice.objects.filter(id=home.id).update(handed_over=handed)
    return handed, prompt


def _read(sample: Sample) -> bytes:
    try:
        return read_sample(sample)
    except FileNotFoundError:
        raise VoiceRefusedError("The storage does not have the sample any more.", code="sample_not_stored") from None
