"""What clients send to make clips."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.inputs import Filters, Input
from synthesis.models import Clip

_FORMAT = {
    "oneOf": [
        {"type": "string", "example": "mp3"},
        {
            "type": "object",
            "properties": {
                "container": {"type": "string"},
                "sample_rate": {"type": "integer"},
                "bitrate": {"type": "integer"},
                "channels": {"type": "integer"},
            },
        },
    ]
}


@extend_schema_field(_FORMAT)
class FormatField(serializers.JSONField):
    """A container's name, or its parts. The flow reads it strictly and names the part at fault."""


@extend_schema_field(OpenApiTypes.OBJECT)
class ObjectField(serializers.JSONField):
    """A JSON object."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise serializers.ValidationError("It is an object of names and values.")
        return value


class SpeechInput(Input):
    """A wish for speech."""

    voice = serializers.CharField(max_length=64, help_text="Slug of the voice.")
    # Whether it can be spoken is the flow's business: spaces are billed, so nothing is trimmed.
    text = serializers.CharField(trim_whitespace=False, allow_blank=True)
    model = serializers.CharField(max_length=64, required=False, allow_null=True)
    format = FormatField(required=False, allow_null=True)
    settings = ObjectField(
        required=False,
        allow_null=True,
        help_text="speed, volume, pitch, emotion, language_boost, text_normalization, latex_read, effects.",
    )
    dictionaries = serializers.ListField(
        child=serializers.CharField(max_length=64),
        required=False,
        max_length=20,
        help_text="Slugs; newest published versions are pinned. Where two have a rule for a word, the first wins.",
    )
    project = serializers.CharField(max_length=64, required=False, allow_null=True, help_text="Slug or id.")
    purpose = serializers.CharField(
        max_length=64, required=False, allow_null=True, help_text="What it is for, where the speaker's consent asks."
    )


class EstimateInput(SpeechInput):
    """What would be asked for."""


class ClipInput(SpeechInput):
    """What is asked for."""

    metadata = ObjectField(required=False, allow_null=True, help_text="Yours: kept and answered, never read.")

    failover = serializers.BooleanField(
        required=False,
        help_text="Default true: another home of the voice may speak it where an account is down.",
    )

    def validate_metadata(self, metadata: dict[str, Any] | None) -> dict[str, Any] | None:
        """Bounded, because it is stored with every clip and answered in every list."""
        if metadata is not None and len(str(metadata)) > 4_000:
            raise serializers.ValidationError("At most 4,000 characters of metadata are kept.")
        return metadata


class ClipFilters(Filters):
    """Which clips."""

    state = serializers.ChoiceField(Clip.State.values, required=False)
    voice = serializers.CharField(max_length=64, required=False, help_text="Slug.")
    project = serializers.CharField(max_length=64, required=False, help_text="Slug or id.")
    q = serializers.CharField(max_length=200, required=False, help_text="Words in the text.")
