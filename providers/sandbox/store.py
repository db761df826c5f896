"""Where the sandbox keeps its truth: one SQLite database, in memory or in a file that survives a restart.

Used from the server's event loop only, so there are no races to guard against; each statement is short.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS voices (
    provider TEXT NOT NULL DEFAULT 'minimax', voice_id TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL,
    created_at REAL NOT NULL, expires_at REAL NOT NULL, activated_at REAL, deleted_at REAL,
    fee_charged INTEGER NOT NULL DEFAULT 0, timbre TEXT NOT NULL,
    rule TEXT NOT NULL DEFAULT 'activation', hours REAL NOT NULL DEFAULT 168, PRIMARY KEY (provider, voice_id));
CREATE TABLE IF NOT EXISTS files (
    file_id INTEGER PRIMARY KEY, account TEXT NOT NULL, filename TEXT NOT NULL, purpose TEXT NOT NULL,
    created_at REAL NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS downloads (
    token TEXT PRIMARY KEY, account TEXT NOT NULL, media_type TEXT NOT NULL, expires_at REAL NOT NULL,
    content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bill (
    line INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, at REAL NOT NULL, provider TEXT NOT NULL,
    operation TEXT NOT NULL, model TEXT NOT NULL, voice_id TEXT NOT NULL, characters INTEGER NOT NULL,
    amount_micros INTEGER NOT NULL, currency TEXT NOT NULL, trace_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tasks (
    task_id INTEGER PRIMARY KEY, account TEXT NOT NULL, created_at REAL NOT NULL, ready_at REAL NOT NULL,
    file_id INTEGER NOT NULL, outcome TEXT NOT NULL, trouble TEXT NOT NULL, request TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS predictions (
    prediction_id TEXT PRIMARY KEY, account TEXT NOT NULL, model TEXT NOT NULL, created_at REAL NOT NULL,
    ready_at REAL NOT NULL, outcome TEXT NOT NULL, code INTEGER NOT NULL, error TEXT NOT NULL, output TEXT NOT NULL,
    inference_ms INTEGER NOT NULL, webhook TEXT NOT NULL, base_url TEXT NOT NULL, trouble TEXT NOT NULL,
    request TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS bill_account ON bill (account);
"""
ACCOUNT_TABLES = ("voices", "files", "downloads", "bill", "tasks", "predictions")


class Store:
    """The open database."""

    def __init__(self, path: Path | None = None) -> None:
        """Open `path`, made when missing, or a database in memory. `sqlite3.Error` when it cannot be used."""
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._rename_older_voices()
        self._database.executescript(SCHEMA)
        self._take_over_voices()

    def close(self) -> None:
        """Close the database; the file stays."""
        self._database.close()

    def _rename_older_voices(self) -> None:
        """A file from before there was more than one provider, or one rule of lifetimes: the defaults are its own."""
        columns = [row["name"] for row in self.execute("PRAGMA table_info(voices)")]
        if columns and "rule" not in columns:
            self.execute("ALTER TABLE voices RENAME TO older_voices")

    def _take_over_voices(self) -> None:
        columns = ", ".join(row["name"] for row in self.execute("PRAGMA table_info(older_voices)"))
        if columns:
            with self.transaction():
                self.execute(f"INSERT INTO voices ({columns}) SELECT {columns} FROM older_voices")  # noqa: S608
                self.execute("DROP TABLE older_voices")

    def execute(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """Run one statement and return its rows."""
        return self._database.execute(statement, values).fetchall()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside, or none."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def setting(self, name: str, default: Any) -> Any:
        """A stored JSON value."""
        rows = self.execute("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else default

    def keep_setting(self, name: str, value: Any) -> None:
        """Store a JSON value."""
        self.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, json.dumps(value))

    def forget(self, *, account: str | None) -> None:
        """Empty every table of an account, or of all."""
        with self.transaction():
            for table in ACCOUNT_TABLES:
                self.execute(f"DELETE FROM {table} WHERE ?1 IS NULL OR account = ?1", account)  # noqa: S608
