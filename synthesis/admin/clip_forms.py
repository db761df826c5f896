"""The form for a new clip."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking_forms import TeamForm
from accounts.admin.scoping import choices_for, scoped
from accounts.models import Project, ProviderAccount
from accounts.provider_clients import adapter
from synthesis.models import Clip
from voicelib.models import Dictionary, ProviderVoice, Voice


class NewClipForm(TeamForm):
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 6}))
    voice = forms.ModelChoiceField(label=_("Voice"), queryset=Voice.objects.none())
    dictionaries = forms.ModelMultipleChoiceField(
        label=_("Dictionaries"),
        queryset=Dictionary.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their newest published versions; where two disagree, the first wins."),
    )
    model = forms.ChoiceField(label=_("Model"), required=False)
    container = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=[("", _("the usual")), ("mp3", "mp3"), ("wav", "wav"), ("flac", "flac")],
    )
    speed = forms.FloatField(label=_("Speed"), required=False, help_text=_("1 is normal; empty: the usual."))
    emotion = forms.ChoiceField(label=_("Emotion"), required=False)
    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none(), required=False)
    purpose = forms.CharField(
        label=_("Purpose"), max_length=64, required=False, help_text=_("Where the speaker's consent asks for one.")
    )
    field_order = [
        "team", "text", "voice", "dictionaries", "model", "container", "speed", "emotion", "project", "purpose",
    ]  # fmt: skip

    def __init__(self, *args: Any, request: HttpRequest, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, request=request, scope=scope, **kwargs)
        rows = {
            "voice": choices_for(Clip._meta.get_field("voice"), request).filter(
                homes__state__in=ProviderVoice.SPEAKING, suspended_at__isnull=True
            ),
            "project": choices_for(Clip._meta.get_field("project"), request),
            "dictionaries": Dictionary.objects.filter(versions__isnull=False),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = scoped(queryset, request, "team_id", scope).distinct()  # type: ignore[attr-defined]
        offered = _offered(request, scope)
        self._choose("model", sorted({model for one in offered for model in one.models}))
        self._choose(
            "emotion", sorted({emotion for one in offered for known in one.emotions.values() for emotion in known})
        )

    def clean_dictionaries(self) -> Any:
        return list(self.cleaned_data["dictionaries"])

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        team = values.get("team")
        if team is not None and any(row.team_id != team.id for row in values.get("dictionaries") or []):
            self.add_error("dictionaries", _("This belongs to another team."))
        return values

    def order(self) -> dict[str, Any]:
        """The wish as the flows take it."""
        values = self.cleaned_data
        settings = {name: values[name] for name in ("speed", "emotion") if values[name] not in (None, "")}
        return {
            "team": values["team"],
            "voice_slug": values["voice"].slug,
            "text": values["text"],
            "model": values["model"] or None,
            "audio_format": values["container"] or None,
            "settings": settings or None,
            "dictionaries": [dictionary.slug for dictionary in values["dictionaries"]],
            "project": values["project"],
            "purpose": values["purpose"] or None,
        }

    def _choose(self, name: str, values: list[str]) -> None:
        self.fields[name].choices = [("", _("the usual")), *((value, value) for value in values)]  # type: ignore[attr-defined]


def _offered(request: HttpRequest, scope: str) -> list[Any]:
    """What the providers of the person's teams can do, once per provider."""
    accounts = scoped(ProviderAccount.objects.all(), request, "team_id", scope)
    return [adapter(account).capabilities for account in {account.provider: account for account in accounts}.values()]
