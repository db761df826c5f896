"""What clients get: clips and estimates as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.enums import BILLED_SOURCES
from accounts.api.openapi import page_of
from accounts.api.outputs import MoneyOutput, Output, VendorOutput
from accounts.money import Money
from synthesis.flows.delivery import audio_url
from synthesis.flows.estimates import Estimate
from synthesis.models import Clip, Rendering, Segment


@extend_schema_field(OpenApiTypes.OBJECT)
class AnyObject(serializers.JSONField):
    """A JSON object."""


class FormatOutput(Output):
    """As asked for; once the clip is ready, as found in the file."""

    container = serializers.CharField()
    sample_rate = serializers.IntegerField()
    bitrate = serializers.IntegerField(allow_null=True)
    channels = serializers.IntegerField()


class PinOutput(Output):
    """A dictionary version the clip is pinned to."""

    dictionary = serializers.CharField()
    version = serializers.IntegerField()


class ClipFindingOutput(Output):
    """Something to look at that is no error."""

    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()


class ClipErrorOutput(Output):
    """Why the clip failed."""

    code = serializers.CharField()
    message = serializers.CharField()
    provider = VendorOutput(required=False)


class SpokenByOutput(Output):
    """A home of the voice that is heard in the clip, or will be."""

    provider_account = serializers.CharField()
    provider_voice_id = serializers.CharField()
    generation = serializers.IntegerField()


class ClipOutput(Output):
    """A clip. What is not known yet is null."""

    id = serializers.CharField()
    state = serializers.ChoiceField(Clip.State.values)
    voice = serializers.CharField()
    project = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    applied_text = serializers.CharField()
    spoken_by = SpokenByOutput(many=True)
    failover = serializers.BooleanField(help_text="Another home of the voice may speak it where an account is down.")
    model = serializers.CharField()
    settings = AnyObject()
    purpose = serializers.CharField(allow_blank=True)
    dictionaries = PinOutput(many=True)
    format = FormatOutput()
    duration_ms = serializers.IntegerField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    findings = ClipFindingOutput(many=True)
    estimated_characters = serializers.IntegerField()
    billed_characters = serializers.IntegerField(allow_null=True)
    billed_source = serializers.ChoiceField(
        BILLED_SOURCES,
        allow_null=True,
        help_text="Whose number that is; `estimated` where the provider reported none. Null where nothing was paid.",
    )
    saved_characters = serializers.IntegerField()
    amount = MoneyOutput(allow_null=True)
    error = ClipErrorOutput(allow_null=True)
    waits_for = ClipErrorOutput(allow_null=True, help_text="Why a queued clip is not begun yet, where that is known.")
    trace_ids = serializers.ListField(child=serializers.CharField())
    audio_url = serializers.CharField(allow_null=True, help_text="Plays the clip for a limited time.")
    metadata = AnyObject()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


CLIP_PAGE = page_of(ClipOutput)


class FeeOutput(Output):
    """A one-off fee that a first use triggers."""

    kind = serializers.CharField()
    amount = MoneyOutput()


class BudgetEffectOutput(Output):
    """A budget in scope and whether this fits; `limit` and `remaining` count `unit` (characters, or a currency)."""

    id = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    limit = serializers.IntegerField()
    remaining = serializers.IntegerField()
    fits = serializers.BooleanField()


class EstimateOutput(Output):
    """What would be paid now: nothing for audio that is there already or on its way (`cached`)."""

    billed_characters = serializers.IntegerField()
    estimated_characters = serializers.IntegerField(help_text="Without the cache.")
    saved_characters = serializers.IntegerField()
    amount = MoneyOutput()
    cached = serializers.BooleanField()
    fees = FeeOutput(many=True)
    budgets = BudgetEffectOutput(many=True)


def clip_json(clip: Clip) -> dict[str, Any]:
    """A clip as the API shows it; see `clips_with_parts` for what it reads."""
    segments = list(clip.segments.all())
    rendering = segments[0].rendering if clip.state == Clip.State.READY else None
    return ClipOutput.of(
        {
            "id": clip.id,
            "state": clip.state,
            "voice": clip.voice.slug,
            "project": clip.project.slug if clip.project else None,
            "text": clip.text,
            "applied_text": clip.applied_text,
            "spoken_by": _spoken_by(segments),
            "failover": clip.allows_failover,
            "model": clip.model,
            "settings": clip.settings,
            "purpose": clip.purpose,
            "dictionaries": [
                {"dictionary": pin.version.dictionary.slug, "version": pin.version.number} for pin in clip.pins.all()
            ],
            "format": _format(clip, rendering),
            "duration_ms": rendering.duration_ms if rendering else None,
            "size": rendering.size if rendering else None,
            "sha256": rendering.sha256 if rendering else None,
            "findings": rendering.findings if rendering else [],
            "estimated_characters": clip.estimated_characters,
            "billed_characters": billed_characters(segments),
            "billed_source": _billed_source(segments),
            "saved_characters": sum(segment.saved_characters for segment in segments),
            "amount": _amount(segments),
            "error": clip.error,
            "waits_for": clip.waits_for(),
            "trace_ids": _trace_ids(clip, segments),
            "audio_url": audio_url(clip),
            "metadata": clip.metadata,
            "created_at": clip.created_at,
            "finished_at": clip.finished_at,
        }
    )


def estimate_json(estimate: Estimate) -> dict[str, Any]:
    """An estimate as the API shows it."""
    return EstimateOutput.of(
        {
            "billed_characters": estimate.billed_characters,
            "estimated_characters": estimate.estimated_characters,
            "saved_characters": estimate.saved_characters,
            "amount": estimate.amount.as_json(),
            "cached": estimate.cached,
            "fees": estimate.fees,
            "budgets": estimate.budgets,
        }
    )


def cost_headers(clip: Clip) -> dict[str, str]:
    """`X-Billed-Characters`, `X-Cache` (hit: nothing was paid) and `X-Trace-Id` of a finished clip; none before."""
    segments = list(clip.segments.all())
    billed = billed_characters(segments)
    if billed is None:
        return {}
    headers = {"X-Billed-Characters": str(billed), "X-Cache": "miss" if billed else "hit"}
    traces = _trace_ids(clip, segments)
    return headers | ({"X-Trace-Id": ",".join(traces)} if traces else {})


def _spoken_by(segments: list[Segment]) -> list[dict[str, Any]]:
    """The homes, each once, in the order in which they are first heard."""
    homes = {segment.rendering.provider_voice_id: segment.rendering.provider_voice for segment in segments}
    return [
        {
            "provider_account": home.provider_account.slug,
            "provider_voice_id": home.vendor_voice_id,
            "generation": home.generation,
        }
        for home in homes.values()
    ]


def _billed_source(segments: list[Segment]) -> str | None:
    if not billed_characters(segments):
        return None
    return "estimated" if any(segment.billed_is_estimated for segment in segments) else "provider"


def billed_characters(segments: list[Segment]) -> int | None:
    """What the clip was billed so far; None while nothing is known."""
    known = [segment.billed_characters for segment in segments if segment.billed_characters is not None]
    return sum(known) if known else None


def _amount(segments: list[Segment]) -> dict[str, int | str] | None:
    known = [segment for segment in segments if segment.amount_micros is not None]
    if not known:
        return None
    return Money(sum(segment.amount_micros or 0 for segment in known), known[0].currency).as_json()


def _format(clip: Clip, rendering: Rendering | None) -> dict[str, Any]:
    if rendering is None:
        return dict(clip.format)
    found = {"container": rendering.format, "sample_rate": rendering.sample_rate, "channels": rendering.channels}
    return {**clip.format, **found}


def _trace_ids(clip: Clip, segments: list[Segment]) -> list[str]:
    if clip.state == Clip.State.FAILED:
        told = (clip.error or {}).get("provider", {}).get("trace_id", "")
        return [told] if told else []
    return [segment.rendering.trace_id for segment in segments if segment.rendering.trace_id]
