"""manage.py verify_ledger: exit 0 only if the books are whole."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.flows.verify import verify_ledger
from accounts.models import LedgerEntry, Seal


class Command(BaseCommand):
    help = "Prove that triggers stand, that holds, attempts and entries agree, and that seals verify."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = verify_ledger()
        if findings:
            raise CommandError("The books do not verify:\n" + "\n".join(f"- {finding}" for finding in findings))
        entries, sealed = LedgerEntry.objects.count(), Seal.objects.count()
        self.stdout.write(f"The books verify: {entries} entries, {sealed} seals.")
