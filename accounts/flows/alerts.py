"""From events that people are to be told of to letters in the outbox: one letter per person for all that waits."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from accounts import clock
from accounts.events import EVENT_KINDS
from accounts.flows.mails import readers, write_mails
from accounts.models import Alert, Event, Meter, Team

logger = logging.getLogger(__name__)
_TEAMS, _LINES = 200, 100
_AFTER_SURPRISE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event as a letter tells it."""

    title: str
    meaning: str
    facts: list[str]
    link: str


def alert_tick() -> int:
    """Write letters about everything that waits to be told; how many."""
    waiting = Alert.objects.filter(due_at__lte=clock.real_now()).order_by("team_id")
    written = 0
    for team in Team.objects.filter(id__in=waiting.values("team_id"))[:_TEAMS]:
        try:
            written += _tell(team)
        except Exception:
            logger.exception("alerts could not be written", extra={"team": team.slug})
            waiting.filter(team=team).order_by().update(due_at=clock.real_now() + _AFTER_SURPRISE)
    return written


def admin_link(subject_type: str, subject_id: str) -> str:
    """Where the admin shows a thing that an event is about; else the events about it."""
    name = subject_type.replace("_", "")
    for model in apps.get_models():
        if model._meta.model_name == name:
            try:
                where = reverse(f"admin:{model._meta.app_label}_{name}_change", args=[subject_id])
            except NoReverseMatch:
                break
            return f"{settings.PUBLIC_URL}{where}"
    where = reverse("admin:accounts_event_changelist")
    return f"{settings.PUBLIC_URL}{where}?subject_id__exact={subject_id}"


def local(moment: str | datetime, team: Team) -> str:
    """A moment as the team's people read it."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.astimezone(ZoneInfo(team.time_zone)):%Y-%m-%d %H:%M} {team.time_zone}"


def _tell(team: Team) -> int:
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        waiting = Alert.objects.filter(team=team, due_at__lte=clock.real_now()).order_by("event_id")
        # Whoever comes second waits here, and finds them told.
        alerts = list(waiting.select_for_update(of=("self",), no_key=True).select_related("event")[:_LINES])
        if not alerts:
            return 0
        lines = [_line(alert.event, team) for alert in alerts]
        Alert.objects.filter(event__in=[alert.event_id for alert in alerts]).update(due_at=None)
        return write_mails(
            team=team,
            members=readers(team=team, of="alerts"),
            key=f"alerts:{alerts[0].event_id}",
            subject=_subject(team, lines),
            text=render_to_string("accounts/mail/alerts.txt", {"team": team, "lines": lines}),
        )


def _subject(team: Team, lines: list[Line]) -> str:
    if len(lines) == 1:
        return f"[{team.name}] {lines[0].title}: {lines[0].meaning}"
    count = ngettext("%(count)d thing to look at", "%(count)d things to look at", len(lines)) % {"count": len(lines)}
    return f"[{team.name}] {count}"


def _line(event: Event, team: Team) -> Line:
    return Line(
        title=event.subject_title,
        meaning=gettext(EVENT_KINDS[event.kind]),
        facts=list(_facts(event.data, team)),
        link=admin_link(event.subject_type, event.subject_id),
    )


def _facts(data: dict[str, Any], team: Team) -> list[str]:
    error = data.get("error") or {}
    facts = [
        (gettext("Deadline"), local(data["deadline"], team) if data.get("deadline") else None),
        (gettext("Hours left"), data.get("hours_left")),
        (gettext("Days left"), data.get("days_left")),
        (gettext("Voices under it"), data.get("voices")),
        (gettext("It will be kept"), _yes_or_no(data.get("will_be_kept"))),
        (gettext("Decide by"), local(data["decide_by"], team) if data.get("decide_by") else None),
        (gettext("If nobody decides"), data.get("on_silence")),
        (gettext("Provider account"), data.get("provider_account")),
        (gettext("Month"), data.get("month")),
        (gettext("Reserve used"), _of_reserve(data)),
        (gettext("Reason"), data.get("reason")),
        (gettext("Error"), error.get("message") if isinstance(error, dict) else None),
    ]
    return [f"{name}: {value}" for name, value in facts if value not in (None, "")]


def _of_reserve(data: dict[str, Any]) -> str | None:
    if "reserve" not in data or data.get("unit") is None:
        return None
    if data["unit"] == Meter.CHARACTERS:
        return gettext("%(used)s of %(reserve)s billed characters") % data
    used, reserve = (Decimal(data[name]) / 1_000_000 for name in ("used", "reserve"))
    return gettext("%(used)s of %(reserve)s %(unit)s") % {**data, "used": f"{used:.2f}", "reserve": f"{reserve:.2f}"}


def _yes_or_no(value: bool | None) -> str | None:
    return None if value is None else gettext("yes") if value else gettext("no")
