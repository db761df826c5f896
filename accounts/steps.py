"""The named steps of paid work: written to the log, and told to whoever observes.

The crash tests observe them to stop a process at exactly one step; nothing in the product depends on an observer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

# In the order in which a render passes them; `sent` is marked before the socket is touched, `accepted` only where the
# provider takes work on under an id.
STEPS = ("claimed", "held", "committed", "sent", "accepted", "answered", "spooled", "settled", "stored")

observers: list[Callable[[str, dict[str, str]], None]] = []


def reached(step: str, **ids: str) -> None:
    """Tell that `step` is done; `ids` say of what, e.g. attempt="…"."""
    logger.debug("step reached", extra={"step": step, **ids})
    for observer in observers:
        observer(step, ids)
