"""Pronunciation dictionaries: the draft is edited in place, versions are published and stay as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, refusal_text, show, to_page
from accounts.admin.asking_forms import DressedForm, TeamForm
from accounts.admin.filters import by_row, by_value
from accounts.admin.rights import actor_of
from accounts.admin.scoping import TeamInline
from accounts.admin.shown import NOTHING, moment, two_lines
from accounts.errors import PlatformError
from voicelib.errors import RuleRefusedError
from voicelib.flows.dictionaries import add_rule, create_dictionary, publish, remove_rule
from voicelib.models import Dictionary, DictionaryVersion, Rule
from voicelib.pronunciation import checked_rule, rules_for

_WRITE = "dictionaries:write"
_VERSION: list[Any] = ["number", "message", "rule_count", "published", "published_by", "rules_shown"]


if TYPE_CHECKING:
    _RuleForm = forms.ModelForm[Rule]
else:
    _RuleForm = forms.ModelForm


class RuleForm(_RuleForm):
    """A rule is checked as it is written; what a provider cannot express is refused when it is saved."""

    class Meta:
        model = Rule
        fields = ["source", "replacement", "kind"]
        widgets = {
            "source": UnfoldAdminTextInputWidget,
            "replacement": UnfoldAdminTextInputWidget,
            "kind": UnfoldAdminSelectWidget,
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if {"source", "replacement", "kind"} <= set(values):
            try:
                rule = checked_rule(values["source"], values["replacement"], values["kind"])
            except RuleRefusedError as refusal:
                raise ValidationError({refusal.field or "source": refusal_text(refusal, at_field=True)}) from None
            values["source"], values["replacement"] = rule.source, rule.replacement
        return values


class RulesInline(TeamInline):
    model = Rule
    form = RuleForm
    team_path = "dictionary__team_id"
    read_scope = "dictionaries:read"
    write_scope = _WRITE
    can_add = can_change = can_delete_rows = True
    fields = ["source", "replacement", "kind"]
    verbose_name_plural = _("Rules of the draft")
    ordering = ["id"]
    per_page = 100
    hide_title = True


class VersionsInline(TeamInline):
    model = DictionaryVersion
    team_path = "dictionary__team_id"
    read_scope = "dictionaries:read"
    fields = _VERSION
    readonly_fields = _VERSION
    verbose_name_plural = _("Published versions")
    ordering = ["-number"]
    per_page = 20
    hide_title = True

    @display(description=_("Rules"))
    def rule_count(self, version: DictionaryVersion) -> int:
        return len(version.rules)

    @display(description=_("Published"))
    def published(self, version: DictionaryVersion) -> str:
        return moment(version.published_at)

    @display(description=_("Content"))
    def rules_shown(self, version: DictionaryVersion) -> str:
        return format_html("<details><summary>{}</summary>{}</details>", _("Show"), rules_html(version.rules))


@admin.register(Dictionary)
class DictionariesAdmin(ButtonsAdmin):
    read_scope = "dictionaries:read"
    write_scope = _WRITE
    can_add = can_change = True
    list_display = ["shown_name", "language", "rule_count", "newest", "team"]
    list_select_related = ["team"]
    list_filter = [by_value("language", _("language")), by_row("team", _("team"))]
    search_fields = ["name", "slug", "rules__source", "rules__replacement"]
    search_help_text = _("Name, or a word it has a rule for")
    fields = ["name", "slug", "language", "team"]
    readonly_fields = ["name", "slug", "language", "team"]
    inlines = [RulesInline, VersionsInline]
    actions_detail = ["publish", "try_text", "events"]
    ordering = ["team__name", "name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dictionary]:
        rows: QuerySet[Dictionary] = super().get_queryset(request)
        return rows.annotate(rule_count=Count("rules", distinct=True), newest_number=Max("versions__number"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("Dictionary"), ordering="name")
    def shown_name(self, dictionary: Dictionary) -> str:
        return two_lines(dictionary.name, dictionary.slug)

    @display(description=_("Rules"), ordering="rule_count")
    def rule_count(self, dictionary: Any) -> int:
        return int(dictionary.rule_count)

    @display(description=_("Newest version"), ordering="newest_number")
    def newest(self, dictionary: Any) -> Any:
        return f"v{dictionary.newest_number}" if dictionary.newest_number else _("never published")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return super().render_change_form(request, {**context, "show_save_and_add_another": False}, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The dictionary itself has nothing to save here; its rules have."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Hand each changed row to its flow. What a flow refuses is told and left as it was."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if formset.model is not Rule:
            return
        for row in formset.forms:
            if row.has_changed() or formset._should_delete_form(row):
                self._save_rule(request, form.instance, row, formset._should_delete_form(row))

    def _save_rule(self, request: HttpRequest, dictionary: Dictionary, row: Any, is_removed: bool) -> None:
        actor, values = actor_of(request), row.cleaned_data
        try:
            with transaction.atomic():
                if row.instance.pk and not row.instance._state.adding:
                    remove_rule(dictionary=dictionary, actor=actor, rule_id=row.instance.pk)
                if not is_removed:
                    add_rule(
                        dictionary=dictionary,
                        actor=actor,
                        source=values["source"],
                        replacement=values["replacement"],
                        kind=values["kind"],
                    )
        except PlatformError as refusal:
            messages.error(request, refusal_text(refusal))

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            dictionary = create_dictionary(actor=actor_of(request), **form.cleaned_data)
            messages.success(
                request, _("The dictionary %(name)s is there. Add rules and publish.") % {"name": dictionary}
            )
            return to_page(dictionary)

        return ask(
            self,
            request,
            Question(
                title=_("Add dictionary"),
                submit=_("Add dictionary"),
                icon="menu_book",
                make_form=lambda data, files: NewDictionaryForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Publish"), icon="publish", scope=_WRITE)
    def publish(self, request: HttpRequest, dictionary: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            version = publish(dictionary=dictionary, actor=actor_of(request), **form.cleaned_data)
            messages.success(request, _("Version %(number)d is published.") % {"number": version.number})
            return to_page(dictionary)

        return ask(
            self,
            request,
            Question(
                title=_("Publish %(name)s") % {"name": dictionary},
                submit=_("Publish"),
                icon="publish",
                explanation=[
                    _("New clips speak by the new version. Clips that exist keep the version they were made with.")
                ],
                facts=_changes(dictionary),
                make_form=lambda data, files: PublishForm(data),
                back=page_of(dictionary),
                act=act,
            ),
        )

    @button(_("Try a text"), icon="science", scope="dictionaries:read")
    def try_text(self, request: HttpRequest, dictionary: Any) -> HttpResponse:
        question = Question(
            title=_("Which rules apply?"),
            submit=_("Try"),
            icon="science",
            explanation=[_("The draft is tried, nothing is spoken and nothing is paid.")],
            make_form=lambda data, files: TryForm(data),
            back=page_of(dictionary),
            template="voicelib/try_rules.html",
            act=lambda form: show(
                self, request, question, form, is_tried=True, rules=_applying(dictionary, form.cleaned_data["text"])
            ),
        )
        return ask(self, request, question)


class NewDictionaryForm(TeamForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Slug"), max_length=64, help_text=_("Lower-case letters, digits, hyphens. It never changes.")
    )
    language = forms.CharField(label=_("Language"), max_length=35, required=False)


class PublishForm(DressedForm):
    message = forms.CharField(
        label=_("What changed, and why"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class TryForm(DressedForm):
    text = forms.CharField(label=_("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))


def rules_html(rules: list[dict[str, str]]) -> str:
    """Rules as a list."""
    rows = ((rule["source"], rule["replacement"], rule["kind"]) for rule in rules)
    return format_html('<div class="vl-code">{}</div>', format_html_join("", "<div>{} → {} ({})</div>", rows))


def _applying(dictionary: Dictionary, text: str) -> list[Any]:
    draft = list(dictionary.rules.values("source", "replacement", "kind"))
    return list(rules_for(text, [SimpleNamespace(rules=draft)]))


def _changes(dictionary: Dictionary) -> list[tuple[Any, Any]]:
    """The draft against the newest version."""
    newest = dictionary.versions.order_by("-number").first()
    before = {rule["source"]: (rule["replacement"], rule["kind"]) for rule in (newest.rules if newest else [])}
    after = {rule.source: (rule.replacement, rule.kind) for rule in dictionary.rules.all()}
    added = sorted(set(after) - set(before))
    removed = sorted(set(before) - set(after))
    changed = sorted(source for source in set(after) & set(before) if after[source] != before[source])
    return [
        (_("Newest version"), f"v{newest.number}" if newest else _("none yet")),
        (_("Added"), ", ".join(added) or NOTHING),
        (_("Changed"), ", ".join(changed) or NOTHING),
        (_("Removed"), ", ".join(removed) or NOTHING),
    ]
