"""How to speak, in our API's words: read strictly, kept as asked. Pure.

Ranges are the provider's business (`Adapter.check_speech`); names and types are ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from accounts.errors import InvalidInputError
from providers.types import JSON, SpeechSettings, VoiceEffects


def read_settings(asked: object) -> SpeechSettings:
    """The settings a request means. Absent and null mean: leave it to the provider.

    Raises InvalidInputError with the field `settings.<name>`: `unknown_setting`, `invalid_setting`.
    """
    given = _object(asked, "settings")
    effects = given.pop("effects", None)
    values = _read(given, _SETTINGS, "settings")
    if effects is not None:
        values["effects"] = VoiceEffects(**_read(_object(effects, "settings.effects"), _EFFECTS, "settings.effects"))
    return SpeechSettings(**values)


def settings_json(settings: SpeechSettings) -> dict[str, JSON]:
    """Only what was asked for; equal settings give equal JSON."""
    return _without_none(asdict(settings))


def settings_from_json(kept: Mapping[str, JSON]) -> SpeechSettings:
    """The inverse of `settings_json`."""
    return read_settings(kept)


def _read(given: dict[str, object], readers: Mapping[str, Callable[[object], object]], where: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in readers:
            raise InvalidInputError(
                f"There is no setting {name!r}; there are {', '.join(sorted({*readers, *_NESTED.get(where, ())}))}.",
                code="unknown_setting",
                field=f"{where}.{name}",
            )
        if value is None:
            continue
        try:
            values[name] = readers[name](value)
        except ValueError as error:
            raise InvalidInputError(f"It is {error}.", code="invalid_setting", field=f"{where}.{name}") from None
    return values


def _object(value: object, field: str) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInputError("It is an object of names and values.", code="invalid_setting", field=field)
    return {str(name): item for name, item in value.items()}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a whole number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text")
    return value


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


_SETTINGS: Mapping[str, Callable[[object], object]] = {
    "speed": _number,
    "volume": _number,
    "pitch": _whole,
    "emotion": _text,
    "language_boost": _text,
    "text_normalization": _switch,
    "latex_read": _switch,
}
_EFFECTS: Mapping[str, Callable[[object], object]] = {
    "pitch": _whole,
    "intensity": _whole,
    "timbre": _whole,
    "sound": _text,
}
_NESTED: Mapping[str, tuple[str, ...]] = {"settings": ("effects",)}


def _without_none(values: Mapping[str, JSON]) -> dict[str, JSON]:
    cleaned = {name: _without_none(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {name: value for name, value in cleaned.items() if value is not None and value != {}}
