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
# The columns are arguments: a trigger that named them in its condition would forbid every later change of their types.
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    place integer;
BEGIN
    FOR place IN 1 .. TG_NARGS - 1 LOOP
        IF to_jsonb(NEW) -> TG_ARGV[place] IS DISTINCT FROM to_jsonb(OLD) -> TG_ARGV[place] THEN
            RAISE EXCEPTION '%', TG_ARGV[0];
        END IF;
    END LOOP;
    IF TG_NARGS = 1 THEN
        RAISE EXCEPTION '%', TG_ARGV[0];
    END IF;
    RETURN NEW;
END $$
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
    """Create the triggers where they are missing. Safe to repeat, also where the migrations stopped half-way."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for row in _FROZEN:
            if row.table in tables:
                known = {column.name for column in connection.introspection.get_table_description(cursor, row.table)}
                for statement in _freezing(row, [name for name in row.columns if name in known], connection.vendor):
                    cursor.execute(statement)
        for statement in _moves(connection.vendor):
            cursor.execute(statement)


def _freezing(row: _Frozen, columns: list[str], vendor: str) -> list[str]:
    """Names of ours only."""
    if vendor == "postgresql":
        arguments = ", ".join(f"'{argument}'" for argument in (row.refusal, *columns))
        return [
            f"CREATE OR REPLACE TRIGGER {row.trigger} BEFORE UPDATE ON {row.table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_rewriting({arguments})"
        ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    return [
        f"DROP TRIGGER IF EXISTS {row.trigger}",
        f"CREATE TRIGGER {row.trigger} BEFORE UPDATE ON {row.table} {f'WHEN ({changed})' if changed else ''} "
        f"BEGIN SELECT RAISE(ABORT, '{row.refusal}'); END",
    ]


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
