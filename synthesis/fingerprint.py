"""The digest of everything audible: the same fingerprint in the same team is never paid twice. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from providers.types import JSON

# Raised when the meaning of a field changes, so that old audio is not taken for new.
_EDITION = 1


def fingerprint(
    *,
    provider_voice_id: str,
    generation: int,
    vendor_voice_id: str,
    model: str,
    text: str,
    settings: Mapping[str, JSON],
    rules: Sequence[str],
    audio_format: Mapping[str, JSON],
) -> str:
    """SHA-256 in hexadecimal over canonical JSON.

    `rules` are compiled, in the order they are sent; `settings` holds only what was asked for. The team is no part of
    it: it is the other half of the unique key.
    """
    heard = {
        "edition": _EDITION,
        "voice": [provider_voice_id, generation, vendor_voice_id],
        "model": model,
        "text": text,
        "settings": dict(settings),
        "rules": list(rules),
        "format": dict(audio_format),
    }
    canonical = json.dumps(heard, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
