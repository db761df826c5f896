"""Where a year is lived: a vendor of its own, whose clock nobody else follows, and no pause of real time."""

import contextlib
import os
import socket
import subprocess
from dataclasses import dataclass

from tests.cast import Cast
from tests.drain import forget_doorbells
from tests.services.processes import Process
from tests.year.houses import DAY_HOURS, Houses, Rules
from tests.year.plan import drawn
from tests.year.world import World


@dataclass(frozen=True, kw_only=True)
class Span:
    """How long, how many, where; drawn from which seed; and how many days of rest come after it."""

    seed: int
    rules: Rules
    voices: int
    days: int
    rest_days: int


@contextlib.contextmanager
def lived(span: Span, *, cast: Cast, settings, monkeypatch, folder):
    """The world after its days, everything mended and some days of rest."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.FETCH_ALLOWED_HOSTS = frozenset({f"127.0.0.1:{port}"})
    settings.SCAN_HOURS = 24
    # Business time is real time here: what earlier tests moved it by stays with their data.
    settings.DATA_DIR = folder
    forget_doorbells()
    # The accounts of the year are its houses.
    cast.account.delete()
    vendor = Process(
        "vendor",
        ["-m", "providers.sandbox", "--port", str(port), "--exit-with-stdin"],
        env=dict(os.environ),
        log=folder / "vendor.log",
        stdin=subprocess.PIPE,
    )
    try:
        vendor.wait_for_line("SANDBOX READY")
        houses = Houses(cast.team, f"http://127.0.0.1:{port}", span.rules)
        plan = drawn(seed=span.seed, rules=span.rules, voices=span.voices, days=span.days)
        world = World(cast=cast, houses=houses, plan=plan, seed=span.seed, monkeypatch=monkeypatch)
        world.live(hours=span.days * DAY_HOURS)
        world.come_to_rest(days=span.rest_days)
        yield world
        houses.close()
    finally:
        vendor.stop()
