"""What comes in: JSON that a database can hold, and serializers that name what they do not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, cast

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

BIGGEST_NUMBER = 2**63 - 1


class StrictJSONParser(JSONParser):
    """JSON without what no database takes: NUL characters, halves of surrogate pairs, bottomless nesting."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            content = super().parse(stream, media_type, parser_context)
            _refuse_unstorable(content)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        return content


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ParseError("The JSON holds a NUL character or half of a surrogate pair.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)


class FirstRenderer(BaseContentNegotiation):
    """Every answer has one format, so `Accept` is not consulted: a 406 would help nobody."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        for parser in parsers:
            if (request.content_type or "").partition(";")[0].strip().lower() == parser.media_type:
                return cast(BaseParser, parser)
        return None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Input(serializers.Serializer[Any]):
    """Base of what is read from a request. An unknown field is an error: it may be a misspelt wish."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in data if name not in self.fields)
            if unknown:
                raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
            # A null for a field that need not be sent, and gives null no meaning, is the same as not sending it.
            if any(value is None and self._may_be_left_out(name) for name, value in data.items()):
                data = {
                    name: value for name, value in data.items() if value is not None or not self._may_be_left_out(name)
                }
        return super().to_internal_value(data)

    def _may_be_left_out(self, name: Any) -> bool:
        field = self.fields[name]
        return not field.required and not field.allow_null


class Filters(Input):
    """Base of what is read from a query string; `cursor` and `limit` belong to the page."""

    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=500, help_text="Rows a page, 50 if not given."
    )
