"""Lists of words that the schema names, where several lists belong to fields of one name (see ENUM_NAME_OVERRIDES)."""

from __future__ import annotations

from accounts.models import Attempt, LedgerEntry

LEDGER_KINDS = tuple(LedgerEntry.Kind.values)
BILLED_SOURCES = tuple(LedgerEntry.Source.values)
ATTEMPT_KINDS = tuple(Attempt.Kind.values)
ATTEMPT_STATES = tuple(Attempt.State.values)
