"""Webhooks: a provider calls when accepted work has ended. What it says is not believed, it is a reason to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from providers.types import Account, Operation

WebhookVerdict = Literal["accepted", "malformed", "stale", "mismatch"]


class VerifyWebhook(Protocol):
    """Is it the provider's, and of now? ``now`` in Unix seconds, ``body`` as it came. Pure, in constant time."""

    def __call__(self, headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> WebhookVerdict: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """How a provider's webhooks are heard, for accounts with a ``webhook_url``.

    ``secret`` asks for the text they are signed with (free, repeatable); ``verify`` judges one; ``task_of`` reads the
    id of the work it speaks of, empty where it names none. ``verify`` and ``task_of`` are pure and survive anything.
    """

    secret: Callable[[Account], Operation[str]]
    verify: VerifyWebhook
    task_of: Callable[[bytes], str]
