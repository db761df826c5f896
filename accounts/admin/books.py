"""The ledger and the events: read, filtered, summed, exported, and changed by nobody."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.book_totals import agreeing, differing, totals_of
from accounts.admin.filters import ChoicesDropdownFilter, DayRangeFilter, DropdownFilter, by_row, by_value
from accounts.admin.scoping import TeamAdmin
from accounts.admin.shown import NOTHING, difference, moment, moment_html, money, nowrap, number, two_lines
from accounts.events import EVENT_KINDS
from accounts.flows.reports import csv_of
from accounts.models import Event, LedgerEntry

_SPOKEN = (LedgerEntry.Kind.SPEECH, LedgerEntry.Kind.PREVIEW, LedgerEntry.Kind.KEEPALIVE)


class ReadOnlyAdmin(TeamAdmin[Any]):
    """Nobody adds, changes or deletes here, superusers included."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class DifferenceFilter(DropdownFilter):
    """Where the provider counted otherwise than we did."""

    title = _("billed against estimated")
    parameter_name = "difference"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("They differ")), ("no", _("They agree"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        chosen = {"yes": differing, "no": agreeing}.get(self.value() or "")
        return queryset if chosen is None else chosen(queryset)


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnlyAdmin):
    team_path = "team_id"
    read_scope = "ledger:read"
    link_lookups = frozenset({"attempt_id__exact"})
    list_before_template = "accounts/ledger_totals.html"
    list_fullwidth = True
    list_display = ["when", "kind", "voice", "billed", "differs", "saved", "amount", "counted_by", "cost_centre"]
    list_select_related = False
    list_filter = [
        ("at", DayRangeFilter),
        ("kind", ChoicesDropdownFilter),
        by_value("voice_slug", _("voice")),
        by_value("model", _("model")),
        by_value("project_slug", _("project")),
        by_value("token_name", _("API key")),
        by_value("period", _("month")),
        by_value("team_slug", _("team")),
        ("source", ChoicesDropdownFilter),
        DifferenceFilter,
    ]
    search_fields = ["trace_id", "voice_slug", "vendor_voice_id", "attempt_id", "id"]
    search_help_text = _("Trace id, voice, attempt")
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": ["kind", "when", "booked", "period", "source", "reason", "corrects_id"]}),
        (_("Characters and money"), {"fields": ["billed", "estimated", "differs", "saved", "amount"]}),
        (_("Who"), {"fields": ["team_slug", "project_slug", "token_name"]}),
        (
            _("What"),
            {"fields": ["provider", "provider_account_slug", "model", "voice_slug", "vendor_voice_id"]},
        ),
        (_("Evidence"), {"fields": ["attempt_id", "trace_id", "key"]}),
    ]
    readonly_fields = ["when", "booked", "billed", "estimated", "differs", "saved", "amount", "key"]

    def get_urls(self) -> list[URLPattern]:
        csv = path("csv/", self.admin_site.admin_view(self.csv_view), name="accounts_ledgerentry_csv")
        return [csv, *super().get_urls()]

    def prepare_rows(self, request: HttpRequest, changelist: Any, rows: list[Any]) -> None:
        totals = totals_of(changelist.queryset)
        changelist.totals = {
            "entries": number(totals.entries),
            "billed": number(totals.billed_characters),
            "saved": number(totals.saved_characters),
            "difference": difference(totals.difference, 0),
            "money": [money(amount.amount_micros, amount.currency) for amount in totals.money],
        }
        changelist.csv_query = request.GET.urlencode()

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        """The entries of the current filter, all of them, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            entries = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters as error:
            raise BadRequest("The filter cannot be read.") from error
        name = f"ledger-{clock.now():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            csv_of(entries),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
        )

    @display(description=_("At"), ordering="at")
    def when(self, entry: LedgerEntry) -> str:
        return nowrap(moment(entry.at))

    @display(description=_("Booked"))
    def booked(self, entry: LedgerEntry) -> str:
        return moment(entry.booked_at)

    @display(description=_("Voice and model"), ordering="voice_slug")
    def voice(self, entry: LedgerEntry) -> str:
        return two_lines(entry.voice_slug or NOTHING, entry.model)

    @display(description=_("Billed"), ordering="billed_characters")
    def billed(self, entry: LedgerEntry) -> str:
        return number(entry.billed_characters)

    @display(description=_("Estimated"), ordering="estimated_characters")
    def estimated(self, entry: LedgerEntry) -> str:
        return number(entry.estimated_characters)

    @display(description=_("Billed − estimated"))
    def differs(self, entry: LedgerEntry) -> str:
        if entry.kind not in _SPOKEN:
            return NOTHING
        return difference(entry.billed_characters, entry.estimated_characters)

    @display(description=_("Saved"), ordering="saved_characters")
    def saved(self, entry: LedgerEntry) -> str:
        return number(entry.saved_characters) if entry.saved_characters else NOTHING

    @display(description=_("Amount"), ordering="amount_micros")
    def amount(self, entry: LedgerEntry) -> str:
        return money(entry.amount_micros, entry.currency)

    @display(description=_("Counted by"), ordering="source")
    def counted_by(self, entry: LedgerEntry) -> Any:
        return _("provider") if entry.source == LedgerEntry.Source.PROVIDER else _("our estimate")

    @display(description=_("Project and key"), ordering="project_slug")
    def cost_centre(self, entry: LedgerEntry) -> str:
        return two_lines(entry.project_slug or NOTHING, entry.token_name)


_SHOWN: list[Any] = ["when", "kind", "meaning", "subject", "actor_name", "team", "details"]


@admin.register(Event)
class EventsAdmin(ReadOnlyAdmin):
    read_scope = "events:read"
    link_lookups = frozenset({"subject_id__exact"})
    list_display = ["when", "kind", "subject", "actor_name", "details"]
    list_select_related = ["team"]
    list_filter = [
        ("at", DayRangeFilter),
        by_value("kind", _("kind")),
        by_value("subject_type", _("subject type")),
        by_row("team", _("team")),
    ]
    search_fields = ["subject_title", "kind", "actor_name"]
    ordering = ["-id"]
    fields = _SHOWN
    readonly_fields = _SHOWN

    @display(description=_("At"), ordering="at")
    def when(self, event: Event) -> str:
        return moment_html(event.at, clock.now(), event.team.time_zone)

    @display(description=_("Meaning"))
    def meaning(self, event: Event) -> str:
        return EVENT_KINDS.get(event.kind, "")

    @display(description=_("Subject"), ordering="subject_title")
    def subject(self, event: Event) -> str:
        return two_lines(event.subject_title, event.subject_type)

    @display(description=_("Details"))
    def details(self, event: Event) -> str:
        if not event.data:
            return NOTHING
        return format_html('<code class="vl-code">{}</code>', json.dumps(event.data, ensure_ascii=False))
