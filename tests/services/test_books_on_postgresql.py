"""History cannot be changed by SQL on PostgreSQL, and who removes the lock is found out."""

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts import triggers
from accounts.models import LedgerEntry
from accounts.seals import seal_next
from tests.services.stage import Stage

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def books(sandbox):
    """Sealed entries of a team whose voice was kept."""
    stage = Stage.with_voice(sandbox)
    while seal_next() is not None:
        pass
    assert LedgerEntry.objects.filter(team_id=stage.cast.team.id).exists()
    return stage


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _verifies() -> bool:
    try:
        call_command("verify_ledger")
    except CommandError:
        return False
    return True


@pytest.mark.parametrize("table", triggers.APPEND_ONLY_TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE {column} IS NOT NULL",
        "TRUNCATE {table}",
        "TRUNCATE {table} CASCADE",
        "TRUNCATE {table} RESTART IDENTITY CASCADE",
        "MERGE INTO {table} AS a USING {table} AS b ON a.{column} = b.{column} WHEN MATCHED THEN DELETE",
        "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({column}) DO UPDATE SET {column} = excluded.{column}",
    ],
    ids=["update", "delete", "delete where", "truncate", "cascade", "restart", "merge", "upsert"],
)
def test_a_statement_that_changes_history_is_refused(statement, table, books):
    column = {"accounts_seal": "number", "accounts_sealedentry": "entry_id"}.get(table, "id")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        [(before,)] = cursor.fetchall()
    assert before

    with pytest.raises(DatabaseError, match="append-only"):
        _run(statement.format(table=table, column=column))

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchall() == [(before,)]


def test_emptying_a_table_the_books_name_does_not_reach_into_them(books):
    entries = LedgerEntry.objects.count()

    with transaction.atomic():
        _run("TRUNCATE accounts_team CASCADE")
        assert LedgerEntry.objects.count() == entries
        transaction.set_rollback(True)


@pytest.mark.parametrize("table", triggers.APPEND_ONLY_TABLES)
@pytest.mark.parametrize("verb", ["update", "delete", "truncate"])
@pytest.mark.parametrize(
    "removal", ["DROP TRIGGER {name} ON {table}", "ALTER TABLE {table} DISABLE TRIGGER {name}"], ids=["drop", "disable"]
)
def test_books_without_their_lock_do_not_verify(removal, verb, table, books):
    assert _verifies()
    name = f"{table}_no_{verb}"
    try:
        _run(removal.format(name=name, table=table))
        assert not _verifies()
    finally:
        _run(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        triggers.install(connection)
    assert _verifies()


def test_an_entry_edited_behind_the_lock_breaks_its_seal(books):
    entry = LedgerEntry.objects.filter(team_id=books.cast.team.id, billed_characters__gt=0).first()
    assert entry is not None
    forge = "UPDATE accounts_ledgerentry SET voice_slug = %s WHERE id = %s"
    with psycopg.connect(**_address()) as vandal:
        try:
            # As a superuser can: triggers do not fire in this session.
            vandal.execute("SET session_replication_role = replica")
            vandal.execute(forge, ["forged", entry.id])
            vandal.commit()
            assert not _verifies()
        finally:
            vandal.execute(forge, [entry.voice_slug, entry.id])
            vandal.commit()
    assert _verifies()


def _address() -> dict:
    database = connection.settings_dict
    return {
        "host": database["HOST"] or None,
        "port": database["PORT"] or None,
        "user": database["USER"] or None,
        "password": database["PASSWORD"] or None,
        "dbname": database["NAME"],
    }
