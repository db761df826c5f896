"""Paid calls. The ones whose outcome nobody knows come first, until a person says how they ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.asking_forms import DressedForm
from accounts.admin.filters import ChoicesDropdownFilter, DayRangeFilter, by_row, by_value
from accounts.admin.rights import actor_of
from accounts.admin.shown import NOTHING, Pill, difference, moment_html, money, number
from accounts.flows.paid_call import resolve_attempt
from accounts.models import Attempt

PILLS = {
    Attempt.State.PREPARED: Pill("quiet", "pending", _("Prepared")),
    Attempt.State.SENT: Pill("busy", "sync", _("Sent")),
    Attempt.State.SETTLED: Pill("good", "check_circle", _("Settled")),
    Attempt.State.RELEASED: Pill("quiet", "undo", _("Released")),
    Attempt.State.UNKNOWN: Pill("warn", "help", _("Unresolved")),
}
_UNRESOLVED_FIRST = Case(
    When(state=Attempt.State.UNKNOWN, then=Value(0)), default=Value(1), output_field=IntegerField()
)


@admin.register(Attempt)
class AttemptsAdmin(ButtonsAdmin):
    read_scope = "attempts:read"
    write_scope = "attempts:resolve"
    link_lookups = frozenset({"subject__exact", "id__exact"})
    list_display = ["shown_kind", "state_pill", "voice_slug", "estimated", "billed", "sent", "error", "trace_id"]
    list_select_related = ["team", "provider_account"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        by_value("voice_slug", _("voice")),
        by_value("model", _("model")),
        by_row("provider_account", _("provider account")),
        by_row("team", _("team")),
        ("prepared_at", DayRangeFilter),
    ]
    search_fields = ["trace_id", "vendor_task", "voice_slug", "vendor_voice_id", "id"]
    fieldsets = [
        (None, {"fields": ["shown_kind", "state_pill", "team", "provider_account", "subject"]}),
        (_("Voice"), {"fields": ["voice_slug", "vendor_voice_id", "model"]}),
        (_("Money"), {"fields": ["estimated", "billed", "held"]}),
        (_("Time"), {"fields": ["prepared", "sent", "ended"]}),
        (
            _("What the provider said"),
            {"fields": ["trace_id", "vendor_task", "error_category", "error_code", "error_message"]},
        ),
        (_("Resolution"), {"fields": ["resolved_by", "resolution"]}),
    ]
    readonly_fields = ["shown_kind", "state_pill", "estimated", "billed", "held", "prepared", "sent", "ended"]
    actions_detail = ["resolve", "events"]

    def get_ordering(self, request: HttpRequest) -> Any:
        return [_UNRESOLVED_FIRST, "-id"]

    @display(description=_("Kind"), ordering="kind")
    def shown_kind(self, attempt: Attempt) -> str:
        return attempt.get_kind_display()

    @display(description=_("State"), ordering="state")
    def state_pill(self, attempt: Attempt) -> str:
        return PILLS[Attempt.State(attempt.state)].html()

    @display(description=_("Estimated"), ordering="estimated_characters")
    def estimated(self, attempt: Attempt) -> str:
        return number(attempt.estimated_characters)

    @display(description=_("Billed"), ordering="billed_characters")
    def billed(self, attempt: Attempt) -> str:
        if attempt.billed_characters is None:
            return NOTHING
        return format_html(
            "{} {}",
            number(attempt.billed_characters),
            _in_brackets(difference(attempt.billed_characters, attempt.estimated_characters)),
        )

    @display(description=_("Set aside"))
    def held(self, attempt: Attempt) -> str:
        hold = attempt.hold
        return f"{number(hold.characters)} · {money(hold.amount_micros, hold.currency)} · {hold.get_state_display()}"

    @display(description=_("Error"))
    def error(self, attempt: Attempt) -> str:
        if not attempt.error_category:
            return NOTHING
        return format_html("{} <code>{}</code>", attempt.error_category, attempt.error_code)

    @display(description=_("Prepared"), ordering="prepared_at")
    def prepared(self, attempt: Attempt) -> str:
        return _moment(attempt, attempt.prepared_at)

    @display(description=_("Sent"), ordering="sent_at")
    def sent(self, attempt: Attempt) -> str:
        return _moment(attempt, attempt.sent_at)

    @display(description=_("Ended"), ordering="ended_at")
    def ended(self, attempt: Attempt) -> str:
        return _moment(attempt, attempt.ended_at)

    @button(
        _("Resolve"),
        icon="gavel",
        scope="attempts:resolve",
        when=lambda attempt: attempt.state == Attempt.State.UNKNOWN,
    )
    def resolve(self, request: HttpRequest, attempt: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            resolve_attempt(
                team_id=attempt.team_id, attempt_id=attempt.id, actor=actor_of(request), **form.cleaned_data
            )
            messages.success(request, _("Resolved. The reason stays in the books."))
            return to_page(attempt)

        return ask(
            self,
            request,
            Question(
                title=_("Resolve this call"),
                submit=_("Resolve"),
                icon="gavel",
                explanation=[
                    _("It was sent and its answer was lost. Look it up in the provider's bill by time and voice."),
                    _("Charged books it; not charged gives back what was set aside. It cannot be undone."),
                ],
                facts=[
                    (_("Provider account"), attempt.provider_account),
                    (_("Provider voice id"), attempt.vendor_voice_id),
                    (_("Provider's task"), attempt.vendor_task or NOTHING),
                    (_("Sent"), self.sent(attempt)),
                    (_("Estimated"), self.estimated(attempt)),
                    (_("Set aside"), self.held(attempt)),
                    (_("What the provider said"), attempt.error_message or NOTHING),
                ],
                make_form=lambda data, files: ResolutionForm(data),
                back=page_of(attempt),
                act=act,
            ),
        )


class ResolutionForm(DressedForm):
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("charged", _("The provider charged for it")), ("not_charged", _("The provider did not charge"))],
        widget=forms.RadioSelect,
    )
    billed_characters = forms.IntegerField(
        label=_("Billed characters"),
        required=False,
        min_value=0,
        help_text=_("As the provider's bill says. Empty: our estimate, marked as such."),
    )
    reason = forms.CharField(
        label=_("How do you know?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), required=True
    )


def _moment(attempt: Attempt, at: Any) -> str:
    return moment_html(at, clock.now(), attempt.team.time_zone)


def _in_brackets(text: str) -> str:
    return "" if text == NOTHING else format_html("({})", text)
