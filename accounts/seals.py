"""Seals: committed ledger entries chained by hash, so that nobody can edit history unnoticed.

An entry joins a seal after it is committed, in a table of its own: booking waits for no chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import LedgerEntry, Seal, SealedEntry

BATCH = 1000
_GENESIS = "0" * 64


def seal_next() -> Seal | None:
    """Seal the oldest unsealed entries (at most BATCH); None where there are none. Two sealers cannot both win."""
    with transaction.atomic():
        unsealed = LedgerEntry.objects.filter(~Exists(SealedEntry.objects.filter(entry_id=OuterRef("id"))))
        entries = list(unsealed.order_by("id")[:BATCH])
        if not entries:
            return None
        last = Seal.objects.order_by("-number").first()
        previous = last.digest if last else _GENESIS
        seal = Seal(
            number=last.number + 1 if last else 1,
            previous_digest=previous,
            digest=digest_of(previous, entries),
            entries=len(entries),
        )
        seal.save(force_insert=True)
        SealedEntry.objects.bulk_create(
            SealedEntry(entry_id=entry.id, seal_number=seal.number, position=position)
            for position, entry in enumerate(entries)
        )
        return seal


def broken_seals() -> list[str]:
    """Sentences about seals that do not verify; empty when history is whole."""
    findings = []
    previous = _GENESIS
    for expected, seal in enumerate(Seal.objects.order_by("number"), start=1):
        members = SealedEntry.objects.filter(seal_number=seal.number).order_by("position")
        ids = list(members.values_list("entry_id", flat=True))
        found = LedgerEntry.objects.in_bulk(ids)
        if seal.number != expected or seal.previous_digest != previous:
            findings.append(f"Seal {seal.number} does not follow the one before it.")
        elif len(found) != seal.entries or len(ids) != seal.entries:
            findings.append(f"Seal {seal.number} holds {seal.entries} entries, {len(found)} are left.")
        elif digest_of(previous, (found[entry_id] for entry_id in ids)) != seal.digest:
            findings.append(f"Seal {seal.number} does not match its entries: history was edited.")
        previous = seal.digest
    return findings


def digest_of(previous: str, entries: Iterable[LedgerEntry]) -> str:
    """sha256 over the previous digest and every column of every entry, in order."""
    digest = hashlib.sha256(previous.encode())
    for entry in entries:
        digest.update(b"\n" + _canonical(entry).encode())
    return digest.hexdigest()


def _canonical(entry: LedgerEntry) -> str:
    row = {field.attname: _plain(getattr(entry, field.attname)) for field in entry._meta.concrete_fields}
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, str) else value
