"""Statement texts: what speakers are asked to agree to, per locale, in versions that never change."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.flows.statement_texts import built_in_texts, publish_statement_text, statement_versions
from voicelib.models import StatementText
from voicelib.statement_texts import LONGEST

_LOCALE = "Such as en, en-GB, zh-Hans."


class StatementTextFilters(Filters):
    name = serializers.CharField(max_length=64, required=False)
    locale = serializers.CharField(max_length=35, required=False)


class VersionFilters(Filters):
    locale = serializers.CharField(max_length=35, required=False)


class StatementTextInput(Input):
    name = serializers.CharField(max_length=64, help_text="Such as `cloning`: lower-case letters, digits, hyphens.")
    locale = serializers.CharField(max_length=35, help_text=_LOCALE)
    text = serializers.CharField(
        max_length=LONGEST,
        required=False,
        help_text="With `{speaker}` and `{company}` where a consent fills in the names. Left out: the built-in text of "
        "that name and locale.",
    )
    message = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True, help_text="What changed, and why."
    )


class StatementTextOutput(Output):
    """One published version."""

    id = serializers.CharField()
    name = serializers.CharField()
    locale = serializers.CharField()
    version = serializers.IntegerField()
    text = serializers.CharField(source="words")
    message = serializers.CharField(allow_blank=True)
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField()


_PAGE = page_of(StatementTextOutput)


class BuiltInTextOutput(Output):
    """A text that comes with the product; publish it to give consents with it."""

    name = serializers.CharField()
    locale = serializers.CharField()
    text = serializers.CharField()


class BuiltInTextsOutput(Output):
    results = BuiltInTextOutput(many=True)


class StatementTextsView(TeamView):
    scopes = {"GET": "voices:read", "POST": "voices:write"}

    @extend_schema(
        operation_id="statement_texts_list",
        parameters=[StatementTextFilters],
        responses={200: _PAGE},
    )
    def get(self, request: Request) -> Response:
        """The newest version of each text in each locale, the latest published first."""
        wish = self.filters(StatementTextFilters)
        texts = StatementText.objects.filter(team=self.team).newest()
        if "name" in wish:
            texts = texts.filter(name=wish["name"])
        if "locale" in wish:
            texts = texts.filter(locale__iexact=wish["locale"])
        return self.page(texts, StatementTextOutput.of)

    @extend_schema(
        operation_id="statement_texts_publish", request=StatementTextInput, responses={201: StatementTextOutput}
    )
    def post(self, request: Request) -> Response:
        """Publish the next version of a text in a locale. Consents that were given keep theirs."""
        published = publish_statement_text(team=self.team, actor=self.actor, **self.read(StatementTextInput))
        return Response(StatementTextOutput.of(published), status=201)


class BuiltInTextsView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(operation_id="statement_texts_built_in", responses={200: BuiltInTextsOutput})
    def get(self, request: Request) -> Response:
        """What comes with the product, to be published as it is or as a beginning."""
        return Response(BuiltInTextsOutput.of({"results": built_in_texts()}))


class StatementVersionsView(TeamView):
    scopes = {"GET": "voices:read"}

    @extend_schema(
        operation_id="statement_texts_versions",
        parameters=[VersionFilters],
        responses={200: _PAGE},
    )
    def get(self, request: Request, name: str) -> Response:
        """Every published version of a text, newest first, in all locales or one."""
        wish = self.filters(VersionFilters)
        versions = statement_versions(team=self.team, name=name)
        if "locale" in wish:
            versions = versions.filter(locale__iexact=wish["locale"])
        return self.page(versions, StatementTextOutput.of)
