"""What speakers are asked to agree to: published in versions, never changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.asking_forms import DressedForm, TeamForm
from accounts.admin.filters import by_row, by_value
from accounts.admin.rights import actor_of
from accounts.admin.scoping import with_query
from accounts.admin.shown import moment
from voicelib.flows.statement_texts import built_in_texts, publish_statement_text
from voicelib.models import StatementText
from voicelib.statement_texts import LONGEST

_WRITE = "voices:write"
_SHOWN: list[Any] = [
    "name", "locale", "version", "words_shown", "length", "message", "published", "published_by", "team",
]  # fmt: skip
_WORDS_HELP = _("{speaker} and {company} stand for the names. A provider can check 200 spoken characters at most.")


@admin.register(StatementText)
class StatementTextsAdmin(ButtonsAdmin):
    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["name", "locale", "version", "words_cut", "published", "consent_count", "team"]
    list_select_related = ["team"]
    list_filter = [by_value("name", _("name")), by_value("locale", _("locale")), by_row("team", _("team"))]
    search_fields = ["name", "locale", "words"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions_detail = ["publish", "consents", "events"]
    ordering = ["name", "locale", "-version"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatementText]:
        rows: QuerySet[StatementText] = super().get_queryset(request)
        return rows.annotate(consent_count=Count("consents"))

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            return self._publish(request, **form.plain())

        return ask(
            self,
            request,
            Question(
                title=_("Publish a statement text"),
                submit=_("Publish"),
                icon="record_voice_over",
                explanation=[
                    _("Consents copy its words. It is never changed: what was published before stays as it was.")
                ],
                make_form=lambda data, files: NewTextForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Publish the next version"), icon="publish", scope=_WRITE)
    def publish(self, request: HttpRequest, text: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            return self._publish(request, team=text.team, name=text.name, locale=text.locale, **form.cleaned_data)

        return ask(
            self,
            request,
            Question(
                title=_("The next version of %(name)s in %(locale)s") % {"name": text.name, "locale": text.locale},
                submit=_("Publish"),
                icon="publish",
                explanation=[_("Consents that were given keep theirs; the list of consents shows which are outdated.")],
                make_form=lambda data, files: NextVersionForm(data, initial={"text": text.words}),
                back=page_of(text),
                act=act,
            ),
        )

    @button(_("Consents"), icon="verified_user", scope="voices:read")
    def consents(self, request: HttpRequest, text: Any) -> HttpResponse:
        """Those that were given with this version."""
        return HttpResponseRedirect(
            with_query(reverse("admin:voicelib_consent_changelist"), statement_text__id__exact=text.id)
        )

    def _publish(self, request: HttpRequest, **wish: Any) -> HttpResponse:
        published = publish_statement_text(actor=actor_of(request), **wish)
        messages.success(request, _("%(text)s is published.") % {"text": published})
        return to_page(published)

    @display(description=_("Words"))
    def words_shown(self, text: StatementText) -> str:
        return format_html('<div class="vl-wrap">{}</div>', text.words)

    @display(description=_("Words"))
    def words_cut(self, text: StatementText) -> str:
        return text.words if len(text.words) <= 80 else f"{text.words[:79]}…"

    @display(description=_("Characters"))
    def length(self, text: StatementText) -> int:
        return len(text.words)

    @display(description=_("Published"), ordering="published_at")
    def published(self, text: StatementText) -> str:
        return moment(text.published_at, text.team.time_zone)

    @display(description=_("Consents"), ordering="consent_count")
    def consent_count(self, text: Any) -> int:
        return int(text.consent_count)


class NextVersionForm(DressedForm):
    text = forms.CharField(
        label=_("Words"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}), help_text=_WORDS_HELP
    )
    message = forms.CharField(label=_("What changed, and why"), max_length=500, required=False)


class NewTextForm(TeamForm):
    built_in = forms.ChoiceField(
        label=_("One that comes with the product"),
        required=False,
        help_text=_("It is published as it is; leave the rest empty."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=64, required=False, help_text=_("Lower-case letters, digits, hyphens.")
    )
    locale = forms.CharField(label=_("Locale"), max_length=35, required=False, help_text=_("e.g. en, en-GB, zh-Hans"))
    text = forms.CharField(
        label=_("Words"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_WORDS_HELP,
    )
    message = forms.CharField(label=_("What changed, and why"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (f"{text.name}/{text.locale}", f"{text.name} ({text.locale}): {text.text}") for text in built_in_texts()
        ]
        self.fields["built_in"].choices = [("", _("none")), *offered]  # type: ignore[attr-defined]

    def plain(self) -> dict[str, Any]:
        """What the form says, as the flow takes it."""
        values = dict(self.cleaned_data)
        name, _slash, locale = values.pop("built_in").partition("/")
        return {**values, "name": name, "locale": locale, "text": ""} if name else values
