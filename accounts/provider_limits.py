"""How fast calls may go to a provider account: what the provider documents, overridden by what the account says.

`ProviderAccount.limits` is {"speech": {"rpm", "concurrency"}, "clone": …, "design": …, "models": {"<model>": …}}; every
part may be left out (as documented, or the setting PROVIDER_CONCURRENCY) or null (no limit).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.errors import InvalidInputError
from accounts.rate_gate.rule import Limit

FAMILIES = ("speech", "clone", "design")
_PARTS = ("rpm", "concurrency")
_LARGEST = {"rpm": 100_000, "concurrency": 10_000}
_FAMILY_OF_KIND = {"preview": "clone", "design": "design"}


def family_of(kind: str) -> str:
    """The family whose limits a paid call of this attempt kind spends."""
    return _FAMILY_OF_KIND.get(kind, "speech")


def limit_of(
    limits: Mapping[str, Any], *, family: str, model: str, rates: Mapping[str, int], concurrency: int
) -> Limit:
    """The limit of one gate: the model's, else the family's, else the provider's `rates` and our `concurrency`."""
    own = {**limits.get(family, {}), **(limits.get("models", {}).get(model, {}) if family == "speech" else {})}
    return Limit(rpm=own.get("rpm", rates.get(family)), concurrency=own.get("concurrency", concurrency))


def checked_limits(limits: Mapping[str, Any]) -> dict[str, Any]:
    """The limits, if all are known and make sense. Raises InvalidInputError that names one."""
    checked: dict[str, Any] = {}
    for name, value in limits.items():
        if name == "models":
            models = _object(value, "limits.models")
            checked[name] = {model: _checked(part, f"limits.models.{model}") for model, part in models.items()}
        elif name in FAMILIES:
            checked[name] = _checked(value, f"limits.{name}")
        else:
            raise InvalidInputError(f"Known: {', '.join(FAMILIES)}, models.", field=f"limits.{name}")
    return checked


def _checked(value: Any, field: str) -> dict[str, int | None]:
    parts = _object(value, field)
    for name, number in parts.items():
        if name not in _PARTS:
            raise InvalidInputError(f"Known: {', '.join(_PARTS)}.", field=f"{field}.{name}")
        is_whole = isinstance(number, int) and not isinstance(number, bool)
        if number is not None and not (is_whole and 1 <= number <= _LARGEST[name]):
            raise InvalidInputError(
                f"Give a whole number from 1 to {_LARGEST[name]}, or null for no limit.", field=f"{field}.{name}"
            )
    return parts


def _object(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInputError("It is an object.", field=field)
    return value
