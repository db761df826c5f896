"""The provider's side of the truth, seen through the sandbox's controls."""

import hashlib
from dataclasses import dataclass

import httpx
from django.conf import settings


@dataclass(frozen=True)
class Vendor:
    """One customer's view: its voices, what its key was charged for, and how its calls are to fail."""

    key: str

    def voices(self) -> dict[str, dict]:
        """Cloned voices of the key, by id."""
        found = self._ask("GET", "/voices", params={"key": self.key, "kind": "cloning"})["voices"]
        return {voice["voice_id"]: voice for voice in found}

    def bill(self, *operations: str) -> list[dict]:
        """What was charged for, oldest first; for all operations where none is named."""
        lines = self._ask("GET", "/bill", params={"key": self.key})["lines"]
        return [line for line in lines if not operations or line["operation"] in operations]

    def requests(self, operation: str) -> int:
        """How many calls arrived, charged or not."""
        return len(self.bodies(operation))

    def bodies(self, operation: str) -> list[dict]:
        """What these calls said, oldest first."""
        asked = self._ask("GET", "/requests", params={"key": self.key, "operation": operation, "limit": 500})
        return [request["body"] for request in asked["requests"]]

    def fail(self, operation: str, fault: str, *, count: int = 1, **details) -> None:
        """Let the next calls of this key fail."""
        # Results are downloaded without a key.
        whose = {} if operation == "download" else {"key": self.key}
        order = {"operation": operation, "fault": fault, "count": count, "seconds": 0.05, **whose, **details}
        self._ask("POST", "/faults", json=order)

    def tell(self, content: bytes, text: str) -> None:
        """Say what is said in a recording: the sandbox recognises no speech."""
        order = {"key": self.key, "sha256": hashlib.sha256(content).hexdigest(), "text": text}
        self._ask("POST", "/transcripts", json=order)

    def heal(self) -> None:
        """Nothing fails any more."""
        self._ask("DELETE", "/faults")

    def _ask(self, method: str, path: str, **options):
        with httpx.Client(trust_env=False, verify=False, timeout=30) as client:
            return client.request(method, f"{settings.SANDBOX_URL}/_sandbox{path}", **options).raise_for_status().json()
