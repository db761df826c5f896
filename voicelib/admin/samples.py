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

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, link_to, page_of, to_page
from accounts.admin.asking_forms import DressedForm, TeamForm
from accounts.admin.filters import by_row, by_value
from accounts.admin.rights import actor_of
from accounts.admin.shown import NOTHING, Pill, duration, moment, player, size
from voicelib.admin.recordings import recording
from voicelib.admin.waveforms import waveform
from voicelib.flows.derived_samples import derive_sample
from voicelib.flows.samples import add_sample
from voicelib.models import Sample
from voicelib.sample_recipes import LOUDNESS
from voicelib.sample_rules import LARGEST_UPLOAD_BYTES

ACCEPTED = ".mp3,.m4a,.wav,.flac,.ogg,.opus,.webm,.aac,audio/*"
_WRITE = "voices:write"
_TONES = {"warning": ("warn", "warning"), "info": ("quiet", "info")}
_GOOD = Pill("good", "check_circle", _("Nothing found"))
_SHOWN: list[Any] = [
    "name", "team", "wave", "player", "findings_shown", "duration", "shown_format", "loudness", "speech", "noise",
    "silence", "clipped", "purpose", "made_of", "made_how", "shown_size", "sha256", "added",
]  # fmt: skip


@admin.register(Sample)
class SamplesAdmin(ButtonsAdmin):
    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["name", "player", "duration", "shown_format", "loudness", "findings_shown", "voice_count", "team"]
    list_select_related = ["team"]
    list_filter = [
        by_row("team", _("team")),
        by_value("format", _("format")),
        by_value("purpose", _("purpose"), dict(Sample.Purpose.choices)),
    ]
    link_lookups = frozenset({"parent__id__exact"})
    search_fields = ["name", "sha256"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions_detail = ["make_over", "events"]
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
            sample = add_sample(actor=actor_of(request), largest=LARGEST_UPLOAD_BYTES, **form.cleaned_data)
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
                    _(
                        "10 seconds to 5 minutes of one speaker, clear and dry: mp3, m4a, wav, flac, ogg, opus or "
                        "webm, up to 100 MB."
                    )
                ],
                make_form=lambda data, files: NewSampleForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Make over"), icon="tune", scope=_WRITE)
    def make_over(self, request: HttpRequest, sample: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            made = derive_sample(sample=sample, actor=actor_of(request), **form.cleaned_data)
            tell_findings(request, made)
            return to_page(made)

        return ask(
            self,
            request,
            Question(
                title=_("Make %(name)s over") % {"name": sample},
                submit=_("Make"),
                icon="tune",
                explanation=[
                    _("The result is a sample of its own; this one stays as it came."),
                    _("A provider that does not take this format is handed one that it takes without being asked."),
                ],
                make_form=lambda data, files: MakeOverForm(data),
                back=page_of(sample),
                act=act,
            ),
        )

    @display(description=_("Waveform"))
    def wave(self, sample: Sample) -> str:
        return waveform(sample)

    @display(description=_("Speech"))
    def speech(self, sample: Sample) -> str:
        ratio, level = sample.measures.get("speech_ratio"), sample.measures.get("speech_level_db")
        return NOTHING if ratio is None or level is None else f"{ratio:.0%} · {level:.1f} dBFS"

    @display(description=_("Noise"))
    def noise(self, sample: Sample) -> str:
        floor, snr = sample.measures.get("noise_floor_db"), sample.measures.get("snr_db")
        if floor is None or snr is None:
            return NOTHING
        return _("%(floor).1f dBFS, the voice %(snr).0f dB above it") % {"floor": floor, "snr": snr}

    @display(description=_("Silence"))
    def silence(self, sample: Sample) -> str:
        found = sample.measures
        if not found:
            return NOTHING
        return _("%(share)d %% · %(lead)s before, %(tail)s after") % {
            "share": round(found["silence_ratio"] * 100),
            "lead": duration(found["lead_ms"]),
            "tail": duration(found["tail_ms"]),
        }

    @display(description=_("Clipping"))
    def clipped(self, sample: Sample) -> str:
        peak, count = sample.measures.get("true_peak_db"), sample.measures.get("clipped_samples")
        if peak is None:
            return NOTHING
        return _("%(count)d samples at full scale, true peak %(peak).1f dBTP") % {"count": count, "peak": peak}

    @display(description=_("Made of"))
    def made_of(self, sample: Sample) -> str:
        return link_to(sample.parent) or NOTHING

    @display(description=_("Made by"))
    def made_how(self, sample: Sample) -> str:
        return recipe_text(sample.recipe)

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
        label=_("Recording"), max_length=300, widget=UnfoldAdminFileFieldWidget(attrs={"accept": ACCEPTED})
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=Sample.Purpose.choices,
        initial=Sample.Purpose.VOICE,
        required=False,
        help_text=_("A prompt is a second recording of less than 8 seconds that makes a clone sound more alike."),
    )

    def clean_purpose(self) -> str:
        return self.cleaned_data["purpose"] or Sample.Purpose.VOICE


class MakeOverForm(DressedForm):
    trim_silence = forms.BooleanField(label=_("Cut silence off both ends"), required=False)
    loudness_lufs = forms.FloatField(
        label=_("Loudness (LUFS)"),
        required=False,
        min_value=LOUDNESS[0],
        max_value=LOUDNESS[1],
        help_text=_("e.g. -20; less is reached where peaks would be clipped. Empty: as it is."),
    )
    container = forms.ChoiceField(
        label=_("Format"), required=False, choices=[("", _("as it is, or wav")), ("wav", "wav"), ("flac", "flac"),
                                                    ("mp3", "mp3")],
    )  # fmt: skip
    channels = forms.TypedChoiceField(
        label=_("Channels"), coerce=int, choices=[(1, _("one")), (2, _("two"))], initial=1
    )

    def clean_container(self) -> str | None:
        return self.cleaned_data["container"] or None


def recipe_text(recipe: dict[str, Any]) -> str:
    """How a sample was made of another."""
    if not recipe:
        return NOTHING
    parts = [f"{recipe['container']} · {recipe['sample_rate'] / 1000:g} kHz · {recipe['channels']} ch"]
    if recipe.get("cut_ms"):
        parts.append(_("%(cut)s cut off its ends") % {"cut": duration(recipe["cut_ms"])})
    if recipe.get("gain_db"):
        parts.append(f"{recipe['gain_db']:+.1f} dB")
    return " · ".join(parts)


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
