"""Having a provider hear the statement of a consent in the recording that it clones from.

That it did is recorded with the clone it made, in the transaction that books it. A lost answer proves nothing, even
where the voice turns out to be there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from accounts.errors import InvalidInputError
from accounts.models import Attempt
from providers.errors import Category, ProviderError
from providers.types import CloneCapabilities
from voicelib.clone_options import CloneOptions
from voicelib.errors import VoiceRefusedError
from voicelib.flows.history import note_consent
from voicelib.models import Consent, ProviderVoice, StatementHearing, Voice

NOT_HEARD = "statement_not_heard"
_FIELD = "verify_statement"


def with_statement(voice: Voice, clone: CloneCapabilities, options: CloneOptions) -> CloneOptions:
    """The options as they are ordered: where the statement is to be heard, with whose it is and how much of it.

    Raises InvalidInputError (field `verify_statement`): `statement_check_unsupported`, `statement_check_twice`,
    `statement_too_long`; VoiceRefusedError `consent_missing`.
    """
    if not options.verify_statement:
        return without_statement(options)
    if options.text_validation is not None:
        raise InvalidInputError(
            "The provider hears the statement or the words of text_validation: ask for one of both.",
            code="statement_check_twice",
            field=_FIELD,
        )
    if not clone.validation_limit:
        raise InvalidInputError(
            "This provider does not check what is said in a recording.",
            code="statement_check_unsupported",
            field=_FIELD,
        )
    if voice.consent is None:
        raise VoiceRefusedError("Nobody has consented to cloning this voice.", code="consent_missing")
    length = len(voice.consent.statement)
    if length > clone.validation_limit:
        raise InvalidInputError(
            f"The statement has {length} characters; the provider hears at most {clone.validation_limit}.",
            code="statement_too_long",
            field=_FIELD,
            data={"characters": length, "limit": clone.validation_limit},
        )
    return replace(options, statement_of=voice.consent.id, accuracy=options.accuracy or clone.validation_accuracy)


def without_statement(options: CloneOptions) -> CloneOptions:
    """The options without the wish to have the statement heard; a threshold of nothing is none."""
    accuracy = options.accuracy if options.text_validation is not None or not options.verify_statement else None
    return replace(options, verify_statement=False, statement_of=None, accuracy=accuracy)


def refuse_other_consent(home: ProviderVoice, voice: Voice) -> None:
    """For the guard of the call: the voice got another consent since its statement was to be heard.

    Raises VoiceRefusedError `consent_changed`.
    """
    ordered = CloneOptions(**home.options).statement_of
    if ordered is not None and ordered != voice.consent_id:
        raise VoiceRefusedError(
            "The voice got another consent since the clone was ordered; order it again.", code="consent_changed"
        )


def record_heard(*, home: ProviderVoice, attempt: Attempt) -> None:
    """The provider made the clone it was to make only if it heard the statement. In the transaction that books it."""
    options, sample = CloneOptions(**home.options), home.sample
    if options.statement_of is None or sample is None:
        return
    account, handed = home.provider_account, home.handed_over or sample
    hearing = StatementHearing.objects.create(
        consent_id=options.statement_of,
        home_id=home.id,
        voice=home.voice.slug,
        provider=account.provider,
        provider_account=account.slug,
        provider_voice_id=home.vendor_voice_id,
        sample_id=sample.id,
        sample_sha256=handed.sha256,
        accuracy=options.accuracy or 0.0,
        attempt_id=attempt.id,
        trace_id=attempt.trace_id,
    )
    data = {"sample": sample.id, "accuracy": hearing.accuracy, "trace_id": hearing.trace_id, "hearing": hearing.id}
    note_consent(consent=hearing.consent, kind="consent.statement_verified", data={**_where(home), **data})


def was_not_heard(home: ProviderVoice, error: Exception) -> bool:
    """Whether a clone failed because the provider did not hear the statement."""
    is_mismatch = isinstance(error, ProviderError) and error.category is Category.TRANSCRIPT_MISMATCH
    return is_mismatch and CloneOptions(**home.options).statement_of is not None


def record_not_heard(*, home: ProviderVoice, failure: dict[str, Any]) -> None:
    """Note it with the consent, in the caller's transaction. `failure` is the home's `last_error`."""
    consent = Consent.objects.get(id=CloneOptions(**home.options).statement_of)
    data = {**_where(home), "sample": home.sample_id, "error": failure}
    note_consent(consent=consent, kind="consent.statement_not_heard", data=data)


def _where(home: ProviderVoice) -> dict[str, Any]:
    return {"voice": home.voice.slug, "provider_account": home.provider_account.slug, "generation": home.generation}
