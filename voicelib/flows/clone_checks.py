"""Every rule of a clone, held against an order before anything is paid: for the order and for whoever asks first.

Nothing here calls a provider. What would be refused is a finding of severity `error`; `ask_clone` raises the first.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from accounts import clock
from accounts.errors import ConflictError, InvalidInputError, PlatformError
from accounts.flows.holds import budgets_effect
from accounts.flows.quotes import quote_fee, quote_speech
from accounts.models import Price, ProviderAccount
from accounts.payer import Payer
from accounts.provider_clients import adapter, capabilities_of, wire_address
from providers.errors import RefusedError
from providers.types import CloneCapabilities, CloneRequest
from voicelib.clone_options import NO_OPTIONS, CloneOptions
from voicelib.errors import SampleRefusedError, VoiceRefusedError
from voicelib.flows.clone_requests import rehearsed_request
from voicelib.flows.consent_use import refuse_outside_consent
from voicelib.flows.defaults import defaults_of
from voicelib.flows.derived_samples import needed_recipe
from voicelib.flows.sample_links import refuse_private, sample_url
from voicelib.flows.samples import is_stored
from voicelib.flows.statement_hearings import with_statement, without_statement
from voicelib.flows.voices import refuse_suspended
from voicelib.models import ProviderVoice, Sample, Voice, VoiceDefaults
from voicelib.sample_recipes import Recipe
from voicelib.states import LIVING

_SUFFIX_BYTES = 6
_T = TypeVar("_T")
# What a provider may refuse, by the name in its request → the name in ours, and what the request is without it.
_WISHES: dict[str, tuple[str, dict[str, Any]]] = {
    "clone_prompt": ("clone_prompt", {"clone_prompt": None}),
    "text_validation": ("text_validation", {"text_validation": None, "accuracy": None}),
    "accuracy": ("accuracy", {"accuracy": None}),
    "need_noise_reduction": ("noise_reduction", {"need_noise_reduction": False}),
    "need_volume_normalization": ("volume_normalization", {"need_volume_normalization": False}),
    "language_boost": ("language_boost", {"language_boost": None}),
    "preview_text": ("preview_text", {"preview_text": None}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneFinding:
    """`error`: the order would be refused with this code; `warning` and `info`: worth knowing before it is paid."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneWish:
    """What somebody asks for; None and "" are the provider's usual and the team's defaults."""

    model: str | None = None
    preview_text: str | None = None
    policy: str | None = None
    on_silence: str | None = None
    revival: str = ""
    revives: ProviderVoice | None = None
    options: CloneOptions = NO_OPTIONS


@dataclass(slots=True)
class Examined:
    """A home as it would be ordered (None where it cannot even be written down), and what was found."""

    home: ProviderVoice | None = None
    recipe: Recipe | None = None
    refusals: list[PlatformError] = field(default_factory=list)
    notes: list[CloneFinding] = field(default_factory=list)

    def hold(self, rule: Callable[[], _T]) -> _T | None:
        """What the rule answers; its refusal is kept, once for each code and field."""
        try:
            return rule()
        except PlatformError as refusal:
            if (refusal.code, refusal.field) not in {(known.code, known.field) for known in self.refusals}:
                self.refusals.append(refusal)
            return None

    def note(self, code: str, severity: Literal["warning", "info"], message: str, field: str | None = None) -> None:
        self.notes.append(CloneFinding(code=code, severity=severity, message=message, field=field))

    def findings(self) -> list[CloneFinding]:
        """Errors first."""
        errors = [
            CloneFinding(code=refusal.code, severity="error", message=refusal.detail, field=refusal.field)
            for refusal in self.refusals
        ]
        return errors + sorted(self.notes, key=lambda note: note.severity == "info")


def examine_clone(*, voice: Voice, account: ProviderAccount, payer: Payer, wish: CloneWish) -> Examined:
    """Hold every rule that needs no lock against an order. Costs nothing and changes nothing."""
    found = Examined()
    sample = _examine_voice(found, voice, payer, clock.now())
    clone = found.hold(lambda: _clone_capabilities(account))
    found.hold(lambda: refuse_frozen(account))
    defaults = defaults_of(voice.team_id)
    policy, on_silence = wish.policy or defaults.policy, wish.on_silence or defaults.on_silence
    found.hold(lambda: _check_policy(policy, on_silence, wish.revival))
    prompt = found.hold(lambda: _prompt_of(voice, wish.options))
    if clone is None:
        return found
    if sample is not None:
        found.recipe = found.hold(lambda: _fitting(sample, clone, account))
        if clone.handover == "url":
            found.hold(lambda: refuse_private(sample_url(sample), account))
    preview_text = (wish.preview_text or "").strip()
    chosen = found.hold(lambda: _checked_model(account, wish.model, preview_text, clone))
    # What is wrong with the wish for the statement is told once; the rest is looked at without it.
    options = found.hold(lambda: with_statement(voice, clone, wish.options)) or without_statement(wish.options)
    if chosen is None:
        return found
    found.home = ProviderVoice(
        voice=voice,
        provider_account=account,
        vendor_voice_id=_picked_id(voice, account, clone),
        policy=policy,
        on_silence=on_silence,
        revival=wish.revival,
        revives=wish.revives,
        model=chosen,
        # What is spoken and billed whether it is asked for or not is held and priced like any preview.
        preview_text=preview_text or clone.obligatory_preview,
        sample=sample,
        prompt_sample=prompt,
        options=options.as_json(),
        requested_by=asdict(payer),
        retry_at=clock.real_now(),
    )
    if sample is not None and not found.refusals:
        _examine_request(found, found.home, sample, prompt)
    return found


def add_notes(found: Examined, *, account: ProviderAccount, payer: Payer) -> None:
    """What is worth knowing and refuses nothing: the recording, the account, what it will cost later."""
    home, at = found.home, clock.now()
    if home is not None and home.sample is not None:
        _note_sample(found, home, home.sample)
    _note_account(found, account)
    fee = quote_fee(account=account, unit=Price.Unit.CLONE, at=at)
    if fee is not None and fee[1] == Price.ChargedOn.FIRST_USE:
        money = fee[0]
        cost = f"{money.amount_micros / 1_000_000:g} {money.currency}"
        found.note("fee_at_first_use", "info", f"Nothing is due for the clone itself; its first use costs {cost}.")
        for budget in budgets_effect(payer=payer, characters=0, amount=money, at=at):
            if not budget["fits"]:
                found.note(
                    "budget_short_for_fee", "warning", f"The budget {budget['name']} could not pay the first use now."
                )
    try:
        quote_speech(account=account, model=capabilities_of(account).cheapest_model, characters=1, at=at)
    except ConflictError as missing:
        found.note("keeping_unpriced", "warning", f"It could not be kept in time: {missing.detail}")


def _examine_voice(found: Examined, voice: Voice, payer: Payer, at: datetime) -> Sample | None:
    found.hold(lambda: refuse_suspended(voice, at))
    found.hold(lambda: _refuse_unclonable(voice))
    sample = found.hold(lambda: _stored_sample(voice))
    found.hold(lambda: refuse_outside_consent(voice=voice, project_id=payer.project_id, purpose=None))
    return sample


def _refuse_unclonable(voice: Voice) -> None:
    if voice.kind != Voice.Kind.CLONED:
        raise VoiceRefusedError("Only a voice of your own can be cloned.", code="voice_not_clonable")
    if voice.consent is None:
        raise VoiceRefusedError("Nobody has consented to cloning this voice.", code="consent_missing")


def _stored_sample(voice: Voice) -> Sample:
    if voice.sample is None:
        raise VoiceRefusedError("The voice has no sample to clone from.", code="sample_missing")
    if not is_stored(voice.sample):
        raise VoiceRefusedError(
            "The storage does not have the sample any more; add it again.", code="sample_not_stored"
        )
    return voice.sample


def refuse_frozen(account: ProviderAccount) -> None:
    """Raises VoiceRefusedError `account_frozen`: a recording does not go where nobody knows whose account it is."""
    if account.frozen_at is not None:
        raise VoiceRefusedError(
            f"{account.name} is frozen: {account.frozen_reason}", code="account_frozen", field="provider_account"
        )


def _clone_capabilities(account: ProviderAccount) -> CloneCapabilities:
    capabilities = capabilities_of(account)
    clone = capabilities.clone
    if clone is None or "clone" not in capabilities.operations:
        raise InvalidInputError(
            f"{account.provider} does not clone voices.", code="clone_unsupported", field="provider_account"
        )
    return clone


def _check_policy(policy: str, on_silence: str, revival: str) -> None:
    if revival not in ("", *VoiceDefaults.Revival.values):
        raise InvalidInputError(f"It is one of {', '.join(VoiceDefaults.Revival.values)}.", field="revival")
    if policy not in ProviderVoice.Policy.values:
        raise InvalidInputError(f"The policy is one of {', '.join(ProviderVoice.Policy.values)}.", field="policy")
    if on_silence not in ProviderVoice.OnSilence.values:
        raise InvalidInputError(f"It is one of {', '.join(ProviderVoice.OnSilence.values)}.", field="on_silence")


def _prompt_of(voice: Voice, options: CloneOptions) -> Sample | None:
    if options.prompt_sample is None:
        return None
    prompt = Sample.objects.filter(team_id=voice.team_id, id=options.prompt_sample).first()
    if prompt is None:
        raise InvalidInputError(
            "There is no such sample in this team.", code="sample_unknown", field="clone_prompt.sample"
        )
    if not is_stored(prompt):
        raise VoiceRefusedError(
            "The storage does not have the prompt any more; add it again.",
            code="sample_not_stored",
            field="clone_prompt.sample",
        )
    return prompt


def _fitting(sample: Sample, clone: CloneCapabilities, account: ProviderAccount) -> Recipe | None:
    """How the recording has to be made over; None for not at all."""
    if not clone.min_ms <= sample.duration_ms <= clone.max_ms:
        raise InvalidInputError(
            f"{account.provider} takes {clone.min_ms // 1000} to {clone.max_ms // 1000} s.",
            code="sample_unsuitable",
            field="sample",
        )
    try:
        return needed_recipe(sample, clone)
    except SampleRefusedError as refusal:
        raise InvalidInputError(f"{account.provider}: {refusal.detail}", code=refusal.code, field="sample") from None


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


def _picked_id(voice: Voice, account: ProviderAccount, clone: CloneCapabilities) -> str:
    """The provider voice id we pick; empty where the provider does, and says it only in its answer."""
    if clone.who_picks_id == "provider":
        return ""
    return adapter(account).new_voice_id(voice.slug, secrets.token_hex(_SUFFIX_BYTES))


def _examine_request(found: Examined, home: ProviderVoice, sample: Sample, prompt: Sample | None) -> None:
    """The provider's own rules, as its adapter holds them before sending; one refusal for each wish."""
    container = found.recipe.container if found.recipe else sample.format
    request = rehearsed_request(home, sample, container, prompt)
    is_statement = "statement_of" in home.options
    while (refusal := _refusal(home.provider_account, request)) is not None:
        ours, without = _WISHES.get((refusal.field or "").partition(".")[0], (refusal.field, {}))
        detail = (refusal.field or "").partition(".")[2]
        name = f"{ours}.{detail}" if detail and without else ours
        name = "verify_statement" if is_statement and name == "text_validation" else name
        found.refusals.append(InvalidInputError(refusal.message, code=str(refusal.category), field=name))
        if not without:
            return
        request = replace(request, **without)


def _refusal(account: ProviderAccount, request: CloneRequest) -> RefusedError | None:
    try:
        adapter(account).check_clone(wire_address(account), request)
    except RefusedError as refusal:
        return refusal
    return None


def _note_sample(found: Examined, home: ProviderVoice, sample: Sample) -> None:
    if found.recipe is not None:
        found.note(
            "sample_made_over",
            "info",
            f"The provider is handed a {found.recipe.container} made of this {sample.format}; the original stays.",
            "sample",
        )
    for known in sample.findings:
        severity: Literal["warning", "info"] = "warning" if known["severity"] == "warning" else "info"
        found.note(known["code"], severity, known["message"], "sample")
    twins = ProviderVoice.objects.filter(
        provider_account=home.provider_account, voice__sample=sample, state__in=LIVING
    ).exclude(voice=home.voice)
    twin = twins.select_related("voice").first()
    if twin is not None:
        found.note("sample_cloned_before", "warning", f"{twin.voice.slug} is cloned from it there already.", "sample")


def _note_account(found: Examined, account: ProviderAccount) -> None:
    if account.finding:
        found.note("account_finding", "warning", f"Its last check said: {account.finding}", "provider_account")
    elif account.checked_at is None:
        found.note("account_unchecked", "info", "Its key was never checked.", "provider_account")
    if account.circuit != account.Circuit.CLOSED:
        found.note("account_paused", "warning", f"It is left alone now: {account.circuit_reason}", "provider_account")
