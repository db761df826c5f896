"""Asking to keep a voice, and deciding about it beforehand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import InvalidInputError
from accounts.flows.holds import Fee, place_hold
from accounts.flows.quotes import quote_speech
from accounts.models import Hold, ProviderAccount
from accounts.money import Money
from accounts.payer import Actor, Payer
from accounts.provider_clients import adapter, wire_account
from providers.types import SpeechRequest
from voicelib.errors import VoiceRefusedError
from voicelib.flows.clone_outcomes import KEEP_TASK
from voicelib.flows.consent_use import refuse_outside_consent
from voicelib.flows.deadlines import look_again
from voicelib.flows.engine_holds import call_hold_key, spare_holds
from voicelib.flows.history import note_home
from voicelib.flows.voices import fee_of, refuse_suspended
from voicelib.models import ProviderVoice, Voice, VoiceDefaults

State = ProviderVoice.State


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepQuote:
    """The cheapest real synthesis that keeps a home, and what it costs."""

    request: SpeechRequest
    characters: int
    amount: Money
    fee: Fee | None


def quote_keep(*, home: ProviderVoice, at: datetime) -> KeepQuote:
    """The cheapest legal text on the cheapest model. Raises ConflictError `price_missing`, RefusedError."""
    account = home.provider_account
    speaker, request = adapter(account), keep_request(home)
    speaker.check_speech(wire_account(account), request)
    characters = speaker.count_characters(request.text)
    return KeepQuote(
        request=request,
        characters=characters,
        amount=quote_speech(account=account, model=request.model, characters=characters, at=at),
        fee=fee_of(home=home, at=at),
    )


def keep_request(home: ProviderVoice) -> SpeechRequest:
    """The cheapest legal text on the cheapest model."""
    offered = adapter(home.provider_account).capabilities
    return SpeechRequest(
        text=offered.activation_text,
        model=offered.cheapest_model,
        voice_id=home.vendor_voice_id,
        format=offered.default_format,
    )


def ask_activation(*, voice: Voice, account: ProviderAccount | None, actor: Actor, payer: Payer) -> ProviderVoice:
    """Keep a voice now, whatever its policy says: the cost is held, a worker makes the call.

    Without `account` the newest home that is not active yet. A home that is permanent already is returned as it is; one
    that is still being cloned is activated as soon as it is there. Raises VoiceRefusedError (`voice_suspended`,
    `outside_consent`, `voice_not_ready`, `voice_lapsed`, `voice_lost`, `voice_failed`), BudgetExceededError,
    ConflictError.
    """
    at = clock.now()
    refuse_suspended(voice, at)
    refuse_outside_consent(voice=voice, project_id=payer.project_id, purpose=None)
    home = _home_to_activate(voice, account, at)
    if home.state == State.PERMANENT:
        return home
    with transaction.atomic():
        if home.state in ProviderVoice.NOT_YET_ACTIVE:
            hold_for_keep(home=home, payer=payer, at=at)
        asked = ProviderVoice.objects.filter(id=home.id, state=home.state)
        due = {"keepalive_due_at": at} if home.state in ProviderVoice.NOT_YET_ACTIVE else {}
        if not asked.update(activation_asked_at=at, requested_by=asdict(payer), **due):
            raise VoiceRefusedError("The voice changed in this moment; look again.", code="voice_not_ready")
        note_home(home=home, kind="voice.activation_asked", actor=actor)
        ring(KEEP_TASK, home.id)
    home.refresh_from_db()
    return home


def set_policy(
    *,
    voice: Voice,
    account: ProviderAccount | None,
    actor: Actor,
    policy: str,
    on_silence: str | None = None,
    revival: str | None = None,
) -> ProviderVoice:
    """Decide anew whether the home is kept when its time comes, and cloned again by itself should it be lost. Raises
    InvalidInputError, VoiceRefusedError."""
    if revival is not None and revival not in VoiceDefaults.Revival.values:
        raise InvalidInputError(f"It is one of {', '.join(VoiceDefaults.Revival.values)}.", field="revival")
    if policy not in ProviderVoice.Policy.values:
        raise InvalidInputError(f"The policy is one of {', '.join(ProviderVoice.Policy.values)}.", field="policy")
    if on_silence is not None and on_silence not in ProviderVoice.OnSilence.values:
        raise InvalidInputError(f"It is one of {', '.join(ProviderVoice.OnSilence.values)}.", field="on_silence")
    at = clock.now()
    home = _home_to_activate(voice, account, at)
    with transaction.atomic():
        home = (
            ProviderVoice.objects.select_for_update(of=("self",), no_key=True)
            .select_related("voice", "provider_account")
            .get(id=home.id)
        )
        home.policy, home.on_silence = policy, on_silence or home.on_silence
        home.revival = revival or home.revival
        if policy != ProviderVoice.Policy.ALWAYS:
            home.activation_asked_at = None
        look_again(home, at=at)
        home.save(update_fields=["policy", "on_silence", "revival", "activation_asked_at", "keepalive_due_at"])
        data = {"policy": policy, "on_silence": home.on_silence, "revival": home.revival or None}
        note_home(home=home, kind="voice.policy_changed", actor=actor, data=data)
        return home


def hold_for_keep(
    *, home: ProviderVoice, payer: Payer, at: datetime, is_critical: bool = False
) -> tuple[Hold, KeepQuote]:
    """The hold of the next call that keeps this home: one that no call has used, else a new one, from the reserves of
    budgets too where it is critical.

    Raises BudgetExceededError, ConflictError.
    """
    quote = quote_keep(home=home, at=at)
    with transaction.atomic():
        spare = spare_holds(home).first()
        if spare is not None:
            return spare, quote
        home.calls += 1
        ProviderVoice.objects.filter(id=home.id).update(calls=home.calls)
        hold = place_hold(
            payer=payer,
            key=call_hold_key(home, home.calls),
            characters=quote.characters,
            amount=quote.amount,
            at=at,
            fee=quote.fee,
            is_critical=is_critical,
        )
        return hold, quote


def _home_to_activate(voice: Voice, account: ProviderAccount | None, at: datetime) -> ProviderVoice:
    homes = voice.homes.select_related("provider_account", "voice").order_by("-id")
    if account is not None:
        homes = homes.filter(provider_account=account)
    standing = {home.state: home for home in reversed(homes) if home.expires_at is None or home.expires_at > at}
    for state in (*ProviderVoice.NOT_YET_ACTIVE, State.CLONING, State.PERMANENT):
        if state in standing:
            return standing[state]
    newest = homes.first()
    code = "voice_not_ready" if newest is None else f"voice_{_ended(newest)}"
    raise VoiceRefusedError(f"{voice.slug} has no home that could be activated; clone it.", code=code)


def _ended(home: ProviderVoice) -> str:
    if home.state == State.DELETING:
        return State.DELETED
    return home.state if home.state in (State.LOST, State.FAILED, State.DELETED) else State.LAPSED
