"""Source recordings: uploaded, judged, heard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.admin.asking import ButtonsAdmin, Question, ask, to_page
from accounts.admin.asking_forms import TeamForm
from accounts.admin.filters import by_row, by_value
from accounts.admin.rights import actor_of
from accounts.admin.shown import NOTHING, Pill, duration, moment, player, size
from voicelib.admin.recordings import recording
from voicelib.flows.samples import add_sample
from voicelib.models import Sample

_WRITE = "voices:write"
_TONES = {"warning": ("warn", "warning"), "info": ("quiet", "info")}
_GOOD = Pill("good", "check_circle", _("Nothing found"))
_SHOWN: list[Any] = [
    "name", "team", "player", "findings_shown", "duration", "shown_format", "loudness", "shown_size", "sha256", "added",
]  # fmt: skip


@admin.register(Sample)
class SamplesAdmin(ButtonsAdmin):
    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["name", "player", "duration", "shown_format", "loudness", "findings_shown", "voice_count", "team"]
    list_select_related = ["team"]
    list_filter = [by_row("team", _("team")), by_value("format", _("format"))]
    search_fields = ["name", "sha256"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions_detail = ["events"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sample]:
        rows: QuerySet[Sample] = super().get_queryset(request)
        return rows.annotate(voice_count=Count("voices"))

    def get_urls(self) -> list[URLPattern]:
        audio = path("<str:object_id>/audio/", self.admin_site.admin_view(self.audio), name="voicelib_sample_audio")
        return [audio, *super().get_urls()]

    def audio(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The recording, for the player."""
        sample = self.get_object(request, object_id)
        if sample is None:
            raise Http404
        return recording(sample.storage_key, sample.id)

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            sample = add_sample(actor=actor_of(request), **form.cleaned_data)
            tell_findings(request, sample)
            return to_page(sample)

        return ask(
            self,
            request,
            Question(
                title=_("Add sample"),
                submit=_("Upload"),
                icon="upload",
                explanation=[
                    _("10 seconds to 5 minutes of one speaker, clear and dry, as mp3, m4a or wav, up to 20 MB.")
                ],
                make_form=lambda data, files: NewSampleForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @display(description=_("Listen"))
    def player(self, sample: Sample) -> str:
        return sample_player(sample)

    @display(description=_("Duration"), ordering="duration_ms")
    def duration(self, sample: Sample) -> str:
        return duration(sample.duration_ms)

    @display(description=_("Format"), ordering="format")
    def shown_format(self, sample: Sample) -> str:
        return f"{sample.format} · {sample.sample_rate / 1000:g} kHz · {sample.channels} ch"

    @display(description=_("Loudness"), ordering="loudness_lufs")
    def loudness(self, sample: Sample) -> str:
        return NOTHING if sample.loudness_lufs is None else f"{sample.loudness_lufs:.1f} LUFS"

    @display(description=_("Size"), ordering="size")
    def shown_size(self, sample: Sample) -> str:
        return size(sample.size)

    @display(description=_("Findings"))
    def findings_shown(self, sample: Sample) -> str:
        return findings_html(sample.findings)

    @display(description=_("Voices"), ordering="voice_count")
    def voice_count(self, sample: Any) -> int:
        return int(sample.voice_count)

    @display(description=_("Added"), ordering="created_at")
    def added(self, sample: Sample) -> str:
        return moment(sample.created_at, sample.team.time_zone)


class NewSampleForm(TeamForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    file = forms.FileField(
        label=_("Recording"),
        max_length=300,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".mp3,.m4a,.wav,audio/*"}),
    )


def sample_player(sample: Sample | None) -> str:
    """A player for a sample."""
    if sample is None:
        return NOTHING
    return player(reverse("admin:voicelib_sample_audio", args=[sample.id]), sample.name)


def findings_html(findings: list[dict[str, str]]) -> str:
    """What was noticed about a recording."""
    if not findings:
        return _GOOD.html()
    return format_html_join(
        " ",
        "{}",
        ((Pill(*_TONES.get(found["severity"], _TONES["info"]), found["message"]).html(),) for found in findings),
    )


def tell_findings(request: HttpRequest, sample: Sample) -> None:
    """After an upload: it is there, and what is worth knowing about it."""
    messages.success(request, _("The sample %(name)s is there.") % {"name": sample})
    for found in sample.findings:
        show = messages.warning if found["severity"] == "warning" else messages.info
        show(request, f"{found['message']} ({found['code']})")
