"""Whether this process lives (`/healthz`) and whether it can do its work (`/readyz`)."""

from __future__ import annotations

import logging

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rate_gate.gate import rate_gate

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The database is reachable and its migrations are applied; 503 with the reason otherwise. `findings` says what
    works less well than it should and stops nothing."""
    reason = _obstacle()
    if reason is None:
        finding = rate_gate().finding()
        return JsonResponse({"status": "ok"} | ({"findings": [finding]} if finding else {}))
    return JsonResponse({"status": "not_ready", "reason": reason}, status=503)


def _obstacle() -> str | None:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        logger.warning("database not reachable", exc_info=True)
        return "database_unreachable"
    return "migrations_pending" if pending else None
