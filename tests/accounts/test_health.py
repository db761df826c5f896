"""Alive and ready are two questions."""

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.rate_gate.gate import rate_gate


def test_a_process_is_alive_without_looking_at_the_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_process_is_ready_when_its_migrations_are_applied(client, db):
    assert client.get("/readyz").json() == {"status": "ok"}


def test_a_rate_gate_that_is_not_shared_is_told_and_stops_nothing(client, db, settings):
    # Nobody listens there.
    settings.RATE_GATE_URL = "redis://127.0.0.1:1/0"
    rate_gate.cache_clear()
    try:
        answer = client.get("/readyz")
    finally:
        rate_gate.cache_clear()
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "findings": ["rate_gate_not_shared"]})


def test_a_pending_migration_is_a_reason_to_wait(client, db):
    recorder = MigrationRecorder(connection)
    newest = max(name for app, name in recorder.applied_migrations() if app == "synthesis")
    recorder.record_unapplied("synthesis", newest)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "migrations_pending")


def test_the_root_leads_to_the_admin(client, db):
    assert client.get("/")["Location"] == "/admin/"
