"""Reading what a control is told: bodies and queries, where every unknown or odd value is refused with a sentence."""

import json
from collections.abc import Collection
from typing import Any

from starlette.requests import Request

from providers.sandbox.accounts import account_of

MOST_SECONDS = 10**10
_MISSING = object()


class ControlError(Exception):
    """A control refused, with a sentence that says why."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        """400 unless another status fits better."""
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class Orders:
    """The JSON object of a control: every field is read by name, and what nobody read is refused."""

    def __init__(self, values: Any) -> None:
        """Refuses anything but an object."""
        if not isinstance(values, dict):
            raise ControlError("The body must be a JSON object.")
        self._left = dict(values)

    def take(self, name: str, default: Any = _MISSING) -> Any:
        """A raw value; required without a default."""
        value = self._left.pop(name, default)
        if value is _MISSING:
            raise ControlError(f"{name} is required.")
        return value

    def number(self, name: str, default: Any = _MISSING, *, low: float = 0, high: float = MOST_SECONDS) -> Any:
        """A number in a range, or the default."""
        value = self.take(name, default)
        if value is default:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ControlError(f"{name} must be a number between {low} and {high}.")
        return value

    def whole(self, name: str, default: Any = _MISSING, *, low: int = 0) -> Any:
        """An integer, or the default (also for null)."""
        value = self.take(name, default)
        if value is default or (value is None and default is None):
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise ControlError(f"{name} must be a whole number of at least {low}.")
        return value

    def whole_or_null(self, name: str, default: int) -> int | None:
        """An integer, None for null, or the default when nothing is said."""
        return self.whole(name, None) if name in self._left else default

    def choice(self, name: str, allowed: Collection[str], default: Any = _MISSING) -> str:
        """One of the allowed words."""
        value = self.take(name, default)
        if not isinstance(value, str) or value not in allowed:
            raise ControlError(f"{name} must be one of: {', '.join(sorted(allowed))}.")
        return value

    def account(self) -> str:
        """The account of the required `key`."""
        value = self.take("key")
        if not isinstance(value, str) or not value:
            raise ControlError("key must be a non-empty text.")
        return account_of(value)

    def account_if_given(self) -> str | None:
        """The account of `key`, None without it."""
        return self.account() if self._left.get("key") is not None else self.take("key", None)

    def end(self) -> None:
        """Refuse what is left."""
        if self._left:
            raise ControlError(f"Unknown field: {', '.join(sorted(self._left))}.")


async def orders_of(request: Request) -> Orders:
    """The body's orders; nothing counts as none."""
    try:
        return Orders(json.loads(await request.body() or b"{}"))
    except ValueError as error:
        raise ControlError("The body is not valid JSON.") from error


def query_of(request: Request, *names: str) -> dict[str, str | None]:
    """The named query parameters; others are refused."""
    unknown = sorted(set(request.query_params) - set(names))
    if unknown:
        raise ControlError(f"Unknown query parameter: {', '.join(unknown)}.")
    return {name: request.query_params.get(name) for name in names}


def query_number(values: dict[str, str | None], name: str, default: float | None) -> float | None:
    """A number in a query, not negative."""
    raw = values[name]
    if raw is None:
        return default
    try:
        number = float(raw)
    except ValueError as error:
        raise ControlError(f"{name} must be a number.") from error
    if not 0 <= number <= MOST_SECONDS:
        raise ControlError(f"{name} must be between 0 and {MOST_SECONDS}.")
    return number
