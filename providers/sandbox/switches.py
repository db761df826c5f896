"""What the vendors' documentation leaves open, to be tried both ways: named switches, off unless turned on."""

from providers.sandbox.store import Store

# By provider: UModelverse may pass MiniMax's other routes through without telling; PPIO's older models may one day
# answer in the nested shape of its newest.
SWITCHES = {"umodelverse": frozenset({"native_routes"}), "ppio": frozenset({"nested_answers"})}


class Switches:
    """Which switches are on."""

    def __init__(self, store: Store) -> None:
        """Resume the stored switches."""
        self._store = store

    def turn(self, provider: str, name: str, *, on: bool) -> None:
        """Turn a switch on or off."""
        self._store.keep_setting("switches", {**self.all(), f"{provider}.{name}": on})

    def is_on(self, provider: str, name: str) -> bool:
        """Whether a switch is on."""
        return bool(self.all().get(f"{provider}.{name}", False))

    def all(self) -> dict[str, bool]:
        """Every switch that was ever turned."""
        return dict(self._store.setting("switches", {}))

    def clear(self) -> None:
        """All off."""
        self._store.keep_setting("switches", {})
