"""Django's registration of the package, and what has to stand after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from voicelib import triggers


class VoicelibConfig(AppConfig):
    name = "voicelib"
    verbose_name = _("Library")

    def ready(self) -> None:
        post_migrate.connect(_stand_after_migration, sender=self)


def _stand_after_migration(using: str, **kwargs: Any) -> None:
    # Models are importable only now; this is the one place where that matters.
    from voicelib import system_voice_catalogue  # noqa: PLC0415

    triggers.install(connections[using])
    system_voice_catalogue.load()
