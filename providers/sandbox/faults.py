"""Faults on request: which one strikes which call, how often. What they do is in `minimax.gate`."""

import secrets
from dataclasses import dataclass, field

# Strike instead of the work: nothing happens at the vendor and nothing is charged.
BEFORE = frozenset(
    {"rate_limit", "timeout_before_charge", "http_500", "error_in_200", "voice_gone", "wrong_content_type",
     "close_connection"}
)  # fmt: skip
# Strike the answer: the work is done and charged.
AFTER = frozenset(
    {"timeout_after_charge", "slow_first_byte", "stall", "cut_stream", "bad_hex", "short_audio", "audio_as_url"}
)  # fmt: skip
# Strike a stream after half of its audio, the work done and charged; calls that do not stream are spared.
STREAMING = frozenset({"error_mid_stream", "no_end_frame"})
# Strike a synthesis that asks for an emotion, as some voices refuse any; others are spared.
EMOTIONAL = frozenset({"emotion_refused"})
# Strike a task of long text, charged as it is: it ends with that status.
TASKS = frozenset({"task_failed", "task_expired"})
# The gateway answers 504 while the work, charged, goes on; with the id of the task or without.
GATEWAY = frozenset({"gateway_timeout", "gateway_timeout_with_id"})
# A webhook's signature is wrong.
WEBHOOKS = frozenset({"bad_signature"})
DEFAULT_SECONDS = 5.0


@dataclass(slots=True)
class Fault:
    """One order to fail. `count` None means until cleared; `account` None means everybody's calls."""

    operation: str
    fault: str
    provider: str = "minimax"
    probability: float = 1.0
    count: int | None = None
    seconds: float = DEFAULT_SECONDS
    status_code: int | None = None
    account: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(6))


class Faults:
    """The orders in force, oldest first."""

    def __init__(self) -> None:
        """Nothing fails."""
        self._orders: list[Fault] = []

    def add(self, fault: Fault) -> str:
        """Put an order in force and return its id."""
        self._orders.append(fault)
        return fault.id

    def orders(self) -> tuple[Fault, ...]:
        """What is in force."""
        return tuple(self._orders)

    def clear(self) -> None:
        """Nothing fails any more."""
        self._orders.clear()

    def draw(
        self,
        *,
        operation: str,
        account: str,
        streaming: bool = False,
        emotional: bool = False,
        provider: str = "minimax",
        tasks: bool | None = None,
    ) -> Fault | None:
        """The fault that strikes this call, counted down. `tasks`: whether the call makes a task that may fail."""
        makes_task = operation == "t2a_async" if tasks is None else tasks
        chances = ((STREAMING, streaming), (EMOTIONAL, emotional), (TASKS, makes_task))
        spared = frozenset().union(*(kind for kind, possible in chances if not possible))
        for order in self._orders:
            if order.fault in spared:
                continue
            if (
                order.provider != provider
                or not self._meant(order, operation, account)
                or not _chance(order.probability)
            ):
                continue
            if order.count is not None:
                order.count -= 1
            self._orders = [kept for kept in self._orders if kept.count is None or kept.count > 0]
            return order
        return None

    @staticmethod
    def _meant(order: Fault, operation: str, account: str) -> bool:
        return order.operation in (operation, "*") and order.account in (None, account)


def _chance(probability: float) -> bool:
    return probability >= 1 or secrets.randbelow(1_000_000) < probability * 1_000_000


def corrupt_hex(text: str) -> str:
    """Hex that is no hex: of odd length, and with a letter that does not belong."""
    return f"z{text[1:-1]}"
