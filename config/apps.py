"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Registers the system checks.
        from config import checks  # noqa: F401, PLC0415
