"""Strict readers of environment variables: a value that cannot be read stops the start and says what was expected.

A secret may also come from a file: `NAME_FILE` holds the path (Docker and Kubernetes secrets).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class Env:
    """Reads one environment; remembers every name asked for, so that the docs can be tested to be complete."""

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._source = os.environ if source is None else source
        self.names: set[str] = set()

    def _raw(self, name: str) -> str | None:
        self.names.add(name)
        value = self._source.get(name)
        return None if value is None or value == "" else value

    def text(self, name: str, default: str = "") -> str:
        value = self._raw(name)
        return default if value is None else value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def boolean(self, name: str, default: bool) -> bool:
        value = self._raw(name)
        if value is None:
            return default
        if value.lower() in _TRUE:
            return True
        if value.lower() in _FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")

    def integer(self, name: str, default: int, *, at_least: int = 0) -> int:
        value = self._raw(name)
        if value is None:
            return default
        try:
            number = int(value)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
        if number < at_least:
            raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {number}.")
        return number

    def address(self, name: str) -> str:
        """`host:port`, or nothing."""
        value = self.text(name)
        host, _, port = value.rpartition(":")
        if value and not (host and port.isdecimal() and 0 < int(port) < 65536):
            raise ImproperlyConfigured(f"{name} must be host:port, not {value!r}.")
        return value

    def names_list(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self._raw(name)
        if value is None:
            return default
        return tuple(part.strip() for part in value.split(",") if part.strip())

    def pairs(self, name: str, names: Collection[str]) -> dict[str, str]:
        """`name=value` with commas between; only `names` may stand before the sign."""
        found = {}
        for part in self.names_list(name):
            key, sign, value = (piece.strip() for piece in part.partition("="))
            if not sign or not value or key not in names:
                raise ImproperlyConfigured(f"{name} must be name=value with names of {', '.join(names)}, not {part!r}.")
            found[key] = value
        return found

    def path(self, name: str, default: Path) -> Path:
        value = self._raw(name)
        return (default if value is None else Path(value)).expanduser().resolve()

    def secret(self, name: str, default: str = "") -> str:
        """`NAME`, or the content of the file that `NAME_FILE` names; both at once is a mistake."""
        value, file = self._raw(name), self._raw(f"{name}_FILE")
        if value is not None and file is not None:
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        if file is None:
            return default if value is None else value
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None
