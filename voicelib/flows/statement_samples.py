"""Samples made of spoken statements: to clone a voice from, or to have the statement heard in them."""

from __future__ import annotations

import io
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from accounts import clock
from accounts.errors import ConflictError
from accounts.payer import Actor
from voicelib.flows.consent_files import read_consent_file
from voicelib.flows.history import note_consent
from voicelib.flows.samples import add_sample
from voicelib.models import Consent, ConsentFile, Sample


def files_of(*, consent: Consent) -> QuerySet[Any]:
    """The proofs of a consent, each with `sample_id`: the sample of the same content, None where there is none."""
    same = Sample.objects.filter(team=consent.team_id, sha256=OuterRef("sha256")).order_by("id")
    return ConsentFile.objects.filter(consent=consent).annotate(sample_id=Subquery(same.values("id")[:1]))


def make_statement_sample(*, consent: Consent, kept: ConsentFile, actor: Actor) -> Sample:
    """A sample of the same bytes as a spoken statement; the one that is there already, if it is. The proof stays as it
    is, a purge deletes the sample.

    Raises ConflictError `consent_file_not_spoken`, `consent_revoked`, `consent_expired`; NotFoundError;
    SampleRefusedError where nothing can be cloned from it, such as `sample_too_short`. No transaction may be open.
    """
    if kept.kind != ConsentFile.Kind.SPOKEN:
        raise ConflictError("Only a spoken statement becomes a sample.", code="consent_file_not_spoken")
    refusal = consent.refusal(clock.now())
    if refusal is not None:
        raise ConflictError("The consent does not hold any more: nothing is made of it.", code=refusal)
    before = set(Sample.objects.filter(team=consent.team_id, sha256=kept.sha256).values_list("id", flat=True))
    sample = add_sample(team=consent.team, actor=actor, file=io.BytesIO(read_consent_file(kept)), name=kept.name)
    if sample.id not in before:
        with transaction.atomic():
            data = {"file": kept.id, "sample": sample.id}
            note_consent(consent=consent, kind="consent.sample_made", actor=actor, data=data)
    return sample
