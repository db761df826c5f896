"""Asking for a clone: everything that can be refused is refused here, before anything is spent."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import ConflictError, InvalidInputError
from accounts.flows.holds import Fee, place_hold
from accounts.flows.quotes import quote_fee, quote_speech
from accounts.models import Price, ProviderAccount
from accounts.money import Money
from accounts.payer import Actor, Payer
from accounts.provider_clients import adapter, capabilities_of
from providers.types import CloneCapabilities
from voicelib.errors import VoiceRefusedError
from voicelib.flows.consent_use import refuse_outside_consent
from voicelib.flows.defaults import defaults_of
from voicelib.flows.history import note_home
from voicelib.flows.sample_links import refuse_private, sample_url
from voicelib.flows.samples import is_stored
from voicelib.flows.voices import fee_key, refuse_suspended
from voicelib.models import ProviderVoice, Sample, Voice, VoiceDefaults
from voicelib.revival import is_too_soon
from voicelib.states import LIVING

CLONE_TASK = "voicelib.tasks.clone_home"
_SUFFIX_BYTES = 6


def ask_clone(
    *,
    voice: Voice,
    account: ProviderAccount,
    actor: Actor,
    payer: Payer,
    model: str | None = None,
    preview_text: str | None = None,
    policy: str | None = None,
    on_silence: str | None = None,
    revival: str = "",
    revives: ProviderVoice | None = None,
) -> ProviderVoice:
    """Order a clone of the voice's sample at an account; a worker makes it.

    The characters of the preview are held (none without a preview), and the clone fee where the price charges it on
    cloning. After a failure, a lapse or a loss this makes the next generation under a new provider voice id. What is
    not said (`policy`, `on_silence`, `revival`) is as the team's defaults. `revives` is the home that the platform
    replaces by itself, at most once a voice in seven days.

    Raises VoiceRefusedError (`voice_suspended`, `consent_missing`, `consent_revoked`, `consent_expired`,
    `outside_consent`, `sample_missing`, `sample_not_stored`, `sample_unreachable`, `home_exists`,
    `revived_recently`),
    InvalidInputError with the field, BudgetExceededError, ConflictError `price_missing`.
    """
    at = clock.now()
    sample = _checked_sample(voice, at)
    refuse_outside_consent(voice=voice, project_id=payer.project_id, purpose=None)
    capabilities = _clone_capabilities(account)
    _check_fit(sample, capabilities, account)
    if capabilities.handover == "url":
        refuse_private(sample_url(sample), account)
    defaults = defaults_of(voice.team_id)
    policy, on_silence = policy or defaults.policy, on_silence or defaults.on_silence
    _check_policy(policy, on_silence, revival)
    preview_text = (preview_text or "").strip()
    model = _checked_model(account, model, preview_text, capabilities)
    # What is spoken and billed whether it is asked for or not is held and priced like any preview.
    preview_text = preview_text or capabilities.obligatory_preview
    home = ProviderVoice(
        voice=voice,
        provider_account=account,
        vendor_voice_id=_picked_id(voice, account, capabilities),
        policy=policy,
        on_silence=on_silence,
        revival=revival,
        revives=revives,
        model=model,
        preview_text=preview_text,
        requested_by=asdict(payer),
        retry_at=clock.real_now(),
    )
    return _place(home, actor=actor, payer=payer, at=at)


def clone_hold_key(home: ProviderVoice) -> str:
    """Under which the cost of this clone is held."""
    return f"clone:{home.id}"


def preview_characters(home: ProviderVoice) -> int:
    """Billed characters expected for the preview; 0 without one."""
    return adapter(home.provider_account).count_characters(home.preview_text) if home.preview_text else 0


def _place(home: ProviderVoice, *, actor: Actor, payer: Payer, at: datetime) -> ProviderVoice:
    account, voice = home.provider_account, home.voice
    characters = preview_characters(home)
    amount = (
        quote_speech(account=account, model=home.model, characters=characters, at=at) if characters else Money(0, "")
    )
    try:
        with transaction.atomic():
            # One ask at a time for a voice, so that generations count up and revocations are seen.
            refuse_suspended(Voice.objects.select_for_update(no_key=True).get(id=voice.id), at)
            _refuse_second_home(voice, account)
            _refuse_soon_revival(home, at)
            newest = voice.homes.filter(provider_account=account).aggregate(newest=Max("generation"))["newest"]
            home.generation = (newest or 0) + 1
            home.save(force_insert=True)
            place_hold(
                payer=payer,
                key=clone_hold_key(home),
                characters=characters,
                amount=amount,
                at=at,
                fee=_fee_on_cloning(home, at),
            )
            _note_asked(home, actor, characters)
            ring(CLONE_TASK, home.id)
    except IntegrityError:
        raise _home_exists(voice, account) from None
    return home


def _checked_sample(voice: Voice, at: datetime) -> Sample:
    refuse_suspended(voice, at)
    if voice.kind != Voice.Kind.CLONED:
        raise VoiceRefusedError("Only a voice of your own can be cloned.", code="voice_not_clonable")
    if voice.consent is None:
        raise VoiceRefusedError("Nobody has consented to cloning this voice.", code="consent_missing")
    if voice.sample is None:
        raise VoiceRefusedError("The voice has no sample to clone from.", code="sample_missing")
    if not is_stored(voice.sample):
        raise VoiceRefusedError(
            "The storage does not have the sample any more; add it again.", code="sample_not_stored"
        )
    return voice.sample


def _clone_capabilities(account: ProviderAccount) -> CloneCapabilities:
    capabilities = capabilities_of(account)
    clone = capabilities.clone
    if clone is None or "clone" not in capabilities.operations:
        raise InvalidInputError(
            f"{account.provider} does not clone voices.", code="clone_unsupported", field="provider_account"
        )
    return clone


def _picked_id(voice: Voice, account: ProviderAccount, clone: CloneCapabilities) -> str:
    """The provider voice id we pick; empty where the provider does, and says it only in its answer."""
    if clone.who_picks_id == "provider":
        return ""
    return adapter(account).new_voice_id(voice.slug, secrets.token_hex(_SUFFIX_BYTES))


def _check_fit(sample: Sample, clone: CloneCapabilities, account: ProviderAccount) -> None:
    problem = None
    if sample.format not in clone.sample_containers:
        problem = f"takes {', '.join(sorted(clone.sample_containers))}, not {sample.format}"
    elif not clone.min_ms <= sample.duration_ms <= clone.max_ms:
        problem = f"takes {clone.min_ms // 1000} to {clone.max_ms // 1000} s"
    elif sample.size > clone.max_bytes:
        problem = f"takes at most {clone.max_bytes} bytes"
    if problem:
        raise InvalidInputError(f"{account.provider} {problem}.", code="sample_unsuitable", field="sample")


def _check_policy(policy: str, on_silence: str, revival: str) -> None:
    if revival not in ("", *VoiceDefaults.Revival.values):
        raise InvalidInputError(f"It is one of {', '.join(VoiceDefaults.Revival.values)}.", field="revival")
    if policy not in ProviderVoice.Policy.values:
        raise InvalidInputError(f"The policy is one of {', '.join(ProviderVoice.Policy.values)}.", field="policy")
    if on_silence not in ProviderVoice.OnSilence.values:
        raise InvalidInputError(f"It is one of {', '.join(ProviderVoice.OnSilence.values)}.", field="on_silence")


def _checked_model(account: ProviderAccount, model: str | None, preview_text: str, clone: CloneCapabilities) -> str:
    capabilities = capabilities_of(account)
    if len(preview_text) > clone.preview_limit:
        raise InvalidInputError(
            f"A preview has at most {clone.preview_limit} characters.", code="preview_too_long", field="preview_text"
        )
    allowed = (clone.preview_models if preview_text else ()) or capabilities.models
    if model is not None and model not in allowed:
        raise InvalidInputError(f"{model!r} is none of {', '.join(allowed)}.", code="model_unknown", field="model")
    if model is None and not preview_text and clone.obligatory_preview:
        return capabilities.cheapest_model
    return model or (capabilities.default_model if capabilities.default_model in allowed else allowed[0])


def _refuse_second_home(voice: Voice, account: ProviderAccount) -> None:
    if voice.homes.filter(provider_account=account, state__in=LIVING).exists():
        raise _home_exists(voice, account)


def last_revival(voice: Voice) -> datetime | None:
    """When a home of this voice was last made without anybody asking."""
    made: datetime | None = ProviderVoice.objects.filter(voice=voice, revives__isnull=False).aggregate(
        latest=Max("created_at")
    )["latest"]
    return made


def _refuse_soon_revival(home: ProviderVoice, at: datetime) -> None:
    if home.revives is not None and is_too_soon(last_revival(home.voice), at):
        raise VoiceRefusedError("It was cloned again by itself in the last seven days.", code="revived_recently")


def _note_asked(home: ProviderVoice, actor: Actor, characters: int) -> None:
    data: dict[str, Any] = {"policy": home.policy, "preview_characters": characters}
    if home.revives is None:
        note_home(home=home, kind="voice.clone_asked", actor=actor, data=data)
    else:
        data |= {"revives": home.revives.generation, "was": home.revives.state}
        note_home(home=home, kind="voice.revival_asked", actor=actor, data=data)


def _home_exists(voice: Voice, account: ProviderAccount) -> ConflictError:
    return VoiceRefusedError(f"{voice.slug} has a living home at {account.slug} already.", code="home_exists")


def _fee_on_cloning(home: ProviderVoice, at: datetime) -> Fee | None:
    quoted = quote_fee(account=home.provider_account, unit=Price.Unit.CLONE, at=at)
    if quoted is None or quoted[1] != Price.ChargedOn.CLONE:
        return None
    return Fee(key=fee_key(home), amount=quoted[0])
