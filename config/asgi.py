"""The ASGI callable: Django's WSGI handler in a pool of threads, several times faster than its ASGI one."""

from __future__ import annotations

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings

from config.wsgi import application as django

# Requests that wait for a clip (`Prefer: wait`) occupy a thread each; they must never be all of them.
application = WSGIMiddleware(cast("Any", django), workers=settings.WAITING_REQUESTS + 24)
