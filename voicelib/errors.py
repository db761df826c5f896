"""Errors of the voice library that a caller can act on.

InvalidInputError
├── SampleRefusedError    the recording cannot be cloned, with the reason
└── RuleRefusedError      the pronunciation rule cannot be expressed, with the reason
ConflictError
└── VoiceRefusedError     the voice cannot speak, be cloned or be kept now
"""

from __future__ import annotations

from accounts.errors import ConflictError, InvalidInputError


class SampleRefusedError(InvalidInputError):
    """The recording cannot be cloned; `code` says why."""

    def __init__(self, detail: str, *, code: str, field: str = "file") -> None:
        super().__init__(detail, code=code, field=field)


class RuleRefusedError(InvalidInputError):
    """The rule is not written in its notation, or a provider cannot express it; `field` says which part."""

    code = "rule_invalid"


class VoiceRefusedError(ConflictError):
    """The voice, or its home, is not in a state that allows this; `code` says which."""

    code = "voice_not_ready"
