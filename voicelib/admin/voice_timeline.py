"""The life of a voice as a page: every event, newest first, with who, why and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, button, page, page_of
from accounts.admin.shown import moment_html, money
from accounts.events import EVENT_KINDS
from accounts.models import Event
from accounts.money import Money
from voicelib.admin.event_words import details, where, why
from voicelib.flows.timeline import costs_of, events_of
from voicelib.models import Sample, Voice

_EVENTS_ON_A_PAGE = 50


class TimelineButtons(ButtonsAdmin):
    """For the admin of voices."""

    @button(_("Timeline"), icon="timeline", scope="voices:read")
    def timeline(self, request: HttpRequest, voice: Any) -> HttpResponse:
        shown = Paginator(events_of(voice=voice), _EVENTS_ON_A_PAGE).get_page(request.GET.get("page"))
        costs = costs_of(events=shown.object_list)
        named = {event.data.get("sample") or "" for event in shown.object_list}
        samples = Sample.objects.filter(team_id=voice.team_id).defer("peaks").in_bulk(named)
        return page(
            self,
            request,
            "voicelib/timeline.html",
            title=_("Timeline of %(name)s") % {"name": voice},
            voice=voice,
            back=page_of(voice),
            page=shown,
            rows=[_row(event, voice, costs.get(event.id), samples) for event in shown.object_list],
        )


def _row(event: Event, voice: Voice, cost: Money | None, samples: Mapping[str, Sample]) -> dict[str, Any]:
    zone = voice.team.time_zone
    return {
        "kind": event.kind,
        "when": moment_html(event.at, clock.now(), zone),
        "sentence": EVENT_KINDS.get(event.kind, event.kind),
        "where": where(event),
        "actor": event.actor_name,
        "why": why(event),
        "details": details(event, zone, samples),
        "cost": "" if cost is None else money(cost.amount_micros, cost.currency),
    }
