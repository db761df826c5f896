"""Database triggers, on SQLite and PostgreSQL: published dictionary versions stay as they are, and homes move
only as `voicelib.states` allows.

Deleting is left to the cascade from the team; what a clip pins cannot be changed under it.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from voicelib.states import MOVES

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


_HOMES = "voicelib_providervoice"
_MOVES = "voicelib_providervoice_moves"
_REFUSAL = "a provider voice cannot go there from its state: see voicelib.states"


def _is_illegal() -> str:
    """SQL that is true for a change of state that the table does not have. Names of ours only."""
    pairs = [(source, target) for source in sorted(MOVES) for target in sorted(MOVES[source])]
    legal = [f"(OLD.state = '{source}' AND NEW.state = '{target}')" for source, target in pairs]
    return f"NEW.state <> OLD.state AND NOT ({' OR '.join(legal)})"


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the trigger where it is missing. Safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        cursor.execute(_POSTGRES if connection.vendor == "postgresql" else _SQLITE)
        for statement in _moves(connection.vendor):
            cursor.execute(statement)


def _moves(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [
            "CREATE OR REPLACE FUNCTION refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'check_violation'; END $$",
            f"CREATE OR REPLACE TRIGGER {_MOVES} BEFORE UPDATE OF state ON {_HOMES} "
            f"FOR EACH ROW WHEN ({_is_illegal()}) EXECUTE FUNCTION refuse_illegal_move()",
        ]
    return [
        f"DROP TRIGGER IF EXISTS {_MOVES}",
        f"CREATE TRIGGER {_MOVES} BEFORE UPDATE OF state ON {_HOMES} "
        f"WHEN {_is_illegal()} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    ]
