"""The recordings of a voice: listed on its page, and the buttons that add, choose and take away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, link_to, page_of, to_page
from accounts.admin.asking_forms import DressedForm
from accounts.admin.rights import actor_of
from accounts.admin.scoping import TeamInline
from accounts.admin.shown import Pill, duration, moment, two_lines
from voicelib.admin.samples import ACCEPTED, findings_html, sample_player, tell_findings
from voicelib.flows.samples import add_sample
from voicelib.flows.voice_samples import add_to_voice, choose_sample, take_from_voice
from voicelib.models import Sample, Voice, VoiceSample
from voicelib.sample_rules import LARGEST_UPLOAD_BYTES

_WRITE = "voices:write"
_CHOSEN = Pill("good", "check_circle", _("Cloned from"))
_KEPT = Pill("quiet", "mic", _("Kept"))
_REMOVED = Pill("quiet", "remove_circle", _("Taken away"))
_SHOWN: list[Any] = ["name", "standing", "heard", "length", "findings", "added"]


class RecordingsInline(TeamInline):
    """With the history: what was taken away stays in the list."""

    model = VoiceSample
    team_path = "voice__team_id"
    read_scope = "voices:read"
    verbose_name_plural = _("Samples")
    fields = _SHOWN
    readonly_fields = _SHOWN
    ordering = ["-id"]
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("sample", "voice__team").defer("sample__peaks")

    @display(description=_("Sample"))
    def name(self, row: VoiceSample) -> str:
        return link_to(row.sample)

    @display(description=_("State"))
    def standing(self, row: VoiceSample) -> str:
        if row.removed_at is not None:
            return _REMOVED.html(moment(row.removed_at, row.voice.team.time_zone))
        return (_CHOSEN if row.sample_id == row.voice.sample_id else _KEPT).html()

    @display(description=_("Listen"))
    def heard(self, row: VoiceSample) -> str:
        return sample_player(row.sample)

    @display(description=_("Duration"))
    def length(self, row: VoiceSample) -> str:
        return duration(row.sample.duration_ms)

    @display(description=_("Findings"))
    def findings(self, row: VoiceSample) -> str:
        return findings_html(row.sample.findings)

    @display(description=_("Added"))
    def added(self, row: VoiceSample) -> str:
        return two_lines(moment(row.added_at, row.voice.team.time_zone), row.added_by)


class RecordingButtons(ButtonsAdmin):
    """For the admin of voices."""

    @button(_("Add a sample"), icon="mic", scope=_WRITE, when=lambda voice: _is_cloned(voice))
    def add_recording(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            file, sample, actor = form.cleaned_data["file"], form.cleaned_data["sample"], actor_of(request)
            if file is not None:
                name = form.cleaned_data["name"] or file.name
                sample = add_sample(team=voice.team, actor=actor, file=file, name=name, largest=LARGEST_UPLOAD_BYTES)
                tell_findings(request, sample)
            add_to_voice(voice=voice, sample_id=sample.id, actor=actor, is_chosen=form.cleaned_data["choose"])
            messages.success(request, _("It is kept with the voice."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Add a sample to %(name)s") % {"name": voice},
                submit=_("Add"),
                icon="mic",
                explanation=[_("Recordings of the same speaker. One of them is chosen to be cloned from.")],
                make_form=lambda data, files: AddRecordingForm(data, files, voice=voice),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Choose a sample"), icon="check_circle", scope=_WRITE, when=lambda voice: bool(_others(voice)))
    def choose_recording(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            choose_sample(voice=voice, sample_id=form.cleaned_data["sample"], actor=actor_of(request))
            messages.success(request, _("It is cloned from this one from now on."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("From which sample is %(name)s cloned?") % {"name": voice},
                submit=_("Choose"),
                icon="check_circle",
                explanation=[_("Homes that stand stay as they are; the next clone is made from it.")],
                facts=[(row.sample.name, sample_player(row.sample)) for row in _others(voice)],
                make_form=lambda data, files: RecordingForm(data, rows=_others(voice)),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Take a sample away"), icon="remove_circle", scope=_WRITE, when=lambda voice: bool(_others(voice)))
    def take_recording(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            take_from_voice(voice=voice, sample_id=form.cleaned_data["sample"], actor=actor_of(request))
            messages.success(request, _("It is kept with the voice no longer."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Take a sample away from %(name)s") % {"name": voice},
                submit=_("Take away"),
                icon="remove_circle",
                explanation=[
                    _("The sample itself and the history stay. The one that the voice is cloned from cannot be taken.")
                ],
                facts=[(row.sample.name, sample_player(row.sample)) for row in _others(voice)],
                make_form=lambda data, files: RecordingForm(data, rows=_others(voice)),
                back=page_of(voice),
                act=act,
            ),
        )


class AddRecordingForm(DressedForm):
    file = forms.FileField(
        label=_("Upload a sample"),
        required=False,
        max_length=300,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ACCEPTED}),
        help_text=_("10 seconds to 5 minutes of one speaker, up to 100 MB."),
    )
    name = forms.CharField(label=_("Its name"), max_length=200, required=False)
    sample = forms.ModelChoiceField(label=_("Or use a sample"), queryset=Sample.objects.none(), required=False)
    choose = forms.BooleanField(label=_("Clone from it from now on"), required=False)

    def __init__(self, data: Any, files: Any, *, voice: Voice) -> None:
        super().__init__(data, files)
        kept = VoiceSample.objects.filter(voice=voice, removed_at__isnull=True).values("sample")
        rows = Sample.objects.filter(team_id=voice.team_id, purpose=Sample.Purpose.VOICE).exclude(id__in=kept)
        self.fields["sample"].queryset = rows.order_by("-id")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and (values.get("file") is None) == (values.get("sample") is None):
            raise forms.ValidationError(_("Upload a recording, or choose a sample."))
        return values


class RecordingForm(DressedForm):
    sample = forms.ChoiceField(label=_("Sample"))

    def __init__(self, data: Any, *, rows: list[VoiceSample]) -> None:
        super().__init__(data)
        self.fields["sample"].choices = [(row.sample_id, str(row.sample)) for row in rows]  # type: ignore[attr-defined]


def _is_cloned(voice: Voice) -> bool:
    return voice.kind == Voice.Kind.CLONED


def _others(voice: Voice) -> list[VoiceSample]:
    """What is kept with the voice beside the recording that it is cloned from."""
    kept = voice.recordings.filter(removed_at__isnull=True).exclude(sample_id=voice.sample_id or "")
    return list(kept.select_related("sample").defer("sample__peaks").order_by("-id"))
