"""manage.py run: the whole product in one process, for a laptop (`make run`)."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.quickstart import QuickstartError, first_start, quickstart_path, story
from config.stack import Stack, StartError


class Command(BaseCommand):
    help = "Serve the product with sandbox, worker and beat in one process. The first start does the main job."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("`run` is for the embedded profile; in production web, workers and beat are services.")
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        try:
            with Stack():
                is_first = not quickstart_path().exists()
                result = first_start(self.stdout.write)
                if is_first:
                    self.stdout.write(story(result))
                self.stdout.write(f"READY {settings.PUBLIC_URL}")
                self.stdout.flush()
                stop.wait()
                self.stdout.write("Stopping; work under way is finished first.")
        except (StartError, QuickstartError) as error:
            raise CommandError(str(error)) from None
