"""manage.py describe_providers: docs/providers.md anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.provider_pages import page
from providers.registry import ADAPTERS


class Command(BaseCommand):
    help = "Write docs/providers.md from what the adapters declare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs" / "providers.md")

    def handle(self, *args: Any, **options: Any) -> None:
        options["file"].write_text(page(ADAPTERS.values()), encoding="utf-8")
        self.stdout.write(f"Wrote {options['file']}: {len(ADAPTERS)} providers.")
