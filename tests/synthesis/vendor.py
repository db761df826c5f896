"""The provider's side of the truth, seen through the sandbox's controls."""

from dataclasses import dataclass

import httpx
from django.conf import settings


@dataclass(frozen=True)
class Vendor:
    """One customer's view: what its key was charged for, and how its calls are to fail."""

    key: str

    def bill(self, operation: str = "t2a") -> list[dict]:
        """What was charged, oldest first."""
        lines = self._ask("GET", "/bill", params={"key": self.key})["lines"]
        return [line for line in lines if line["operation"] == operation]

    def requests(self) -> int:
        """How many speech calls arrived, charged or not."""
        asked = self._ask("GET", "/requests", params={"key": self.key, "operation": "t2a", "limit": 500})
        return len(asked["requests"])

    def fail(self, fault: str, *, count: int = 1, **details) -> None:
        """Let the next calls of this key fail; speech, unless `operation` says something else."""
        self._ask(
            "POST",
            "/faults",
            json={"operation": "t2a", "fault": fault, "count": count, "key": self.key, **details},
        )

    def heal(self) -> None:
        """Nothing fails any more."""
        self._ask("DELETE", "/faults")

    def count_by(self, rule: str) -> None:
        """Bill everybody by another counting rule."""
        self._ask("POST", "/counting", json={"rule": rule})

    def _ask(self, method: str, path: str, **options):
        with httpx.Client(trust_env=False, timeout=30) as client:
            return client.request(method, f"{settings.SANDBOX_URL}/_sandbox{path}", **options).raise_for_status().json()
