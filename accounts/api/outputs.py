"""What goes out. The serializer that writes an answer is the one that describes it in the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Output(serializers.Serializer[Any]):
    """Base of what is answered: `SomeOutput.of(thing)` is its JSON."""

    @classmethod
    def of(cls, thing: Any) -> dict[str, Any]:
        """The JSON of `thing`."""
        return dict(cls(thing).data)


class MoneyOutput(Output):
    """An amount in millionths of a currency."""

    amount_micros = serializers.IntegerField()
    currency = serializers.CharField(help_text="ISO 4217 code.")


class VendorOutput(Output):
    """The vendor's own words."""

    code = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    trace_id = serializers.CharField(allow_blank=True)


class ProblemOutput(Output):
    """Why a request was refused (RFC 9457). `code` is stable; some codes add members of their own."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; listed in docs/errors.md.")
    detail = serializers.CharField()
    field = serializers.CharField(required=False, help_text="The part of the request at fault.")
    provider = VendorOutput(required=False)
