"""How long a rendering waits between tries."""

from synthesis.backoff import MOST_TRIES, wait_seconds


def test_waits_grow_and_stay_bounded():
    waits = [wait_seconds(tries, 0.5) for tries in range(1, MOST_TRIES + 5)]
    assert waits == sorted(waits)
    assert waits[0] == 2
    assert wait_seconds(50, 0.999) < 180
