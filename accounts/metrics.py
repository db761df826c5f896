"""What this process counts, in Prometheus' words; what the database knows better is in `config/metrics.py`.

Labels name providers, kinds and outcomes only: no team, no voice, no key.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram

from accounts.models import LedgerEntry
from providers.errors import PendingError, ProviderError

# A short text takes some 100 ms, ten thousand characters minutes.
_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

PAID_CALL_SECONDS = Histogram(
    "voicelib_paid_call_seconds",
    "Time of paid calls at the provider; `outcome` is `answered` or the category of the error.",
    ("provider", "kind", "outcome"),
    buckets=_CALL_SECONDS,
)
GATE_SECONDS = Histogram(
    "voicelib_rate_gate_seconds",
    "Time at the rate gate: `let_in` after waiting on the spot, `later` sent away with that time to wait.",
    ("provider", "family", "outcome"),
    buckets=(0.005, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60),
)
BILLED_CHARACTERS = Counter(
    "voicelib_billed_characters",
    "Billed characters booked by this process; `source` is `provider` or `estimated`.",
    ("provider", "kind", "source"),
)
SAVED_CHARACTERS = Counter(
    "voicelib_saved_characters", "Characters that were not paid again because the audio was there.", ("provider",)
)
HOOKS = Counter(
    "voicelib_hooks",
    "Webhooks of providers; `outcome` `rang` made a call be asked for at once.",
    ("provider", "outcome"),
)
EVENTS = Counter("voicelib_events", "Events recorded by this process, by kind (docs/events.md).", ("kind",))


@contextmanager
def timed_call(provider: str, kind: str) -> Iterator[None]:
    """The paid call made inside, by its time and how it ended."""
    began, outcome = time.monotonic(), "answered"
    try:
        yield
    except PendingError:
        outcome = "pending"
        raise
    except ProviderError as error:
        outcome = error.category.value
        raise
    except BaseException:
        outcome = "defect"
        raise
    finally:
        PAID_CALL_SECONDS.labels(provider, kind, outcome).observe(time.monotonic() - began)


def count_entry(entry: LedgerEntry) -> None:
    """A committed ledger entry in the counters of this process."""
    if entry.saved_characters:
        SAVED_CHARACTERS.labels(entry.provider).inc(entry.saved_characters)
    if entry.billed_characters > 0:
        BILLED_CHARACTERS.labels(entry.provider, entry.kind, entry.source).inc(entry.billed_characters)
