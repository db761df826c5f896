"""A database trigger that keeps published dictionary versions as they were published, on SQLite and PostgreSQL.

Deleting is left to the cascade from the team; what a clip pins cannot be changed under it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_NAME = "voicelib_dictionaryversion_no_update"
_TABLE = "voicelib_dictionaryversion"
_SQLITE = f"""
CREATE TRIGGER IF NOT EXISTS {_NAME} BEFORE UPDATE ON {_TABLE}
BEGIN SELECT RAISE(ABORT, 'a published dictionary version is immutable: publish another'); END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a published dictionary version is immutable: publish another'; END $$
"""
_POSTGRES = f"""
CREATE OR REPLACE TRIGGER {_NAME} BEFORE UPDATE ON {_TABLE}
FOR EACH ROW EXECUTE FUNCTION refuse_version_change()
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the trigger where it is missing. Safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        cursor.execute(_POSTGRES if connection.vendor == "postgresql" else _SQLITE)
