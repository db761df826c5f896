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
    """Recordings by the SHA-256 of their bytes."""

    def __init__(self, store: Store) -> None:
        """Resume the stored transcripts."""
        self._store = store

    def tell(self, sha256: str, text: str) -> None:
        """Say what is said in a recording; another word for the same recording takes its place."""
        self._store.keep_setting("transcripts", {**self.all(), sha256: text})

    def all(self) -> dict[str, str]:
        """Everything that was told."""
        return dict(self._store.setting("transcripts", {}))

    def clear(self) -> None:
        """Nothing was told."""
        self._store.keep_setting("transcripts", {})

    def are_met(self, content: bytes, expected: str, accuracy: float) -> bool:
        """Whether enough of the expected words is said in a recording."""
        said = self.all().get(hashlib.sha256(content).hexdigest())
        return said is None or share_said(expected, said) >= accuracy


def share_said(expected: str, said: str) -> float:
    """How much of the expected words is said, in their order: 0 to 1. Case and punctuation do not count."""
    wanted, heard = _TOKEN.findall(expected.casefold()), _TOKEN.findall(said.casefold())
    if not wanted:
        return 1.0
    found = SequenceMatcher(a=wanted, b=heard, autojunk=False).get_matching_blocks()
    return sum(block.size for block in found) / len(wanted)
