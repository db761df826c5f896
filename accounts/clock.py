"""Two kinds of time.

*Business time* (deadlines, prices, periods) is real time plus an offset kept in the data directory. Only the sandbox's
clock moves the offset, only in the embedded profile, and never backwards. *Real time* serves leases, back-off,
idempotency, sessions and signatures.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

_lock = threading.Lock()
_cached: tuple[Path, int, timedelta] | None = None


def real_now() -> datetime:
    """The real time, in UTC."""
    return timezone.now()  # noqa: TID251 - the one place


def now() -> datetime:
    """Business time, in UTC."""
    return real_now() + offset()


def offset() -> timedelta:
    """How far business time is ahead of real time; zero in production."""
    global _cached
    if not settings.EMBEDDED:
        return timedelta(0)
    path = _offset_path()
    try:
        changed_at = path.stat().st_mtime_ns
    except FileNotFoundError:
        return timedelta(0)
    cached = _cached
    if cached is None or cached[:2] != (path, changed_at):
        cached = (path, changed_at, timedelta(seconds=float(path.read_text(encoding="ascii"))))
        _cached = cached
    return cached[2]


def follow_offset(seconds: float) -> bool:
    """Move business time ahead to `seconds` over real time; True where that moved it. It never goes back."""
    with _lock:
        if timedelta(seconds=seconds) <= offset():
            return False
        path = _offset_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(repr(float(seconds)), encoding="ascii")
        os.replace(fresh, path)
        return True


def _offset_path() -> Path:
    return Path(settings.DATA_DIR) / "clock-offset"
