"""`manage.py keepalive [--dry-run]`: one tick by hand, in this process."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import clock
from voicelib.flows.activation import keep_home, keepalive_tick
from voicelib.flows.keepalive import planned
from voicelib.models import ProviderVoice


class Command(BaseCommand):
    help = "Keep, warn about and let lapse the voices whose time has come."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list what is due and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        if options["dry_run"]:
            for line in planned(at=at):
                deadline = line.deadline.isoformat() if line.deadline else "none"
                self.stdout.write(
                    f"{line.step}\t{line.voice}\t{line.provider_account}\t{line.provider_voice_id}\t{deadline}"
                )
            return
        self.stdout.write(json.dumps(keepalive_tick(at=at, call=_keep).as_json()))


def _keep(home: ProviderVoice) -> None:
    keep_home(provider_voice_id=home.id, claim=home.claim)
