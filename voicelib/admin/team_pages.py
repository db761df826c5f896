"""Pages about all voices of a team, reached from their list: what is ahead, and what is decided beforehand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, link_to, page, show, team_button, teams_of
from accounts.admin.asking_forms import DressedForm
from accounts.admin.rights import actor_of, rights_of
from accounts.admin.scoping import with_query
from accounts.admin.shown import NOTHING, Pill, moment, moment_html, money, number
from accounts.models import Team
from voicelib.admin.standing import state_pill
from voicelib.flows.defaults import change_defaults, defaults_of
from voicelib.flows.forecast import MOST_HOMES, Day, Expected, forecast
from voicelib.models import ProviderVoice, VoiceDefaults

_READ, _WRITE = "voices:read", "voices:write"
_SPANS = (7, 30, 90)
_USUAL_DAYS = 30
_KEPT = Pill("good", "check_circle", _("Kept"))
_LAPSES = Pill("warn", "timer_off", _("Lapses"))


class DefaultsForm(DressedForm):
    policy = forms.ChoiceField(
        label=_("Policy"), choices=ProviderVoice.Policy.choices, help_text=_("Of clones asked for without one.")
    )
    on_silence = forms.ChoiceField(
        label=_("On silence"),
        choices=ProviderVoice.OnSilence.choices,
        help_text=_("What happens under “ask” when nobody decides in time."),
    )
    revival = forms.ChoiceField(
        label=_("If a voice is lost"),
        choices=[
            (VoiceDefaults.Revival.AUTOMATIC, _("clone it again by itself")),
            (VoiceDefaults.Revival.MANUAL, _("leave it to a person")),
        ],
        help_text=_("Of every home about which nothing else is decided, those that stand included."),
    )


class TeamPages(ButtonsAdmin):
    """For the admin of voices."""

    @team_button(_("Forecast"), icon="event_upcoming", scope=_READ)
    def forecast(self, request: HttpRequest, team: Team) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = next((days for days in _SPANS if asked == str(days)), _USUAL_DAYS)
        at = clock.now()
        found = forecast(team=team, at=at, days=days)
        may_decide = rights_of(request).allows(_WRITE, team.id)
        here = reverse("admin:voicelib_voice_forecast")
        return page(
            self,
            request,
            "voicelib/forecast.html",
            title=_("What is ahead for the voices of %(team)s") % {"team": team},
            back=reverse("admin:voicelib_voice_changelist"),
            team_links=_team_links(request, team, here, days=str(days)),
            spans=[(span, with_query(here, team=team.id, days=str(span)), span == days) for span in _SPANS],
            until=moment(found.until, team.time_zone),
            is_complete=found.is_complete,
            most=number(MOST_HOMES),
            days=[_day(day) for day in found.days],
            homes=[_expected(row, team, at, may_decide=may_decide) for row in found.expected],
        )

    @team_button(_("Defaults"), icon="tune", scope=_READ)
    def team_defaults(self, request: HttpRequest, team: Team) -> HttpResponse:
        standing = defaults_of(team.id)
        here = reverse("admin:voicelib_voice_team_defaults")
        links = _team_links(request, team, here)
        values = {name: getattr(standing, name) for name in DefaultsForm.base_fields}

        def act(form: Any) -> HttpResponse:
            change_defaults(team=team, actor=actor_of(request), changes=form.cleaned_data)
            messages.success(request, _("Decided."))
            return HttpResponseRedirect(with_query(here, team=team.id))

        may_change = rights_of(request).allows(_WRITE, team.id)
        question = Question(
            title=_("What %(team)s has decided beforehand about its voices") % {"team": team},
            submit=_("Save") if may_change else "",
            icon="tune",
            explanation=[_("It holds where a clone, or a home, says nothing of its own.")],
            facts=[] if may_change else _read_only(values),
            make_form=lambda data, files: DefaultsForm(data, initial=values),
            act=act,
        )
        if may_change:
            return ask(self, request, question, team_links=links)
        return show(self, request, question, forms.Form(), team_links=links)


def _read_only(values: dict[str, str]) -> list[tuple[Any, Any]]:
    fields: dict[str, Any] = DefaultsForm.base_fields
    return [(field.label, dict(field.choices)[values[name]]) for name, field in fields.items()]


def _team_links(request: HttpRequest, team: Team, here: str, **kept: str) -> list[tuple[str, str, bool]]:
    return [
        (other.name, with_query(here, team=other.id, **kept), other.id == team.id) for other in teams_of(request, _READ)
    ]


def _day(day: Day) -> dict[str, Any]:
    costs = [money(micros, currency) for currency, micros in sorted(day.costs.items())]
    return {"day": day.day, "kept": day.kept, "lapsing": day.lapsing, "costs": " + ".join(costs) or NOTHING}


def _expected(row: Expected, team: Team, at: Any, *, may_decide: bool) -> dict[str, Any]:
    home = row.home
    decide = with_query(reverse("admin:voicelib_voice_decide", args=[home.voice_id]), home=home.id)
    return {
        "voice": link_to(home.voice),
        "account": home.provider_account,
        "state": state_pill(home, at),
        "policy": _policy(home),
        "outlook": (_KEPT if row.is_kept else _LAPSES).html(f"{row.day:%Y-%m-%d}"),
        "deadline": moment_html(home.expires_at, at, team.time_zone),
        "cost": NOTHING if row.cost is None else money(row.cost.amount_micros, row.cost.currency),
        "decide": decide if may_decide else "",
    }


def _policy(home: ProviderVoice) -> Any:
    if home.policy != ProviderVoice.Policy.ASK:
        return home.get_policy_display()
    on_silence = ProviderVoice.OnSilence(home.on_silence).label
    return _("ask; on silence %(what)s") % {"what": on_silence}
