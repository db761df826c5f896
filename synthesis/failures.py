"""Why a clip failed, as it is kept and answered: {"code", "message", "provider"?}. Pure."""

from __future__ import annotations

from typing import Any

from accounts.errors import PlatformError
from accounts.provider_errors import refused_by_provider
from providers.errors import ProviderError

OUTCOME_UNKNOWN = "outcome_unknown"
AUDIO_LOST = "audio_lost"
# Failures after which an answer may still turn up on the disk of the worker that received it.
MAY_TURN_UP = (OUTCOME_UNKNOWN, AUDIO_LOST)


def provider_failure(error: ProviderError) -> dict[str, Any]:
    """A provider's refusal, with the vendor's own code, message and trace id."""
    return refusal(refused_by_provider(error))


def refusal(error: PlatformError) -> dict[str, Any]:
    """A refusal of ours."""
    failure: dict[str, Any] = {"code": error.code, "message": error.detail}
    if error.provider is not None:
        failure["provider"] = error.provider
    return failure


def outcome_unknown(error: ProviderError | None = None) -> dict[str, Any]:
    """It was sent and nobody knows whether it was done and charged."""
    failure: dict[str, Any] = {
        "code": OUTCOME_UNKNOWN,
        "message": "The provider was asked and its answer never arrived: it may have been charged. "
        "Retry to pay for it again, or resolve the attempt first.",
    }
    if error is not None:
        failure["provider"] = provider_failure(error)["provider"]
    return failure


def waited_too_long(waits_for: dict[str, str]) -> dict[str, Any]:
    """Its voice was to speak again and did not within the time that anything waits."""
    return {
        "code": "voice_wait_over",
        "message": f"Waited for a day, and no longer. {waits_for['message']} Nothing was spent; retry it later.",
    }


def audio_lost() -> dict[str, Any]:
    """It was paid, and the machine that held the answer is gone or has not come back."""
    return {
        "code": AUDIO_LOST,
        "message": "The call was paid, but its audio is not on this machine. "
        "It becomes ready when the worker that received it comes back; retry to pay for it again.",
    }
