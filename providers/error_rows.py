"""The row of an error table: what one code of a provider means. Every adapter's table is made of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from providers.errors import Category, ProviderError, WhoActs
from providers.types import Request

Charge = Literal["no", "vendor", "unknown"]
"""Surely not; a failure on the vendor's side, charged or not as the account's option says; nobody knows."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one code means, and where it was seen."""

    category: Category
    seen: str
    who_acts: WhoActs
    retryable: bool = False
    gone: bool = False
    charge: Charge = "no"
    field: str | None = None


ANSWER_LOST = frozenset({408, 502, 504, 520, 522, 524})
"""HTTP statuses of a gateway that gave up on the provider: the work may be done, whatever the body says."""


def error_of(
    row: Row,
    request: Request,
    message: str,
    *,
    code: str | None = None,
    http_status: int,
    trace_id: str,
    billed_characters: int | None = None,
) -> ProviderError:
    """The error a row of a table stands for."""
    return ProviderError(
        message,
        category=row.category,
        retryable=row.retryable,
        gone=row.gone,
        possibly_charged=bool(billed_characters) or _may_be_charged(row, request),
        who_acts=row.who_acts,
        code=code,
        trace_id=trace_id,
        field=row.field,
        http_status=http_status,
        billed_characters=billed_characters,
    )


def _may_be_charged(row: Row, request: Request) -> bool:
    if request.repeatable or row.charge == "no":
        return False
    return row.charge == "unknown" or request.account.options.get("failures_may_charge", True) is not False
