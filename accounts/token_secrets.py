"""What a token's secret looks like (`vl_<prefix>.<secret>`) and how it is stored: an HMAC under a numbered pepper.

The secret has 256 random bits, so a fast keyed hash is enough; the pepper lies outside the database, so a stolen
database alone verifies nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass, field

from django.conf import settings

_PREFIX_LETTERS = string.ascii_lowercase + string.digits
_PREFIX_LENGTH = 12
_SHAPE = re.compile(r"\Avl_(?P<prefix>[a-z0-9]{4,16})\.[A-Za-z0-9_-]{20,100}\Z")


@dataclass(frozen=True, slots=True)
class TokenSecret:
    """A fresh secret: `text` is shown once, the rest is stored."""

    text: str = field(repr=False)
    prefix: str
    digest: str
    pepper_id: str


def new_secret() -> TokenSecret:
    """Make a secret signed with the first pepper."""
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(_PREFIX_LENGTH))
    text = f"vl_{prefix}.{secrets.token_urlsafe(32)}"
    pepper_id = next(iter(settings.TOKEN_PEPPERS))
    return TokenSecret(text=text, prefix=prefix, digest=_digest(text, pepper_id), pepper_id=pepper_id)


def prefix_of(text: str) -> str | None:
    """The public part of what somebody sent as a secret; None where it cannot be one."""
    match = _SHAPE.match(text)
    return match["prefix"] if match else None


def is_secret_of(text: str, *, digest: str, pepper_id: str) -> bool:
    """Whether `text` is the secret behind a stored digest; False where the pepper has been retired."""
    if pepper_id not in settings.TOKEN_PEPPERS:
        return False
    return hmac.compare_digest(_digest(text, pepper_id), digest)


def _digest(text: str, pepper_id: str) -> str:
    return hmac.new(settings.TOKEN_PEPPERS[pepper_id].encode(), text.encode(), hashlib.sha256).hexdigest()
