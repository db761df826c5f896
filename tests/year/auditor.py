"""A person with the vendor's bill in hand: what no answer told is found there, or was not charged."""

from collections import Counter
from datetime import datetime, timedelta

from accounts.flows.paid_call import resolve_attempt
from accounts.models import Attempt
from accounts.payer import Actor
from tests.year.houses import Houses

# A call is charged while it is made; the two clocks differ by minutes.
_NEAR = timedelta(minutes=20)


def resolve_by_the_bill(team, houses: Houses) -> None:
    """Say of every unresolved attempt whether the bill has it: a line for its voice, at its time, of no other call."""
    for house in houses.all:
        lines = houses.bill(house.key)
        known = set(
            Attempt.objects.filter(team=team, provider_account=house.account)
            .exclude(trace_id="")
            .values_list("trace_id", flat=True)
        )
        left = [line for line in lines if line["operation"] == "t2a" and line["trace_id"] not in known]
        taken = Counter(_resolved_by_hand(team, house))
        left = [line for line in left if not _is_taken(line, taken)]
        unresolved = Attempt.objects.filter(team=team, provider_account=house.account, state=Attempt.State.UNKNOWN)
        for attempt in unresolved.order_by("id"):
            line = _found(attempt, left)
            if line is not None:
                left.remove(line)
            _say(team, attempt, line)


def _resolved_by_hand(team, house) -> list[tuple[str, int | None]]:
    """Voice and characters of what was found on the bill in an earlier month: those lines are spoken for."""
    charged = Attempt.objects.filter(
        team=team, provider_account=house.account, state=Attempt.State.SETTLED, trace_id="", billed_characters__gt=0
    )
    return list(charged.values_list("vendor_voice_id", "billed_characters"))


def _is_taken(line: dict, taken: Counter) -> bool:
    said = (line["voice_id"], line["characters"])
    if not taken[said]:
        return False
    taken[said] -= 1
    return True


def _found(attempt: Attempt, left: list[dict]) -> dict | None:
    sent_at = attempt.sent_at
    if attempt.kind not in ("speech", "keepalive") or sent_at is None:
        return None

    def away(line: dict) -> timedelta:
        return abs(datetime.fromisoformat(line["at"]) - sent_at)

    near = [line for line in left if line["voice_id"] == attempt.vendor_voice_id and away(line) < _NEAR]
    return min(near, key=away, default=None)


def _say(team, attempt: Attempt, line: dict | None) -> None:
    resolve_attempt(
        team_id=team.id,
        attempt_id=attempt.id,
        outcome="not_charged" if line is None else "charged",
        billed_characters=None if line is None else line["characters"],
        reason="The provider's bill has no such line." if line is None else f"On the bill: {line['trace_id']}.",
        actor=Actor(name="Auditor"),
    )
