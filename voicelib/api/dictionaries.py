"""Pronunciation dictionaries: draft rules and published versions."""

from __future__ import annotations

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from voicelib.flows.dictionaries import (
    add_rule,
    create_dictionary,
    dictionary_of,
    publish,
    remove_rule,
    version_of,
)
from voicelib.models import Dictionary, Rule
from voicelib.pronunciation import LONGEST_REPLACEMENT, LONGEST_SOURCE

RULE_KINDS = tuple(Rule.Kind.values)


class DictionaryFilters(Filters):
    q = serializers.CharField(max_length=200, required=False, help_text="Part of the slug or the name.")


class DictionaryInput(Input):
    name = serializers.CharField(max_length=200)
    slug = serializers.CharField(max_length=64)
    language = serializers.CharField(max_length=35, required=False, default="", allow_blank=True)


class RuleInput(Input):
    source = serializers.CharField(max_length=LONGEST_SOURCE, help_text="As it stands in the text, case included.")  # type: ignore[assignment]
    replacement = serializers.CharField(max_length=LONGEST_REPLACEMENT)
    kind = serializers.ChoiceField(choices=RULE_KINDS)


class PublishInput(Input):
    message = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class RuleOutput(Output):
    id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    replacement = serializers.CharField()
    kind = serializers.CharField()
    created_at = serializers.DateTimeField()


class PublishedRuleOutput(Output):
    """A rule of a published version."""

    source = serializers.CharField()  # type: ignore[assignment]
    replacement = serializers.CharField()
    kind = serializers.CharField()


class DictionaryOutput(Output):
    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField(allow_blank=True)
    version = serializers.SerializerMethodField(help_text="The newest published one; null before the first.")
    created_at = serializers.DateTimeField()

    def get_version(self, dictionary: Dictionary) -> int | None:
        return max((version.number for version in dictionary.versions.all()), default=None)


class VersionOutput(Output):
    version = serializers.IntegerField(source="number")
    message = serializers.CharField(allow_blank=True)
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField()
    rules = PublishedRuleOutput(many=True)


class DictionariesView(TeamView):
    scopes = {"GET": "dictionaries:read", "POST": "dictionaries:write"}

    @extend_schema(
        operation_id="dictionaries_list", parameters=[DictionaryFilters], responses={200: page_of(DictionaryOutput)}
    )
    def get(self, request: Request) -> Response:
        """The team's dictionaries, newest first."""
        wish = self.filters(DictionaryFilters)
        dictionaries = Dictionary.objects.filter(team=self.team).prefetch_related("versions")
        if "q" in wish:
            dictionaries = dictionaries.filter(Q(slug__icontains=wish["q"]) | Q(name__icontains=wish["q"]))
        return self.page(dictionaries, DictionaryOutput.of)

    @extend_schema(operation_id="dictionaries_create", request=DictionaryInput, responses={201: DictionaryOutput})
    def post(self, request: Request) -> Response:
        """Make an empty dictionary."""
        dictionary = create_dictionary(team=self.team, actor=self.actor, **self.read(DictionaryInput))
        return Response(DictionaryOutput.of(dictionary), status=201)


class DictionaryView(TeamView):
    scopes = {"GET": "dictionaries:read"}

    @extend_schema(operation_id="dictionaries_get", responses={200: DictionaryOutput})
    def get(self, request: Request, slug: str) -> Response:
        """One dictionary."""
        return Response(DictionaryOutput.of(dictionary_of(team=self.team, slug=slug)))


class RulesView(TeamView):
    scopes = {"GET": "dictionaries:read", "POST": "dictionaries:write"}

    @extend_schema(operation_id="rules_list", parameters=[Filters], responses={200: page_of(RuleOutput)})
    def get(self, request: Request, slug: str) -> Response:
        """The rules of the draft, newest first."""
        self.filters(Filters)
        return self.page(Rule.objects.filter(dictionary=dictionary_of(team=self.team, slug=slug)), RuleOutput.of)

    @extend_schema(operation_id="rules_create", request=RuleInput, responses={201: RuleOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Add a rule to the draft; what cannot be expressed is refused with the reason."""
        wish = self.read(RuleInput)
        rule = add_rule(dictionary=dictionary_of(team=self.team, slug=slug), actor=self.actor, **wish)
        return Response(RuleOutput.of(rule), status=201)


class RuleView(TeamView):
    scopes = {"DELETE": "dictionaries:write"}

    @extend_schema(operation_id="rules_delete", responses={204: None})
    def delete(self, request: Request, slug: str, rule_id: str) -> Response:
        """Remove a rule from the draft; published versions keep it."""
        remove_rule(dictionary=dictionary_of(team=self.team, slug=slug), actor=self.actor, rule_id=rule_id)
        return Response(status=204)


class PublishView(TeamView):
    scopes = {"POST": "dictionaries:write"}

    @extend_schema(operation_id="dictionaries_publish", request=PublishInput, responses={201: VersionOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Freeze the draft as the next version; clips use the newest version there is when they are asked for."""
        wish = self.read(PublishInput)
        version = publish(
            dictionary=dictionary_of(team=self.team, slug=slug), actor=self.actor, message=wish["message"]
        )
        return Response(VersionOutput.of(version), status=201)


class VersionsView(TeamView):
    scopes = {"GET": "dictionaries:read"}

    @extend_schema(operation_id="versions_list", parameters=[Filters], responses={200: page_of(VersionOutput)})
    def get(self, request: Request, slug: str) -> Response:
        """The published versions, newest first."""
        self.filters(Filters)
        dictionary = dictionary_of(team=self.team, slug=slug)
        return self.page(dictionary.versions.all(), VersionOutput.of)


class VersionView(TeamView):
    scopes = {"GET": "dictionaries:read"}

    @extend_schema(operation_id="versions_get", responses={200: VersionOutput})
    def get(self, request: Request, slug: str, number: int) -> Response:
        """One published version with its rules."""
        dictionary = dictionary_of(team=self.team, slug=slug)
        return Response(VersionOutput.of(version_of(dictionary=dictionary, number=number)))
