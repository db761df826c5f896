"""Database triggers that make the books append-only, on SQLite and PostgreSQL.

They are installed after every migration, because table rebuilds and flushes drop them; `verify_ledger` fails where one
is missing.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_TABLES = ("accounts_ledgerentry", "accounts_seal", "accounts_sealedentry")

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only: book a correction instead', TG_TABLE_NAME; END $$
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that are missing. Safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for name, statement in _statements(connection.vendor).items():
            if name not in _standing(connection):
                cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that do not stand (or are disabled)."""
    return sorted(set(_statements(connection.vendor)) - _standing(connection))


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers. Only test databases, which are emptied between tests, have a use for this."""
    with connection.cursor() as cursor:
        for table in APPEND_ONLY_TABLES:
            for name in _statements(connection.vendor):
                if name.startswith(table):
                    suffix = f" ON {table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{suffix}")


def _statements(vendor: str) -> dict[str, str]:
    statements = {}
    for table in APPEND_ONLY_TABLES:
        if vendor == "postgresql":
            for verb in ("update", "delete", "truncate"):
                each = "STATEMENT" if verb == "truncate" else "ROW"
                statements[f"{table}_no_{verb}"] = (
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                    f"FOR EACH {each} EXECUTE FUNCTION refuse_history_change()"
                )
        else:
            for verb in ("update", "delete"):
                statements[f"{table}_no_{verb}"] = (
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: book a correction instead'); END"
                )
            # INSERT OR REPLACE deletes without firing delete triggers.
            key = {"accounts_seal": "number", "accounts_sealedentry": "entry_id"}.get(table, "id")
            same = f"{key} = NEW.{key}" + (" OR key = NEW.key" if table == "accounts_ledgerentry" else "")
            statements[f"{table}_no_replace"] = (
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
                f"BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table} is append-only'); END"
            )
    return statements


def _standing(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE NOT tgisinternal AND tgenabled <> 'D' AND relname = ANY(%s) "
                "AND pg_table_is_visible(pg_class.oid)",
                [list(APPEND_ONLY_TABLES)],
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {row[0] for row in cursor.fetchall()}
