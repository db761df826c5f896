"""One JSON object of a request, read field by field.

Unknown keys are ignored silently, as measured at the vendor; null counts as absent. Everything raises `VendorError`.
"""

from collections.abc import Collection
from typing import Any

from providers.sandbox.minimax.answers import VendorError, invalid


class Fields:
    """One JSON object of a request, read field by field; `path` prefixes the names in refusals."""

    def __init__(self, values: Any, path: str = "") -> None:
        """Refuses anything but an object."""
        if not isinstance(values, dict):
            raise invalid(path.strip() or "body")
        self._values = values
        self._path = path

    def get(self, name: str) -> Any:
        """The raw value, None when absent."""
        return self._values.get(name)

    def refuse(self, name: str) -> VendorError:
        """The refusal that names a field."""
        return invalid(f"{self._path}{name}")

    def inner(self, name: str) -> "Fields":
        """A nested object; an absent one is empty."""
        value = self.get(name)
        return Fields({} if value is None else value, f"{self._path}{name} ")

    def text(self, name: str, *, default: str | None = None, longest: int | None = None) -> str:
        """A string; required unless it has a default."""
        value = self.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (longest is not None and len(value) > longest):
            raise self.refuse(name)
        return value

    def choice(self, name: str, allowed: Collection[Any], *, default: Any = None) -> Any:
        """One of the allowed values, of the same type; absent gives the default."""
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool | float | list | dict) or value not in allowed:
            raise self.refuse(name)
        return value

    def number(self, name: str, *, default: float, low: float, high: float, low_excluded: bool = False) -> float:
        """A number in a range."""
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(name)
        if not low <= value <= high or (low_excluded and value == low):
            raise self.refuse(name)
        return float(value)

    def integer(self, name: str, *, low: int, high: int, default: int | None = None) -> int:
        """A JSON integer in a range; 1.0 is none."""
        value = self.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refuse(name)
        return value

    def flag(self, name: str) -> bool:
        """A boolean, false when absent."""
        value = self.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self.refuse(name)
        return value
