"""Clips: made, heard, traced back to what was sent and paid."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, link_to, page_of, refusal_text, to_page
from accounts.admin.filters import DayRangeFilter, by_row, by_value
from accounts.admin.rights import actor_of, payer_of
from accounts.admin.scoping import with_query
from accounts.admin.shown import NOTHING, Pill, duration, error_html, moment_html, number, player, size, two_lines
from accounts.errors import PlatformError
from synthesis.admin.clip_costs import estimate_context, paid_text
from synthesis.admin.clip_forms import NewClipForm
from synthesis.flows.clips import ask_clip, cancel_clip, retry_clip
from synthesis.flows.delivery import audio_url
from synthesis.flows.estimates import estimate
from synthesis.models import Clip, Pin, Segment

_WRITE = "clips:write"
PILLS = {
    Clip.State.QUEUED: Pill("quiet", "schedule", _("Queued")),
    Clip.State.RENDERING: Pill("busy", "graphic_eq", _("Rendering")),
    Clip.State.READY: Pill("good", "check_circle", _("Ready")),
    Clip.State.FAILED: Pill("bad", "error", _("Failed")),
    Clip.State.CANCELED: Pill("quiet", "cancel", _("Canceled")),
}
_SHOWN = [
    "state_pill", "heard", "whole_text", "applied", "voice_link", "model", "settings_shown", "dictionaries", "billed",
    "saved", "cost", "estimated", "duration", "file", "sha256", "trace_ids", "attempts", "findings", "error_shown",
    "waits", "team", "project", "purpose", "token", "metadata_shown", "created", "finished",
]  # fmt: skip


@admin.register(Clip)
class ClipsAdmin(ButtonsAdmin):
    read_scope = "clips:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["shown_text", "voice", "state_pill", "heard", "duration", "characters", "cost", "created"]
    list_fullwidth = True
    list_select_related = ["team", "voice"]
    list_filter = [
        by_value("state", _("state"), {state: pill.word for state, pill in PILLS.items()}),
        by_row("voice", _("voice")),
        by_row("project", _("project")),
        by_value("model", _("model")),
        ("created_at", DayRangeFilter),
        by_row("team", _("team")),
    ]
    link_lookups = frozenset({"consent__id__exact", "voice__id__exact"})
    search_fields = ["text", "voice__name", "voice__slug", "id"]
    search_help_text = _("Text, voice, id")
    fieldsets = [
        (None, {"fields": ["state_pill", "heard", "error_shown", "waits", "whole_text", "voice_link"]}),
        (_("Cost"), {"fields": ["billed", "estimated", "saved", "cost"]}),
        (_("Made with"), {"fields": ["applied", "dictionaries", "model", "settings_shown"]}),
        (_("The file"), {"fields": ["duration", "file", "sha256", "findings"]}),
        (_("Evidence"), {"fields": ["trace_ids", "attempts"]}),
        (_("Asked by"), {"fields": ["team", "project", "purpose", "token", "metadata_shown", "created", "finished"]}),
    ]
    readonly_fields = _SHOWN
    actions_detail = ["retry", "cancel", "events"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clip]:
        rows: QuerySet[Clip] = super().get_queryset(request)
        segments = Segment.objects.select_related("rendering").order_by("position")
        return rows.select_related("team", "voice__consent").prefetch_related(Prefetch("segments", segments))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<str:object_id>/audio/", view(self.audio), name="synthesis_clip_audio"),
            path("estimate/", view(self.estimate), name="synthesis_clip_estimate"),
            *super().get_urls(),
        ]

    def audio(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To a fresh signed address: the one of a page that was left open would have ended."""
        clip = self.get_object(request, object_id)
        url = None if clip is None else audio_url(clip)
        if url is None:
            raise Http404
        return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})

    def estimate(self, request: HttpRequest) -> HttpResponse:
        """What the form, as it stands, would cost; nothing is written."""
        form = NewClipForm(request.POST or None, request=request, scope=_WRITE)
        context: dict[str, Any] = {"generate": _("Generate")}
        if not self.has_add_permission(request) or not form.is_valid():
            return TemplateResponse(request, "synthesis/estimate.html", context)
        order = form.order()
        try:
            found = estimate(payer=payer_of(request, order["team"].id), **order)
        except PlatformError as refusal:
            return TemplateResponse(request, "synthesis/estimate.html", {**context, "refusal": refusal_text(refusal)})
        return TemplateResponse(request, "synthesis/estimate.html", estimate_context(found))

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            order = form.order()
            clip = ask_clip(actor=actor_of(request), payer=payer_of(request, order["team"].id), **order)
            if clip.state == Clip.State.READY:
                messages.success(request, _("From the library: nothing was billed."))
            return to_page(clip)

        return ask(
            self,
            request,
            Question(
                title=_("New clip"),
                submit=_("Generate"),
                icon="graphic_eq",
                template="synthesis/new_clip.html",
                make_form=lambda data, files: NewClipForm(
                    data, request=request, scope=_WRITE, initial={"voice": request.GET.get("voice")}
                ),
                act=act,
            ),
        )

    @button(_("Retry"), icon="restart_alt", scope=_WRITE, when=lambda clip: clip.state == Clip.State.FAILED)
    def retry(self, request: HttpRequest, clip: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            retry_clip(team=clip.team, clip_id=clip.id, payer=payer_of(request, clip.team_id), actor=actor_of(request))
            messages.success(request, _("It is being made again."))
            return to_page(clip)

        is_unknown = (clip.error or {}).get("code") == "outcome_unknown"
        return ask(
            self,
            request,
            Question(
                title=_("Make it again?"),
                submit=_("Retry"),
                icon="restart_alt",
                explanation=[
                    _("The answer of the first call was lost: it may have been charged, and this pays a second time.")
                    if is_unknown
                    else _("The first try was not charged, or booked where it was. This is a new call.")
                ],
                facts=[(_("Error"), error_html(clip.error)), (_("Estimated"), number(clip.estimated_characters))],
                is_dangerous=is_unknown,
                back=page_of(clip),
                act=act,
            ),
        )

    @button(_("Cancel"), icon="cancel", scope=_WRITE, when=lambda clip: clip.state == Clip.State.QUEUED)
    def cancel(self, request: HttpRequest, clip: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            cancel_clip(team=clip.team, clip_id=clip.id, actor=actor_of(request))
            return to_page(clip)

        return ask(
            self,
            request,
            Question(
                title=_("Take the clip back?"),
                submit=_("Cancel the clip"),
                explanation=[_("It is not made, and what was set aside is given back.")],
                back=page_of(clip),
                act=act,
            ),
        )

    @display(description=_("Text"), ordering="text")
    def shown_text(self, clip: Clip) -> str:
        return format_html('<span class="vl-text" title="{}">{}</span>', clip.text[:500], clip.text[:120])

    @display(description=_("State"), ordering="state")
    def state_pill(self, clip: Clip) -> str:
        return PILLS[Clip.State(clip.state)].html()

    @display(description=_("Listen"))
    def heard(self, clip: Clip) -> Any:
        if clip.state != Clip.State.READY:
            return NOTHING
        if clip.voice.suspended_at is not None:
            return _("voice suspended")
        return player(reverse("admin:synthesis_clip_audio", args=[clip.id]), clip.text[:80])

    @display(description=_("Duration"))
    def duration(self, clip: Clip) -> str:
        lengths = [segment.rendering.duration_ms for segment in clip.segments.all()]
        return duration(sum(length or 0 for length in lengths)) if any(lengths) else NOTHING

    @display(description=_("Billed"))
    def billed(self, clip: Clip) -> str:
        known = [segment.billed_characters for segment in clip.segments.all() if segment.billed_characters is not None]
        if not known:
            return NOTHING
        if any(segment.billed_is_estimated for segment in clip.segments.all()):
            return _("%(count)s (our estimate)") % {"count": number(sum(known))}
        return number(sum(known))

    @display(description=_("Estimated"))
    def estimated(self, clip: Clip) -> str:
        return number(clip.estimated_characters)

    @display(description=_("Saved"))
    def saved(self, clip: Clip) -> str:
        total = sum(segment.saved_characters for segment in clip.segments.all())
        return number(total) if total else NOTHING

    @display(description=_("Billed"))
    def characters(self, clip: Clip) -> str:
        saved = sum(segment.saved_characters for segment in clip.segments.all())
        return two_lines(self.billed(clip), _("saved %(count)s") % {"count": number(saved)} if saved else "")

    @display(description=_("Cost"))
    def cost(self, clip: Clip) -> str:
        return paid_text(clip.segments.all())

    @display(description=_("Created"), ordering="created_at")
    def created(self, clip: Clip) -> str:
        return moment_html(clip.created_at, clock.now(), clip.team.time_zone)

    @display(description=_("Finished"))
    def finished(self, clip: Clip) -> str:
        return moment_html(clip.finished_at, clock.now(), clip.team.time_zone)

    @display(description=_("Text"))
    def whole_text(self, clip: Clip) -> str:
        return format_html('<div class="vl-wrap">{}</div>', clip.text)

    @display(description=_("Applied text"))
    def applied(self, clip: Clip) -> str:
        return format_html('<div class="vl-wrap">{}</div>', clip.applied_text)

    @display(description=_("Voice"))
    def voice_link(self, clip: Clip) -> str:
        return link_to(clip.voice)

    @display(description=_("Format and settings"))
    def settings_shown(self, clip: Clip) -> str:
        return _json({**clip.format, **clip.settings})

    @display(description=_("Metadata"))
    def metadata_shown(self, clip: Clip) -> str:
        return _json(clip.metadata)

    @display(description=_("Dictionaries"))
    def dictionaries(self, clip: Clip) -> str:
        pins = Pin.objects.filter(clip=clip).select_related("version__dictionary")
        rows = ((link_to(pin.version.dictionary, f"{pin.version.dictionary} v{pin.version.number}"),) for pin in pins)
        return format_html_join(", ", "{}", rows) or NOTHING

    @display(description=_("File"))
    def file(self, clip: Clip) -> str:
        files = [segment.rendering for segment in clip.segments.all() if segment.rendering.storage_key]
        rows = ((row.format, (row.sample_rate or 0) / 1000, row.channels, size(row.size)) for row in files)
        return format_html_join(", ", "{} · {} kHz · {} ch · {}", rows) or NOTHING

    @display(description=_("SHA-256"))
    def sha256(self, clip: Clip) -> str:
        return _codes(segment.rendering.sha256 for segment in clip.segments.all())

    @display(description=_("Trace ids"))
    def trace_ids(self, clip: Clip) -> str:
        return _codes(segment.rendering.trace_id for segment in clip.segments.all())

    @display(description=_("Paid calls"))
    def attempts(self, clip: Clip) -> str:
        base = reverse("admin:accounts_attempt_changelist")
        subjects = [f"rendering:{segment.rendering_id}" for segment in clip.segments.all()]
        rows = ((with_query(base, subject__exact=subject), subject) for subject in subjects)
        return format_html_join(", ", '<a class="vl-link" href="{}">{}</a>', rows) or NOTHING

    @display(description=_("Findings"))
    def findings(self, clip: Clip) -> str:
        found = [finding for segment in clip.segments.all() for finding in segment.rendering.findings]
        return format_html_join("; ", "{} ({})", ((one["message"], one["code"]) for one in found)) or NOTHING

    @display(description=_("Error"))
    def error_shown(self, clip: Clip) -> str:
        return error_html(clip.error)

    @display(description=_("Waits for"))
    def waits(self, clip: Clip) -> str:
        return error_html(clip.waits_for())


def _json(value: Any) -> str:
    return format_html('<code class="vl-code">{}</code>', json.dumps(value, ensure_ascii=False)) if value else NOTHING


def _codes(values: Any) -> str:
    rows = [(value,) for value in dict.fromkeys(values) if value]
    return format_html_join(" ", '<code class="vl-code">{}</code>', rows) or NOTHING
