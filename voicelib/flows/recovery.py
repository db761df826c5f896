"""After a restart of everything at once."""

from __future__ import annotations

from voicelib.flows.claims import forget_claims


def recover_after_restart() -> int:
    """Free what the previous process had claimed, so that the first tick takes it up at once; how many.

    Only for a profile in which one process does all the work: elsewhere leases run out by themselves.
    """
    return forget_claims()
