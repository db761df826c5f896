"""Cloned and designed voices: 168 hours from creation unless a synthesis keeps them; ids are burned for good.

An account may be under another rule (`/_sandbox/retention`), as resellers and hearsay have them.
"""

import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any, Literal

from providers.sandbox.clock import SandboxClock, iso
from providers.sandbox.store import Store
from providers.sandbox.timbre import Timbre

# Documented by MiniMax.
LIFETIME_HOURS = 168.0
# How a voice dies: unless it is used once; when it is idle; whatever is done; never.
RULES = frozenset({"activation", "rolling", "fixed", "none"})
VoiceKind = Literal["cloning", "generation"]
_RETENTION = "retention"
VoiceState = Literal["temporary", "permanent", "lapsed", "deleted"]


@dataclass(frozen=True, slots=True)
class Clone:
    """A voice that somebody made."""

    provider: str
    voice_id: str
    account: str
    kind: str
    created_at: float
    expires_at: float
    activated_at: float | None
    deleted_at: float | None
    fee_charged: bool
    timbre: Timbre
    rule: str
    hours: float

    def is_mortal(self) -> bool:
        """Whether `expires_at` is when it dies."""
        return self.rule in ("rolling", "fixed") or (self.rule == "activation" and self.activated_at is None)

    def state(self, now: float) -> VoiceState:
        """Where it is in its life at `now`."""
        if self.deleted_at is not None:
            return "deleted"
        if self.is_mortal() and now >= self.expires_at:
            return "lapsed"
        return "temporary" if self.activated_at is None else "permanent"


class VoiceShelf:
    """Every clone ever made at one provider; ids are one namespace for all accounts and are never free again."""

    def __init__(self, store: Store, clock: SandboxClock, provider: str = "minimax") -> None:
        """Resume the stored voices of a provider."""
        self._store = store
        self._clock = clock
        self._provider = provider

    def find(self, voice_id: str) -> Clone | None:
        """A clone in any state, or None when the id was never used."""
        rows = self._store.execute("SELECT * FROM voices WHERE provider = ? AND voice_id = ?", self._provider, voice_id)
        return _clone(rows[0]) if rows else None

    def living(self, voice_id: str) -> Clone | None:
        """A clone that can still speak or be deleted."""
        clone = self.find(voice_id)
        return clone if clone and clone.state(self._clock.now()) in ("temporary", "permanent") else None

    def add(self, *, voice_id: str, account: str, timbre: Timbre, kind: VoiceKind = "cloning") -> None:
        """Put a fresh voice on the shelf; its time begins, under the rule of its account."""
        now, (rule, hours) = self._clock.now(), self.rule_of(account)
        self._store.execute(
            "INSERT INTO voices (provider, voice_id, account, kind, created_at, expires_at, timbre, rule, hours)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(self._provider, voice_id, account, kind, now, now + hours * 3600, json.dumps(asdict(timbre))),
            *(rule, hours),
        )

    def rule_of(self, account: str) -> tuple[str, float]:
        """How voices that an account makes now will die, and after how many hours."""
        rule, hours = self._store.setting(_RETENTION, {}).get(account, ("activation", LIFETIME_HOURS))
        return rule, hours

    def put_rule(self, account: str, rule: str, hours: float) -> None:
        """Put the voices that an account will make under a rule; those it has keep theirs."""
        self._store.keep_setting(_RETENTION, {**self._store.setting(_RETENTION, {}), account: [rule, hours]})

    def clear_rules(self, account: str | None) -> None:
        """The documented rule again, for an account or all."""
        kept = {} if account is None else self._store.setting(_RETENTION, {})
        kept.pop(account, None)
        self._store.keep_setting(_RETENTION, kept)

    def put(self, *, voice_id: str, account: str, timbre: Timbre) -> None:
        """Put a voice on the shelf that stays until somebody removes it, at no fee; one of the same name gives way."""
        now = self._clock.now()
        self._store.execute(
            "INSERT OR REPLACE INTO voices"
            " (provider, voice_id, account, kind, created_at, expires_at, activated_at, timbre, rule)"
            " VALUES (?, ?, ?, 'cloning', ?, ?, ?, ?, 'none')",
            *(self._provider, voice_id, account, now, now, now, json.dumps(asdict(timbre))),
        )

    def activate(self, voice_id: str) -> str | None:
        """Note a real use of a living voice. Its kind when it was the first one, which costs the fee, else None."""
        self._store.execute(
            "UPDATE voices SET expires_at = ? + hours * 3600 WHERE provider = ? AND voice_id = ? AND rule = 'rolling'"
            " AND deleted_at IS NULL",
            *(self._clock.now(), self._provider, voice_id),
        )
        changed = self._store.execute(
            "UPDATE voices SET activated_at = ?, fee_charged = 1 WHERE provider = ? AND voice_id = ?"
            " AND activated_at IS NULL AND deleted_at IS NULL RETURNING kind",
            *(self._clock.now(), self._provider, voice_id),
        )
        return str(changed[0]["kind"]) if changed else None

    def delete(self, voice_id: str) -> None:
        """Delete a clone; its id stays burned."""
        self._store.execute(
            "UPDATE voices SET deleted_at = ? WHERE provider = ? AND voice_id = ?",
            *(self._clock.now(), self._provider, voice_id),
        )

    def listed(self, *, account: str) -> list[Clone]:
        """What get_voice shows: clones used at least once in real synthesis."""
        made = self.made(account=account, provider=self._provider)
        return [clone for clone in made if clone.state(self._clock.now()) == "permanent"]

    def report(self, *, account: str | None, provider: str | None = None) -> list[dict[str, Any]]:
        """The truth about each clone, for the controls; of every provider unless one is named."""
        made = self.made(account=account, provider=provider)
        return [_row(clone, clone.state(self._clock.now())) for clone in made]

    def made(self, *, account: str | None, provider: str | None = None) -> list[Clone]:
        """Every voice that was ever made, at every provider unless one is named, oldest first."""
        rows = self._store.execute(
            "SELECT * FROM voices WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR provider = ?2)"
            " ORDER BY created_at, voice_id",
            *(account, provider),
        )
        return [_clone(row) for row in rows]


def _clone(row: sqlite3.Row) -> Clone:
    fields = dict(row)
    return Clone(**{**fields, "fee_charged": bool(row["fee_charged"]), "timbre": Timbre(**json.loads(row["timbre"]))})


def _row(clone: Clone, state: VoiceState) -> dict[str, Any]:
    gone_at = clone.expires_at if state == "lapsed" else clone.deleted_at
    return {
        "provider": clone.provider,
        "voice_id": clone.voice_id,
        "kind": clone.kind,
        "state": state,
        "created_at": iso(clone.created_at),
        "activated_at": iso(clone.activated_at) if clone.activated_at is not None else None,
        "expires_at": iso(clone.expires_at) if clone.is_mortal() else None,
        "deleted_at": iso(gone_at) if gone_at is not None else None,
        "fee_charged": clone.fee_charged,
    }
