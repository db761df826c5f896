"""What the vendors' documentation leaves open, to be tried both ways: named switches, off unless turned on."""

from providers.sandbox.store import Store

# By provider: UModelverse may pass MiniMax's other routes through without telling; PPIO's older models may one day
# answer in the nested shape of its newest; WaveSpeed's outputs are strings or objects, and where it says a result can
# be read ends in /result or not, or points elsewhere, as foreign input may; the published proxy decodes hexadecimal as
# base64, and may be repaired.
SWITCHES = {
    "umodelverse": frozenset({"native_routes"}),
    "ppio": frozenset({"nested_answers"}),
    "wavespeed": frozenset({"object_outputs", "short_result_url", "foreign_result_url"}),
    "clore": frozenset({"as_published"}),
}


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
