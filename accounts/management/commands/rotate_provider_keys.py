"""manage.py rotate_provider_keys: encrypt all provider keys under the first key of PROVIDER_KEY_RING."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import PlatformError
from accounts.flows.keys import rotate_provider_keys


class Command(BaseCommand):
    help = "Encrypt all provider keys under the first key of PROVIDER_KEY_RING; then the old ones may leave the ring."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rotate_provider_keys()
        except PlatformError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(f"{count} keys are encrypted under the first key of the ring.")
