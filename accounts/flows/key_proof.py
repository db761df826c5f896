"""Whether a changed key is still that of the account we know: it is proven by the first voice of ours that it shows.

A rotated key is; one of another customer, or of the account in another region, is not. Nothing tells them apart but
the voices that we hold there.
"""

from __future__ import annotations

from datetime import datetime

from accounts.doorbell import ring
from accounts.models import ProviderAccount

# By name: what is held there is compared at once, and the flows of voices lie above this package.
SCAN_TASK = "voicelib.tasks.scan_account"


def doubt_key(*, account: ProviderAccount, at: datetime) -> None:
    """The key was changed at business time `at`: believe no loss before it has proven itself, and look soon. In the
    caller's transaction; the account is saved by the caller."""
    account.key_unproven_since = at
    ring(SCAN_TASK, account.id)


def prove_key(*, account: ProviderAccount, at: datetime) -> None:
    """A voice that we hold there spoke, or was listed, by a call sent at business time `at`."""
    since = account.key_unproven_since
    if since is None or at < since:
        return
    ProviderAccount.objects.filter(id=account.id, key_unproven_since=since).update(key_unproven_since=None)
    account.key_unproven_since = None
