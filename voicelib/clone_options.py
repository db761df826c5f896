"""What a clone may be asked for beside its recording, as a home keeps it. Pure values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneOptions:
    """`prompt_sample` is the id of the second, short recording and `prompt_text` what is said in it, word for word.

    `text_validation` is what the provider is to hear in the recording, `accuracy` (0 to 1) how much of it.
    `verify_statement` asks it to hear the statement of the voice's consent instead; `statement_of` is the id of that
    consent, filled in when the clone is ordered."""

    prompt_sample: str | None = None
    prompt_text: str = ""
    text_validation: str | None = None
    accuracy: float | None = None
    verify_statement: bool = False
    statement_of: str | None = None
    noise_reduction: bool = False
    volume_normalization: bool = False
    language_boost: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Only what was asked for."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "", False)}


NO_OPTIONS = CloneOptions()
