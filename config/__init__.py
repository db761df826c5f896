"""Settings, URLs and how the product runs. The Celery application is loaded with Django, so that tasks know it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
