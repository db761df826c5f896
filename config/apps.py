"""Django's registration of the package."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Registers the system checks, and what a worker does when it is ready.
        from config import checks, metrics  # noqa: F401, PLC0415
