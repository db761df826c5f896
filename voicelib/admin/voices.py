"""Voices: how they stand, what can be done about it, and what it costs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, link_to, page_of, to_page
from accounts.admin.filters import by_row, by_value
from accounts.admin.rights import actor_of
from accounts.admin.shown import NOTHING, error_html, moment, moment_html, two_lines
from voicelib.admin.consents import consent_pill
from voicelib.admin.deletions import with_deletions
from voicelib.admin.homes import HomesInline, missing_html
from voicelib.admin.recordings import recording
from voicelib.admin.samples import sample_player, tell_findings
from voicelib.admin.standing import Standing, State, standing_of
from voicelib.admin.team_pages import TeamPages
from voicelib.admin.voice_cloning import CloneButtons
from voicelib.admin.voice_filters import StandingFilter
from voicelib.admin.voice_forms import ChangeVoiceForm, NewVoiceForm
from voicelib.admin.voice_homes import HomeButtons
from voicelib.admin.voice_keeping import KeepButtons
from voicelib.admin.voice_recordings import RecordingButtons, RecordingsInline
from voicelib.admin.voice_retiring import RetireButtons
from voicelib.admin.voice_timeline import TimelineButtons
from voicelib.flows.samples import add_sample
from voicelib.flows.voices import change_voice, create_voice, refusal_of
from voicelib.models import ProviderVoice, Voice

_WRITE = "voices:write"


@admin.register(Voice)
class VoicesAdmin(
    CloneButtons, KeepButtons, HomeButtons, RecordingButtons, RetireButtons, TimelineButtons, TeamPages, ButtonsAdmin
):
    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["shown_name", "language", "state", "deadline", "last_error", "consent_state", "team"]
    list_select_related = ["team", "consent", "sample"]
    list_filter = [StandingFilter, by_value("language", _("language")), by_row("team", _("team"))]
    link_lookups = frozenset({"consent__id__exact", "sample__id__exact"})
    search_fields = ["name", "slug", "language"]
    search_help_text = _("Name, slug, language")
    fieldsets = [
        (None, {"fields": ["name", "state", "deadline", "last_error", "shown_slug", "language", "preferred", "team"]}),
        (_("Where it comes from"), {"fields": ["sample_shown", "sample_heard", "consent_shown", "consent_state"]}),
        (_("Retirement"), {"fields": ["retired"], "classes": ["vl-retirement"]}),
        (_("Suspension"), {"fields": ["suspended", "suspended_reason"], "classes": ["vl-suspension"]}),
    ]
    readonly_fields = [
        "state", "deadline", "last_error", "shown_slug", "sample_shown", "sample_heard", "consent_shown",
        "consent_state", "suspended", "suspended_reason", "retired", "preferred",
    ]  # fmt: skip
    inlines = [HomesInline, RecordingsInline]
    actions_list = ["forecast", "team_defaults"]
    actions_detail = [
        "activate",
        "clone",
        "clone_again",
        "decide",
        {"title": _("Homes"), "icon": "home", "items": ["prefer", "add_home", "delete_home", "undo_delete"]},
        "timeline",
        {
            "title": _("More"),
            "icon": "more_horiz",
            "items": [
                "edit",
                "add_recording",
                "choose_recording",
                "take_recording",
                "retire",
                "restore",
                "events",
            ],
        },
    ]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voice]:
        rows: QuerySet[Voice] = super().get_queryset(request)
        homes = ProviderVoice.objects.select_related("provider_account").order_by("-id")
        homes = homes.prefetch_related(with_deletions())
        rows = rows.select_related("team", "consent", "sample", "primary_account")
        return rows.prefetch_related(Prefetch("homes", homes))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        said = {"vl-suspension": "suspended_at", "vl-retirement": "retired_at"}
        return [
            (title, options)
            for title, options in super().get_fieldsets(request, obj)
            if all(getattr(obj, said[name], None) for name in options.get("classes", ()) if name in said)
        ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """No table without a row: a draft has no home, a system voice no recording."""
        rows = {HomesInline: "homes", RecordingsInline: "recordings"}
        return [inline for inline, name in rows.items() if obj is not None and getattr(obj, name).all()]

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "homes/<str:home_id>/preview/",
            self.admin_site.admin_view(self.preview),
            name="voicelib_providervoice_preview",
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest, home_id: str) -> HttpResponseBase:
        """What the provider spoke while cloning, for the player."""
        homes = ProviderVoice.objects.filter(id=home_id, voice__in=self.get_queryset(request))
        home = homes.select_related("voice__consent").first()
        if home is None or refusal_of(home.voice, clock.now()) is not None:
            raise Http404
        return recording(home.preview_key, home.id)

    @display(description=_("Voice"), ordering="name")
    def shown_name(self, voice: Voice) -> str:
        return two_lines(voice.name, voice.slug)

    @display(description=_("Slug"))
    def shown_slug(self, voice: Voice) -> str:
        return voice.slug

    @display(description=_("State"))
    def state(self, voice: Voice) -> str:
        missing = format_html_join("", "{}", ((missing_html(home),) for home in voice.homes.all()))
        return format_html('<span class="vl-stack">{}{}</span>', _standing(voice).pill(clock.now()), missing)

    @display(description=_("Time left"))
    def deadline(self, voice: Voice) -> Any:
        standing = _standing(voice)
        if standing.deadline is not None:
            return moment_html(standing.deadline, clock.now(), voice.team.time_zone)
        return _("for good") if standing.state == State.PERMANENT else NOTHING

    @display(description=_("Last error"))
    def last_error(self, voice: Voice) -> str:
        return error_html(_standing(voice).error)

    @display(description=_("Consent"))
    def consent_state(self, voice: Voice) -> Any:
        if voice.kind == Voice.Kind.SYSTEM:
            return _("not needed")
        return consent_pill(voice.consent)

    @display(description=_("Given by"))
    def consent_shown(self, voice: Voice) -> str:
        return link_to(voice.consent) or NOTHING

    @display(description=_("Sample"))
    def sample_shown(self, voice: Voice) -> str:
        return link_to(voice.sample) or NOTHING

    @display(description=_("Listen"))
    def sample_heard(self, voice: Voice) -> str:
        return sample_player(voice.sample)

    @display(description=_("Suspended"))
    def suspended(self, voice: Voice) -> str:
        return moment(voice.suspended_at, voice.team.time_zone)

    @display(description=_("Retired"))
    def retired(self, voice: Voice) -> str:
        return moment_html(voice.retired_at, clock.now(), voice.team.time_zone)

    @display(description=_("Preferred account"))
    def preferred(self, voice: Voice) -> Any:
        return link_to(voice.primary_account) or _("none: the best home speaks")

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            values, actor = dict(form.cleaned_data), actor_of(request)
            file, sample = values.pop("file"), values.pop("sample")
            if file is not None:
                sample = add_sample(team=values["team"], actor=actor, file=file, name=values["name"])
                tell_findings(request, sample)
            consent = values.pop("consent")
            voice = create_voice(
                actor=actor,
                consent=consent.id if consent else None,
                sample=sample.id if sample else None,
                **values,
            )
            messages.success(request, _("The voice %(name)s is a draft. Clone it next.") % {"name": voice})
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Add voice"),
                submit=_("Add voice"),
                icon="record_voice_over",
                explanation=[_("Nothing is sent to a provider and nothing is paid until it is cloned.")],
                make_form=lambda data, files: NewVoiceForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Change"), icon="edit", scope=_WRITE)
    def edit(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            change_voice(voice=voice, actor=actor_of(request), changes=form.changes())
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Change %(name)s") % {"name": voice},
                submit=_("Save"),
                icon="edit",
                explanation=[_("A valid consent in the place of one that ended ends the suspension.")],
                make_form=lambda data, files: ChangeVoiceForm(data, voice=voice),
                back=page_of(voice),
                act=act,
            ),
        )


def _standing(voice: Voice) -> Standing:
    return standing_of(voice, voice.homes.all())
