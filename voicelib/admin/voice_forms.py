"""Forms about voices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.admin.asking_forms import DressedForm, TeamForm
from accounts.admin.scoping import choices_for, scoped
from accounts.models import Project, ProviderAccount
from accounts.provider_clients import adapter
from voicelib.admin.samples import ACCEPTED
from voicelib.clone_options import CloneOptions
from voicelib.models import Consent, ProviderVoice, Sample, Voice, VoiceDefaults

_ASKED = ("account", "model", "preview_text", "policy", "on_silence", "revival")


def project_field() -> forms.ModelChoiceField[Project]:
    """For whose budget something is done; the form sets its choices."""
    return forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        help_text=_("Whose budget pays; a consent may ask for one."),
    )


class NewVoiceForm(TeamForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Slug"), max_length=64, help_text=_("How services name it. Lower case, digits, hyphens; never changes.")
    )
    language = forms.CharField(label=_("Language"), max_length=35, initial="en", help_text=_("e.g. en, zh, ja"))
    consent = forms.ModelChoiceField(
        label=_("Consent"),
        queryset=Consent.objects.none(),
        required=False,
        help_text=_("Required before cloning. Record it first, or later on the voice."),
    )
    file = forms.FileField(
        label=_("Upload a sample"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ACCEPTED}),
        help_text=_("10 seconds to 5 minutes of one speaker, up to 20 MB."),
    )
    sample = forms.ModelChoiceField(label=_("Or use a sample"), queryset=Sample.objects.none(), required=False)

    def __init__(self, *args: Any, request: HttpRequest, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, request=request, scope=scope, **kwargs)
        for name in ("consent", "sample"):
            rows = choices_for(Voice._meta.get_field(name), request)
            self.fields[name].queryset = scoped(rows, request, "team_id", scope).order_by("-id")  # type: ignore[attr-defined]


class ChangeVoiceForm(DressedForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.CharField(label=_("Language"), max_length=35)
    consent = forms.ModelChoiceField(label=_("Consent"), queryset=Consent.objects.none(), required=False)
    sample = forms.ModelChoiceField(label=_("Sample"), queryset=Sample.objects.none(), required=False)

    def __init__(self, data: Any, *, voice: Voice) -> None:
        initial = {
            "name": voice.name,
            "language": voice.language,
            "consent": voice.consent_id,
            "sample": voice.sample_id,
        }
        super().__init__(data, initial=initial)
        of_team = {"consent": Consent.objects, "sample": Sample.objects}
        for name, manager in of_team.items():
            self.fields[name].queryset = manager.filter(team_id=voice.team_id).order_by("-id")  # type: ignore[attr-defined]

    def changes(self) -> dict[str, str | None]:
        """What was changed, as the flow takes it: ids for consent and sample."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        return {name: getattr(value, "id", value) for name, value in changed.items()}


class PolicyForm(DressedForm):
    policy = forms.ChoiceField(label=_("Policy"), choices=ProviderVoice.Policy.choices)
    on_silence = forms.ChoiceField(
        label=_("On silence"),
        choices=ProviderVoice.OnSilence.choices,
        help_text=_("What happens under “ask” when nobody decides in time."),
    )
    revival = forms.ChoiceField(
        label=_("If it is lost"),
        required=False,
        choices=[
            ("", _("as the team's defaults say")),
            (VoiceDefaults.Revival.AUTOMATIC, _("clone it again by itself")),
            (VoiceDefaults.Revival.MANUAL, _("leave it to a person")),
        ],
        help_text=_("Cloning again costs what a clone costs; by itself at most once a voice in seven days."),
    )


class CloneForm(PolicyForm):
    account = forms.ModelChoiceField(label=_("Provider account"), queryset=ProviderAccount.objects.none())
    model = forms.ChoiceField(label=_("Model of the preview"), required=False)
    preview_text = forms.CharField(
        label=_("Preview text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Spoken while cloning and billed as speech; it does not activate the voice. Empty: no preview."),
    )
    project = project_field()
    prompt_sample = forms.ModelChoiceField(
        label=_("Prompt"),
        queryset=Sample.objects.none(),
        required=False,
        help_text=_("A second recording under 8 seconds (a sample added as a prompt) that makes the clone more alike."),
    )
    prompt_text = forms.CharField(
        label=_("Words of the prompt"),
        required=False,
        max_length=2000,
        help_text=_("What is said in it, ending in a punctuation mark."),
    )
    text_validation = forms.CharField(
        label=_("Expected words of the sample"),
        required=False,
        max_length=200,
        help_text=_("The provider refuses where it hears something else."),
    )
    verify_statement = forms.BooleanField(
        label=_("Hear the statement"),
        required=False,
        help_text=_("The provider refuses where it does not hear the consent's statement in the recording."),
    )
    accuracy = forms.FloatField(
        label=_("Accuracy"), required=False, min_value=0, max_value=1, help_text=_("How much of them, 0 to 1.")
    )
    language_boost = forms.CharField(
        label=_("Language boost"), required=False, max_length=35, help_text=_("e.g. English, Chinese, auto")
    )
    noise_reduction = forms.BooleanField(label=_("Noise reduction"), required=False)
    volume_normalization = forms.BooleanField(label=_("Volume normalization"), required=False)
    field_order = ["account", "preview_text", "model", "policy", "on_silence", "revival", "project"]

    def __init__(self, data: Any, *, accounts: list[ProviderAccount], initial: dict[str, Any]) -> None:
        default = next((account.id for account in accounts if account.is_default), None)
        super().__init__(data, initial={"account": default, **initial})
        self.fields["account"].queryset = ProviderAccount.objects.filter(  # type: ignore[attr-defined]
            id__in=[account.id for account in accounts]
        )
        teams = {account.team_id for account in accounts}
        self.fields["prompt_sample"].queryset = Sample.objects.filter(  # type: ignore[attr-defined]
            team_id__in=teams, purpose=Sample.Purpose.PROMPT
        ).order_by("-id")
        self.fields["project"].queryset = Project.objects.filter(team_id__in=teams).order_by("name")  # type: ignore[attr-defined]
        models = sorted({model for account in accounts for model in adapter(account).capabilities.models})
        self.fields["model"].choices = [("", _("the provider's usual")), *((model, model) for model in models)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values["model"] = values.get("model") or None
        return values

    def order(self) -> dict[str, Any]:
        """The order as the flows take it, but for who pays."""
        values = self.cleaned_data
        prompt = values["prompt_sample"]
        options = CloneOptions(
            prompt_sample=None if prompt is None else prompt.id,
            prompt_text=values["prompt_text"],
            text_validation=values["text_validation"] or None,
            accuracy=values["accuracy"],
            verify_statement=values["verify_statement"],
            language_boost=values["language_boost"] or None,
            noise_reduction=values["noise_reduction"],
            volume_normalization=values["volume_normalization"],
        )
        asked = {name: values[name] for name in _ASKED}
        return {**asked, "options": options}
