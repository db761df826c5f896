"""Uploaded files, and results behind URLs that die on the sandbox's clock."""

import secrets
import sqlite3
from typing import Any

from providers.sandbox.clock import SandboxClock
from providers.sandbox.store import Store

# Fifteen digits, as the ids in the vendor's samples: too many for 32 bits, but whole in a JavaScript number, because
# the vendor's own JavaScript client sends back the number it read.
FIRST_FILE_ID = 300_000_000_000_000
LAST_SAFE_ID = 2**53 - 1
FILE_ID_STEPS = 1_000_000


class FileShelf:
    """Files of all accounts."""

    def __init__(self, store: Store, clock: SandboxClock) -> None:
        """Resume the stored files."""
        self._store = store
        self._clock = clock

    def add(self, *, account: str, filename: str, purpose: str, content: bytes) -> dict[str, Any]:
        """Keep an upload and return the vendor's file object."""
        newest = self._store.execute(
            "SELECT COALESCE(MAX(file_id), ?) AS newest FROM files WHERE file_id <= ?", FIRST_FILE_ID, LAST_SAFE_ID
        )
        file_id = newest[0]["newest"] + 1 + secrets.randbelow(FILE_ID_STEPS)
        self._store.execute(
            "INSERT INTO files (file_id, account, filename, purpose, created_at, content) VALUES (?, ?, ?, ?, ?, ?)",
            *(file_id, account, filename, purpose, self._clock.now(), content),
        )
        return file_object(self._file(account, file_id)[0])

    def reserve(self, *, account: str, filename: str, purpose: str) -> int:
        """The id of a file that is still being made; it is nowhere to be found until it is filled."""
        return int(self.add(account=account, filename=filename, purpose=purpose, content=b"")["file_id"])

    def rename(self, file_id: int, filename: str) -> None:
        """Name a reserved file."""
        self._store.execute("UPDATE files SET filename = ? WHERE file_id = ?", filename, file_id)

    def fill(self, file_id: int, content: bytes) -> None:
        """Give a reserved file its content."""
        self._store.execute("UPDATE files SET content = ? WHERE file_id = ?", content, file_id)

    def find(self, *, account: str, file_id: int) -> sqlite3.Row | None:
        """A file of the account with its content, or None."""
        rows = self._file(account, file_id)
        return rows[0] if rows and rows[0]["content"] else None

    def _file(self, account: str, file_id: int) -> list[sqlite3.Row]:
        return self._store.execute("SELECT * FROM files WHERE account = ? AND file_id = ?", account, file_id)

    def listed(self, *, account: str, purpose: str) -> list[dict[str, Any]]:
        """File objects of one purpose, oldest first."""
        rows = self._store.execute(
            "SELECT * FROM files WHERE account = ? AND purpose = ? AND length(content) > 0 ORDER BY file_id",
            *(account, purpose),
        )
        return [file_object(row) for row in rows]

    def delete(self, *, account: str, file_id: int) -> None:
        """Forget a file."""
        self._store.execute("DELETE FROM files WHERE account = ? AND file_id = ?", account, file_id)

    def publish(self, *, account: str, content: bytes, media_type: str, hours: float) -> str:
        """Keep a result behind an unguessable token for some hours of the sandbox's clock."""
        token = secrets.token_hex(20)
        now = self._clock.now()
        self._store.execute("UPDATE downloads SET content = x'' WHERE expires_at <= ?", now)
        self._store.execute(
            "INSERT INTO downloads (token, account, media_type, expires_at, content) VALUES (?, ?, ?, ?, ?)",
            *(token, account, media_type, now + hours * 3600, content),
        )
        return token

    def put(self, token: str, content: bytes) -> bool:
        """Give a published place that is still empty its content; false for any other."""
        return bool(
            self._store.execute(
                "UPDATE downloads SET content = ? WHERE token = ? AND expires_at > ? AND length(content) = 0"
                " RETURNING token",
                *(content, token, self._clock.now()),
            )
        )

    def published(self, token: str) -> tuple[bytes, str, bool] | None:
        """Content, media type and whether it is still alive; None for an unknown token."""
        rows = self._store.execute("SELECT * FROM downloads WHERE token = ?", token)
        if not rows:
            return None
        return rows[0]["content"], rows[0]["media_type"], self._clock.now() < rows[0]["expires_at"]


def file_object(row: sqlite3.Row) -> dict[str, Any]:
    """The vendor's shape of a file; `created_at` in unix seconds."""
    return {
        "file_id": row["file_id"],
        "bytes": len(row["content"]),
        "created_at": int(row["created_at"]),
        "filename": row["filename"],
        "purpose": row["purpose"],
    }
