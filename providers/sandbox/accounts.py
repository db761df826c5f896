"""Who calls: any non-empty bearer key is an account of its own; keys themselves are never stored or shown."""

import hashlib
from collections.abc import Iterable


class Accounts:
    """The keys the sandbox knows: all of them, or a given few."""

    def __init__(self, keys: Iterable[str] | None = None) -> None:
        """With `keys`, every other key is refused."""
        self._known = None if keys is None else frozenset(keys)

    def knows(self, key: str) -> bool:
        """Whether a bearer key opens an account."""
        return bool(key) and (self._known is None or key in self._known)


def account_of(key: str) -> str:
    """The account a key belongs to, as a digest."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def group_id_of(account: str) -> str:
    """The one GroupId that fits an account: 19 digits, as the vendor's."""
    return str(10**18 + int(account[:14], 16) % (8 * 10**18))
