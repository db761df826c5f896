"""What is said in recordings, as far as the sandbox was told: it recognises no speech.

The words that a clone expects are compared with the transcript of its recording, found by the digest of the bytes.
Where none was told, every expectation is met.
"""

import hashlib
import re
from difflib import SequenceMatcher

from providers.sandbox.store import Store

# Scripts without spaces count by the character, the others by the word.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+")


class Transcripts:
    """Rows of account ("" for all), SHA-256 of the recording's bytes, text."""

    def __init__(self, store: Store) -> None:
        """Resume the stored transcripts."""
        self._store = store

    def tell(self, *, account: str, sha256: str, text: str) -> None:
        """Say what is said in a recording; another word for the same recording takes its place."""
        others = [row for row in self.all() if row[:2] != (account, sha256)]
        self._store.keep_setting("transcripts", [*others, (account, sha256, text)])

    def all(self) -> list[tuple[str, str, str]]:
        """Everything that was told, oldest first."""
        return [tuple(row) for row in self._store.setting("transcripts", [])]

    def clear(self, account: str | None) -> None:
        """Forget what was told, or what was told for one account."""
        kept = [] if account is None else [row for row in self.all() if row[0] != account]
        self._store.keep_setting("transcripts", kept)

    def are_met(self, *, account: str, content: bytes, expected: str, accuracy: float) -> bool:
        """Whether enough of the expected words is said in a recording; what was told for the account comes first."""
        sha256 = hashlib.sha256(content).hexdigest()
        told = {whose: text for whose, of, text in self.all() if of == sha256}
        said = told.get(account, told.get(""))
        return said is None or share_said(expected, said) >= accuracy


def share_said(expected: str, said: str) -> float:
    """How much of the expected words is said, in their order: 0 to 1. Case and punctuation do not count."""
    wanted, heard = _TOKEN.findall(expected.casefold()), _TOKEN.findall(said.casefold())
    if not wanted:
        return 1.0
    found = SequenceMatcher(a=wanted, b=heard, autojunk=False).get_matching_blocks()
    return sum(block.size for block in found) / len(wanted)
