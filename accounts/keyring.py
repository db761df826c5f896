"""Provider keys at rest: Fernet tokens under a ring of keys. The first key of the ring encrypts, all decrypt."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import constant_time_compare

from accounts.errors import ConflictError

_HINT_LENGTH = 4
# A hint of a short key would be most of it.
_LONG_ENOUGH_FOR_A_HINT = 12


def encrypt(key: str) -> str:
    """A provider key as it is stored."""
    return _ring().encrypt(key.encode()).decode()


def decrypt(token: str) -> str:
    """The provider key in clear. Raises ConflictError `provider_key_unreadable` when the ring has lost its key."""
    try:
        return _ring().decrypt(token.encode()).decode()
    except InvalidToken:
        raise _unreadable() from None


def is_same(token: str, key: str) -> bool:
    """Whether the stored key is this one; one that cannot be read is not."""
    try:
        return constant_time_compare(decrypt(token), key)
    except ConflictError:
        return False


def rotate(token: str) -> str:
    """The same provider key encrypted under the first key of the ring. Raises as `decrypt`."""
    try:
        return _ring().rotate(token.encode()).decode()
    except InvalidToken:
        raise _unreadable() from None


def hint(key: str) -> str:
    """The last characters of a key, by which people tell keys apart; nothing of a short one."""
    return f"…{key[-_HINT_LENGTH:]}" if len(key) >= _LONG_ENOUGH_FOR_A_HINT else "…"


def _ring() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PROVIDER_KEY_RING])


def _unreadable() -> ConflictError:
    return ConflictError(
        "The stored key of this provider account cannot be decrypted with PROVIDER_KEY_RING. Set the key again.",
        code="provider_key_unreadable",
    )
