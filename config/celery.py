"""The Celery application and its beat table. Ticks find waiting rows; messages only ring the doorbell."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("voicelib")
# Without this, pool threads would publish to a default application with another broker and the job would vanish.
app.set_default()
app.config_from_object("config.celery_settings")
app.autodiscover_tasks()
