"""/metrics tells what is counted and what waits, to those who may know."""

import socket

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from accounts import events
from config.metrics import serve_counts
from tests.cast import make_team

pytestmark = pytest.mark.django_db


def _read(client, **headers):
    answer = client.get("/metrics", **headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_the_page_is_well_formed_and_tells_what_waits(client):
    samples = _read(client)
    assert samples["voicelib_work_waiting", "rendering"] == 0
    assert samples["voicelib_work_overdue_seconds", "keepalive"] == 0
    assert samples["voicelib_attempts_unresolved",] == 0


def test_a_scrape_costs_the_same_few_queries_however_much_there_is(client, django_assert_num_queries):
    with django_assert_num_queries(10):
        _read(client)


def test_an_event_is_counted_once_it_is_committed(client, django_capture_on_commit_callbacks):
    team = make_team("counted").team
    name, labels = "voicelib_events_total", {"kind": "budget.created"}
    before = REGISTRY.get_sample_value(name, labels) or 0
    with django_capture_on_commit_callbacks() as pending:
        events.record(
            team_id=team.id, kind="budget.created", subject_type="budget", subject_id="b", subject_title="a budget"
        )
    assert (REGISTRY.get_sample_value(name, labels) or 0) == before
    for callback in pending:
        callback()
    assert _read(client)[name, "budget.created"] == before + 1


def test_production_has_no_page_without_a_token(client, settings):
    settings.EMBEDDED = False
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("sent", [{}, {"HTTP_AUTHORIZATION": "Bearer guessed"}, {"HTTP_AUTHORIZATION": "scrape-me"}])
def test_whoever_lacks_the_token_sees_nothing(client, settings, sent):
    settings.METRICS_TOKEN = "scrape-me-please"
    assert client.get("/metrics", **sent).status_code == 404


def test_the_token_opens_the_page(client, settings):
    settings.METRICS_TOKEN = "scrape-me-please"
    assert _read(client, HTTP_AUTHORIZATION="Bearer scrape-me-please")


def test_requests_are_counted_by_view(client):
    client.get("/healthz")
    assert 'view="config.health.healthz"' in client.get("/metrics").content.decode()


def test_a_worker_serves_what_it_counts():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*probe.getsockname())
    server, thread = serve_counts(address)
    try:
        assert "voicelib_events_total" in httpx.get(f"http://{address}/metrics").text
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
