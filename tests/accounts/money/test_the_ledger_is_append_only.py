"""Ledger rows cannot be changed by SQL, and verify_ledger notices when the protection or the history is gone."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts import triggers
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, LedgerEntry, Meter
from accounts.seals import broken_seals, seal_next


@pytest.fixture
def entry(till):
    till.pay(till.hold())
    return LedgerEntry.objects.get()


STATEMENTS = [
    "UPDATE accounts_ledgerentry SET billed_characters = 0",
    "UPDATE accounts_ledgerentry SET key = 'x'",
    "DELETE FROM accounts_ledgerentry",
    "UPDATE accounts_seal SET digest = 'x'",
    "DELETE FROM accounts_seal",
    "DELETE FROM accounts_sealedentry",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_sql_cannot_change_the_books(entry, statement):
    seal_next()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerEntry.objects.get() == entry


def test_sql_cannot_replace_or_truncate_the_books(entry):
    statement = (
        "TRUNCATE accounts_ledgerentry CASCADE"
        if connection.vendor == "postgresql"
        else "INSERT OR REPLACE INTO accounts_ledgerentry SELECT * FROM accounts_ledgerentry"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerEntry.objects.get().key == entry.key


def test_the_model_cannot_change_the_books_either(entry):
    entry.billed_characters = 0
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.delete()


def test_a_dropped_trigger_makes_verify_ledger_fail_until_migrate_installs_it_again(entry):
    name = "accounts_ledgerentry_no_update"
    suffix = " ON accounts_ledgerentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{suffix}")
    with pytest.raises(CommandError, match=name):
        call_command("verify_ledger")
    triggers.install(connection)
    call_command("verify_ledger", stdout=_Nowhere())


def test_an_edited_history_breaks_its_seal(entry):
    seal_next()
    assert broken_seals() == []
    triggers.drop(connection)
    LedgerEntry.objects.update(billed_characters=1, amount_micros=100)
    triggers.install(connection)
    assert any("history was edited" in finding for finding in broken_seals())


def test_a_removed_entry_breaks_its_seal_and_leaves_its_attempt_unbooked(entry):
    seal_next()
    triggers.drop(connection)
    LedgerEntry.objects.all().delete()
    triggers.install(connection)
    findings = " ".join(verify_ledger())
    assert "0 are left" in findings
    assert "is not in the ledger" in findings


def test_a_meter_that_was_turned_back_is_noticed(entry):
    Meter.objects.filter(scope="team").update(spent=0)
    assert any("does not agree" in finding for finding in verify_ledger())


def test_an_attempt_that_names_another_number_than_its_entry_is_noticed(entry):
    Attempt.objects.update(billed_characters=1)
    assert any("different billed characters" in finding for finding in verify_ledger())


def test_seals_chain_and_seal_every_entry_once(till):
    for _ in range(2):
        till.pay(till.hold())
        seal_next()
    assert seal_next() is None
    assert broken_seals() == []


class _Nowhere:
    def write(self, text):
        """Takes what the command prints."""
