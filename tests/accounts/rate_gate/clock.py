"""A clock that moves only when it is slept through."""


class Clock:
    """`clock()` is the time; `clock.sleep(s)` moves it."""

    def __init__(self, at: float = 1_000_000.0):
        self.at = at
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
