"""Database triggers, on SQLite and PostgreSQL: published versions of dictionaries and statement texts, what was heard
and what speakers agreed to stay as they are, and homes move only as `voicelib.states` allows.

Deleting is left to the cascade from the team; what a clip pins cannot be changed under it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from voicelib.states import MOVES


@dataclass(frozen=True, slots=True)
class _Frozen:
    """A table of which no row, or none of these columns, ever changes."""

    trigger: str
    table: str
    refusal: str
    columns: tuple[str, ...] = ()


_FROZEN = (
    _Frozen(
        "voicelib_dictionaryversion_no_update",
        "voicelib_dictionaryversion",
        "a published dictionary version is immutable: publish another",
    ),
    _Frozen(
        "voicelib_statementtext_no_update",
        "voicelib_statementtext",
        "a published statement text is immutable: publish another version",
    ),
    _Frozen(
        "voicelib_statementhearing_no_update",
        "voicelib_statementhearing",
        "that a statement was heard is a fact: it is immutable",
    ),
    _Frozen(
        "voicelib_consent_no_rewriting",
        "voicelib_consent",
        "what a speaker agreed to is immutable: record another consent",
        ("team_id", "speaker", "company", "statement", "locale", "statement_text_id", "scope", "valid_from",
         "valid_until"),
    ),
)  # fmt: skip
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$
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
    """Create the triggers where they are missing. Safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for statement in (*_frozen(connection.vendor), *_moves(connection.vendor)):
            cursor.execute(statement)


def _frozen(vendor: str) -> list[str]:
    """Names of ours only."""
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE TRIGGER {row.trigger} BEFORE UPDATE ON {row.table} FOR EACH ROW "
            f"{_when(row, 'IS DISTINCT FROM')} EXECUTE FUNCTION refuse_rewriting('{row.refusal}')"
            for row in _FROZEN
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {row.trigger} BEFORE UPDATE ON {row.table} {_when(row, 'IS NOT')} "
        f"BEGIN SELECT RAISE(ABORT, '{row.refusal}'); END"
        for row in _FROZEN
    ]


def _when(row: _Frozen, differs: str) -> str:
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in row.columns)
    return f"WHEN ({changed})" if changed else ""


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
