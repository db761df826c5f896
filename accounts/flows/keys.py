"""Turning the key ring: provider keys encrypted anew under its first key."""

from __future__ import annotations

from django.db import transaction

from accounts import keyring
from accounts.models import ProviderAccount


def rotate_provider_keys() -> int:
    """Encrypt every stored provider key under the first key of PROVIDER_KEY_RING; returns how many.

    Each account is a transaction of its own, so it may be stopped and run again. Afterwards the old keys may leave the
    ring. Raises ConflictError `provider_key_unreadable` at the first key that no key of the ring opens.
    """
    count = 0
    for account_id in ProviderAccount.objects.order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            account = ProviderAccount.objects.select_for_update(no_key=True).filter(id=account_id).first()
            if account is not None:
                account.key_encrypted = keyring.rotate(account.key_encrypted)
                if account.hook_secret_encrypted:
                    account.hook_secret_encrypted = keyring.rotate(account.hook_secret_encrypted)
                account.save(update_fields=["key_encrypted", "hook_secret_encrypted"])
                count += 1
    return count
