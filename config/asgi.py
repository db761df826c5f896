"""The ASGI callable: Django's WSGI handler in a pool of threads, several times faster than its ASGI one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings

from config.wsgi import application as django

_wsgi = cast("Callable[[dict[str, Any], Any], Iterable[bytes]]", django)
# Requests that wait for a clip (`Prefer: wait`) occupy a thread each; they must never be all of them.
application = WSGIMiddleware(_wsgi, workers=settings.WAITING_REQUESTS + 24)
