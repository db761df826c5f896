"""Every clip that was made under a consent, whatever became of the voice since."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.db.models import BigIntegerField, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts.flows.reports import Echo, cell
from synthesis.models import Clip
from voicelib.models import Consent

_COLUMNS = {
    "clip": F("id"),
    "asked_at": F("created_at"),
    "ended_at": F("finished_at"),
    "clip_state": F("state"),
    "voice_slug": F("voice__slug"),
    "project_slug": F("project__slug"),
    "for_purpose": F("purpose"),
    "token_name": F("token__name"),
    "spoken_model": F("model"),
    "billed_characters": Coalesce(Sum("segments__billed_characters"), Value(0), output_field=BigIntegerField()),
    "sha256": F("segments__rendering__sha256"),
    "spoken_text": F("text"),
}
COLUMNS = (
    "clip", "asked_at", "ended_at", "state", "voice", "project", "purpose", "token", "model", "billed_characters",
    "sha256", "text", "statement_text",
)  # fmt: skip


def clips_under(*, consent: Consent) -> QuerySet[Clip]:
    """The clips asked for while their voice stood under this consent."""
    return Clip.objects.filter(consent=consent)


def clips_csv(*, consent: Consent) -> Iterator[str]:
    """The same as lines of CSV, header first, oldest first, read in pieces; formulas are defused. Every line names the
    published text that the consent was given with ("" for words of its own)."""
    writer = csv.writer(Echo())
    given_with = str(consent.statement_text or "")
    yield writer.writerow(COLUMNS)
    rows = clips_under(consent=consent).order_by("id").annotate(**_COLUMNS)
    for row in rows.values_list(*_COLUMNS).iterator(chunk_size=2000):
        yield writer.writerow([cell(value) for value in (*row, given_with)])
