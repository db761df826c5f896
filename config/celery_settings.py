"""Celery's own settings, derived from Django's."""

from __future__ import annotations

from django.conf import settings

broker_url = settings.CELERY_BROKER_URL
broker_connection_retry_on_startup = True
# A request does not wait for a broker that is down: its row is the work. Workers go on trying by their own rules.
_one_try = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}
broker_transport_options = {"polling_interval": 0.01} if settings.CELERY_BROKER_URL.startswith("memory:") else _one_try
task_ignore_result = True
# A task is a doorbell for a row: it is taken off the queue at once, and the tick finds what a crash left behind.
task_acks_late = False
task_serializer = "json"
accept_content = ["json"]
task_default_queue = settings.CELERY_QUEUE
worker_hijack_root_logger = False
worker_prefetch_multiplier = 1
timezone = "UTC"

beat_schedule = {
    "keepalive": {"task": "voicelib.tasks.keepalive_tick", "schedule": float(settings.TICK_SECONDS)},
    "checks": {"task": "voicelib.tasks.check_tick", "schedule": float(settings.TICK_SECONDS)},
    "revivals": {"task": "voicelib.tasks.revive_tick", "schedule": float(settings.TICK_SECONDS)},
    "scans": {"task": "voicelib.tasks.scan_tick", "schedule": float(settings.TICK_SECONDS)},
    "voices": {"task": "voicelib.tasks.clone_tick", "schedule": float(settings.TICK_SECONDS)},
    "deletions": {"task": "voicelib.tasks.delete_tick", "schedule": float(settings.TICK_SECONDS)},
    "purges": {"task": "voicelib.tasks.purge_tick", "schedule": float(settings.TICK_SECONDS)},
    "digests": {"task": "voicelib.tasks.digest_tick", "schedule": float(settings.TICK_SECONDS)},
    "mails": {"task": "accounts.tasks.mail_tick", "schedule": float(settings.TICK_SECONDS)},
    "uploads": {"task": "voicelib.tasks.sweep_uploads", "schedule": 600.0},
    "renders": {"task": "synthesis.tasks.render_tick", "schedule": float(settings.TICK_SECONDS)},
    "seals": {"task": "accounts.tasks.seal_tick", "schedule": 300.0},
    "hooks": {"task": "accounts.tasks.hooks_tick", "schedule": 300.0},
    "answers": {"task": "accounts.tasks.forget_tick", "schedule": 3600.0},
}
