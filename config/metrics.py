"""`/metrics` for Prometheus: what this process counted, and what the database knows about waiting and unresolved work.

The database is asked at every scrape, by queries on partial indexes whose cost is what waits, not what exists. Workers
count for themselves and are scraped at `WORKER_METRICS_ADDRESS`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer

from celery.signals import worker_ready
from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from accounts import clock
from accounts.models import Attempt, ProviderAccount
from synthesis.models import Rendering
from voicelib.models import ProviderVoice


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything in the format the scraper asks for; 404 without the right token, as if there were nothing."""
    if not _may_scrape(request):
        raise Http404
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(REGISTRY) + encode(_DATABASE), content_type=content_type)


@worker_ready.connect
def serve_worker_metrics(**kwargs: object) -> None:
    """Serve what this worker process counts, where an address is configured."""
    if settings.WORKER_METRICS_ADDRESS:
        serve_counts(settings.WORKER_METRICS_ADDRESS)


def serve_counts(address: str) -> tuple[WSGIServer, Thread]:
    """Serve what this process counts at `host:port`, from a thread that ends with the process."""
    host, _, port = address.rpartition(":")
    return start_http_server(int(port), addr=host)


def _may_scrape(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return bool(settings.EMBEDDED)
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return secrets.compare_digest(sent.encode(), settings.METRICS_TOKEN.encode())


class _Waiting(Collector):
    """Work that waits, by kind: how much of it, and for how long the oldest has been due."""

    def collect(self) -> Iterator[Metric]:
        count = GaugeMetricFamily("voicelib_work_waiting", "Pieces of work that are due.", labels=["work"])
        oldest = GaugeMetricFamily(
            "voicelib_work_overdue_seconds", "How long the oldest has been due; 0 with none.", labels=["work"]
        )
        for work, rows, column, at in _waiting_work():
            due = rows.filter(**{f"{column}__lte": at})
            count.add_metric([work], due.count())
            first = due.aggregate(first=Min(column))["first"]
            oldest.add_metric([work], 0 if first is None else (at - first).total_seconds())
        yield count
        yield oldest


class _Circuits(Collector):
    """Provider accounts that are left alone after failures."""

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "voicelib_circuits_open", "Provider accounts left alone after failures.", labels=["provider"]
        )
        opened = ProviderAccount.objects.values("provider").annotate(
            count=Count("id", filter=Q(circuit=ProviderAccount.Circuit.OPEN))
        )
        for row in opened.order_by("provider"):
            gauge.add_metric([row["provider"]], row["count"])
        yield gauge


class _Unresolved(Collector):
    """Paid calls whose outcome nobody knows: their holds stay until a person or evidence says."""

    def collect(self) -> Iterator[Metric]:
        unresolved = Attempt.objects.filter(state=Attempt.State.UNKNOWN)
        yield GaugeMetricFamily(
            "voicelib_attempts_unresolved", "Paid calls with an unknown outcome.", value=unresolved.count()
        )


def _waiting_work() -> Iterator[tuple[str, QuerySet[Any], str, datetime]]:
    yield "rendering", Rendering.objects.filter(state=Rendering.State.QUEUED), "due_at", clock.real_now()
    yield "abandoned", Rendering.objects.filter(state=Rendering.State.RENDERING), "lease_until", clock.real_now()
    yield "clone", ProviderVoice.objects.all(), "retry_at", clock.real_now()
    yield "keepalive", ProviderVoice.objects.all(), "keepalive_due_at", clock.now()


_DATABASE = CollectorRegistry()
_DATABASE.register(_Waiting())
_DATABASE.register(_Circuits())
_DATABASE.register(_Unresolved())
