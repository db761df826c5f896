"""The admin as a whole: its sidebar and its dashboard. Settings name both by path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import page_of
from accounts.admin.overview import near_limit, spent_this_month, unresolved
from accounts.admin.provider_accounts import FROZEN
from accounts.admin.rights import rights_of
from accounts.admin.scoping import scoped
from accounts.admin.shown import bar, error_html, moment_html, money, number
from accounts.models import (
    Attempt,
    Budget,
    Event,
    LedgerEntry,
    Mail,
    Membership,
    Price,
    Project,
    ProviderAccount,
    Team,
    Token,
    User,
)
from synthesis.admin.overview import failed
from synthesis.models import Clip
from voicelib.admin.homes import missing_html
from voicelib.admin.overview import at_risk, frozen, missing, outlook
from voicelib.admin.standing import state_pill
from voicelib.models import Consent, Dictionary, ProviderVoice, Sample, StatementText, SystemVoice, Voice

_MOST_ROWS = 5
_MENU: tuple[tuple[Any, tuple[tuple[Any, str, type], ...]], ...] = (
    (
        _("Library"),
        (
            (_("Voices"), "record_voice_over", Voice),
            (_("System voices"), "settings_voice", SystemVoice),
            (_("Clips"), "graphic_eq", Clip),
            (_("Dictionaries"), "menu_book", Dictionary),
            (_("Samples"), "mic", Sample),
            (_("Consents"), "verified_user", Consent),
            (_("Statement texts"), "format_quote", StatementText),
        ),
    ),
    (
        _("Money"),
        (
            (_("Ledger"), "receipt_long", LedgerEntry),
            (_("Attempts"), "paid", Attempt),
            (_("Budgets"), "account_balance_wallet", Budget),
            (_("Prices"), "sell", Price),
        ),
    ),
    (
        _("Access"),
        (
            (_("Teams"), "groups", Team),
            (_("Members"), "badge", Membership),
            (_("E-mail"), "mail", Mail),
            (_("Projects"), "folder", Project),
            (_("API keys"), "key", Token),
            (_("Provider accounts"), "dns", ProviderAccount),
            (_("People"), "person", User),
        ),
    ),
    (_("Records"), ((_("Events"), "history", Event),)),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first run."""

    title: Any
    hint: Any
    url: str
    is_done: bool


def style(request: HttpRequest) -> str:
    """Our own style sheet, beside Unfold's."""
    return static("library/library.css")


def icon(request: HttpRequest) -> str:
    """The sign in the browser's tab."""
    return static("library/icon.svg")


def script(request: HttpRequest) -> str:
    """Our own script: players and copy buttons."""
    return static("library/library.js")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: what the person may open, and nothing else."""
    groups = [{"title": None, "items": [{"title": _("Overview"), "icon": "dashboard", "link": reverse("admin:index")}]}]
    for title, entries in _MENU:
        items = [
            {"title": name, "icon": icon, "link": _list_of(model)}
            for name, icon, model in entries
            if admin.site._registry[model].has_module_permission(request)
        ]
        if items:
            groups.append({"title": title, "items": items, "separator": True})  # type: ignore[dict-item]
    return groups


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What needs a person today, and what this month has cost."""
    at = clock.now()
    rights = rights_of(request)
    return {
        **context,
        "title": _("Overview"),
        "month": _month(request, at),
        "voices": _voices(request, at) if rights.anywhere("voices:read") else None,
        "doubts": _doubts(request, at),
        "forecast_url": reverse("admin:voicelib_voice_forecast"),
        "unresolved": _unresolved(request, at) if rights.anywhere("attempts:read") else None,
        "failed_clips": _failed_clips(request, at) if rights.anywhere("clips:read") else None,
        "budgets": _budgets(request) if rights.anywhere("budgets:read") else None,
        "steps": _first_steps(request),
        "ledger_url": _list_of(LedgerEntry),
    }


def _month(request: HttpRequest, at: Any) -> list[tuple[Any, str]] | None:
    totals = spent_this_month(request, at)
    if totals is None:
        return None
    spent = [(_("Spent this month"), money(amount.amount_micros, amount.currency)) for amount in totals.money]
    return [
        *(spent or [(_("Spent this month"), "0")]),
        (_("Billed characters"), number(totals.billed_characters)),
        (_("Saved characters"), number(totals.saved_characters)),
    ]


def _voices(request: HttpRequest, at: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": home.voice.name,
            "url": page_of(home.voice),
            "pill": state_pill(home, at),
            "note": outlook(home),
            "when": moment_html(home.expires_at, at, home.voice.team.time_zone),
        }
        for home in at_risk(request)
    ]


def _doubts(request: HttpRequest, at: Any) -> list[dict[str, Any]]:
    """Accounts that are frozen, and voices that seem to be gone: what only a person, or the next hour, decides."""
    accounts = [
        {
            "title": account.name,
            "url": reverse("admin:accounts_provideraccount_shelf", args=[account.pk]),
            "pill": FROZEN.html(),
            "note": account.frozen_reason,
            "when": moment_html(account.frozen_at, at, account.team.time_zone),
        }
        for account in frozen(request)
    ]
    voices = [
        {
            "title": home.voice.name,
            "url": page_of(home.voice),
            "pill": missing_html(home),
            "note": home.provider_account.name,
            "when": moment_html(home.missing_since, at, home.voice.team.time_zone),
        }
        for home in missing(request)
    ]
    return [*accounts, *voices]


def _unresolved(request: HttpRequest, at: Any) -> dict[str, Any]:
    attempts = unresolved(request)
    return {
        "count": attempts.count(),
        "url": f"{_list_of(Attempt)}?state__exact={Attempt.State.UNKNOWN}",
        "rows": [
            {
                "title": attempt.voice_slug or attempt.get_kind_display(),
                "url": page_of(attempt),
                "note": f"{attempt.provider_account} · {number(attempt.estimated_characters)}",
                "when": moment_html(attempt.sent_at, at, attempt.team.time_zone),
            }
            for attempt in attempts[:_MOST_ROWS]
        ],
    }


def _failed_clips(request: HttpRequest, at: Any) -> dict[str, Any]:
    clips = failed(request)
    return {
        "count": clips.count(),
        "url": f"{_list_of(Clip)}?state={Clip.State.FAILED}",
        "rows": [
            {
                "title": str(clip),
                "url": page_of(clip),
                "note": error_html(clip.error),
                "when": moment_html(clip.created_at, at, clip.team.time_zone),
            }
            for clip in clips[:_MOST_ROWS]
        ],
    }


def _budgets(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "title": str(near.budget),
            "url": page_of(near.budget),
            "bar": bar(near.percent, 0, 100),
            "note": f"{near.percent} %",
        }
        for near in near_limit(request)
    ]


def _first_steps(request: HttpRequest) -> list[Step]:
    """The way to the first clip and the first key; nothing once it was walked, or for those who only look."""
    rights = rights_of(request)
    if not rights.anywhere("provider-accounts:write"):
        return []
    of_team = {model: scoped(model._default_manager.all(), request, "team_id", "voices:write") for model in _COUNTED}
    homes = scoped(ProviderVoice.objects.all(), request, "voice__team_id", "voices:write")
    steps = [
        Step(
            _("Add a provider account"),
            _("Its key and address; check them with a free call."),
            _add(ProviderAccount),
            of_team[ProviderAccount].exists(),
        ),
        Step(
            _("Record a speaker's consent"),
            _("Nothing is cloned without it."),
            _add(Consent),
            of_team[Consent].exists(),
        ),
        Step(
            _("Add a voice with a sample"), _("10 seconds to 5 minutes, clear."), _add(Voice), of_team[Voice].exists()
        ),
        Step(_("Clone it"), _("On the voice's page; the policy keeps it alive."), _list_of(Voice), homes.exists()),
        Step(_("Make a clip"), _("The price stands on the button."), _add(Clip), of_team[Clip].exists()),
        Step(_("Set a budget"), _("Characters or money a month."), _add(Budget), of_team[Budget].exists()),
        Step(_("Make an API key"), _("For the services that speak."), _add(Token), of_team[Token].exists()),
    ]
    return [] if all(step.is_done for step in steps) else steps


_COUNTED: tuple[Any, ...] = (ProviderAccount, Consent, Voice, Clip, Budget, Token)


def _list_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _add(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
