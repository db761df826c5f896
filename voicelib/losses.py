"""When a voice is believed to be gone at its provider. Pure: findings and moments in, verdicts out.

One "voice not exist" proves nothing: a swapped key says the same of every voice. A check proves a loss only where the
voice does not speak while a system voice of the same account does; a voice is lost after two such proofs, an hour
apart. Where more than three voices of an account go within an hour, or all of two or more at once, the account is to
blame: nothing is declared lost and a person is asked. So it is where the provider says that a voice we made is another
customer's, and where a key that was changed has not shown one voice of ours yet.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

PROOF_GAP = timedelta(hours=1)
MOST_LOSSES = 3
LOSSES_WITHIN = timedelta(hours=1)
# Checks that told nothing are repeated so often, then the doubt is dropped until somebody reports it again.
MOST_UNCLEAR = 12
_FIRST_WAIT = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=6)


class Finding(StrEnum):
    """What one check found. `alive`: it spoke, or the provider lists it; `missing`: it does not speak while a system
    voice does; `foreign`: it is said to be another customer's; `massacre`: so many are missing from the provider's list
    that nothing was tried; `hidden`: its deadline has passed, no list shows it, and nobody wants it enough to pay for
    hearing it; `unclear`: all else."""

    ALIVE = "alive"
    MISSING = "missing"
    FOREIGN = "foreign"
    MASSACRE = "massacre"
    HIDDEN = "hidden"
    UNCLEAR = "unclear"


class Verdict(StrEnum):
    """What is done about it. `trust`: the doubt ends; `wait`: one proof stands, look again when the second may count;
    `lost`; `freeze`: the account is to blame; `again`: look again later; `drop`: the doubt ends without an answer."""

    TRUST = "trust"
    WAIT = "wait"
    LOST = "lost"
    FREEZE = "freeze"
    AGAIN = "again"
    DROP = "drop"


def judge(
    *,
    finding: Finding,
    proven_at: datetime | None,
    at: datetime,
    other_losses: int,
    is_frozen: bool,
    is_key_proven: bool,
    unclear: int,
) -> Verdict:
    """What follows from one check at `at`.

    `proven_at` is the earlier proof that stands; `is_key_proven`: the key was not changed, or has shown a voice of ours
    since; `other_losses` counts other voices of the account that are proven
    missing now or were lost within `LOSSES_WITHIN`; `unclear` the checks in a row before this one that told nothing.
    """
    if finding is Finding.ALIVE:
        return Verdict.TRUST
    if is_frozen or finding is Finding.HIDDEN:
        return Verdict.DROP
    if finding in (Finding.MASSACRE, Finding.FOREIGN) or (finding is Finding.MISSING and not is_key_proven):
        return Verdict.FREEZE
    if finding is Finding.UNCLEAR:
        return Verdict.AGAIN if unclear + 1 < MOST_UNCLEAR else Verdict.DROP
    if other_losses + 1 > MOST_LOSSES:
        return Verdict.FREEZE
    if proven_at is None or at - proven_at < PROOF_GAP:
        return Verdict.WAIT
    return Verdict.LOST


def is_massacre(*, missing: int, known: int, is_key_proven: bool) -> bool:
    """Whether so many of the `known` activated voices of an account are missing from its list that the account itself
    must be another one: more than three, or all of two or more; with a changed key all there are."""
    enough = 2 if is_key_proven else 1
    return missing > MOST_LOSSES or (known >= enough and missing == known)


def unclear_wait(unclear: int) -> timedelta:
    """How long to wait after the `unclear`-th check in a row that told nothing: doubling from ten minutes to six
    hours."""
    return min(_FIRST_WAIT * (1 << min(max(unclear - 1, 0), 10)), _LONGEST_WAIT)
