"""Identifiers: ULIDs in lower case. They sort by the time they were made, and say nothing else."""

from __future__ import annotations

from ulid import ULID

ID_LENGTH = 26


def new_id() -> str:
    """A fresh identifier of 26 characters."""
    return str(ULID()).lower()
