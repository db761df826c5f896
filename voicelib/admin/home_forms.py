"""Forms about one home of a voice: which one is asked only where several can be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking_forms import DressedForm
from accounts.models import Project, ProviderAccount
from voicelib.admin.standing import PILLS
from voicelib.admin.voice_forms import PolicyForm, project_field
from voicelib.flows.retirement import MOST_UNDO_HOURS
from voicelib.models import ProviderVoice, Voice


class HomeForm(DressedForm):
    """`homes` are those that can be meant, at least one."""

    home = forms.ChoiceField(label=_("Home"))

    def __init__(
        self, data: Any, *, homes: Sequence[ProviderVoice], chosen: str | None = None, initial: Any = None
    ) -> None:
        super().__init__(data, initial={**(initial or {}), "home": chosen})
        self._homes = {home.id: home for home in homes}
        if len(homes) == 1:
            del self.fields["home"]
        else:
            self.fields["home"].choices = [(home.id, home_name(home)) for home in homes]  # type: ignore[attr-defined]

    def chosen(self) -> ProviderVoice:
        """The home that is meant."""
        only = next(iter(self._homes.values()))
        return self._homes[self.cleaned_data["home"]] if "home" in self.fields else only


class ActivateForm(HomeForm):
    project = project_field()

    def __init__(self, data: Any, *, voice: Voice, homes: Sequence[ProviderVoice], chosen: str | None) -> None:
        super().__init__(data, homes=homes, chosen=chosen)
        projects = Project.objects.filter(team_id=voice.team_id).order_by("name")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]


class DecideForm(HomeForm, PolicyForm):
    field_order = ["home", "policy", "on_silence", "revival"]

    def __init__(self, data: Any, *, homes: Sequence[ProviderVoice], chosen: str | None) -> None:
        standing = next((home for home in homes if home.id == chosen), homes[0])
        initial = {name: getattr(standing, name) for name in ("policy", "on_silence", "revival")}
        super().__init__(data, homes=homes, chosen=standing.id, initial=initial)

    def decision(self) -> dict[str, str | None]:
        """As the flow takes it: nothing said about a loss leaves that as it is."""
        values = self.cleaned_data
        return {
            "policy": values["policy"],
            "on_silence": values["on_silence"],
            "revival": values["revival"] or None,
        }


class DeleteHomeForm(HomeForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    undo_hours = forms.FloatField(
        label=_("Hours in which it can be undone"),
        initial=24,
        min_value=0,
        max_value=MOST_UNDO_HOURS,
        help_text=_("It speaks no more at once; the provider is asked when they are over. 0: now."),
    )


class PreferForm(DressedForm):
    account = forms.ModelChoiceField(
        label=_("Preferred account"),
        queryset=ProviderAccount.objects.none(),
        required=False,
        empty_label=_("none: the best home speaks"),
    )

    def __init__(self, data: Any, *, voice: Voice) -> None:
        super().__init__(data, initial={"account": voice.primary_account_id})
        at_home = ProviderAccount.objects.filter(provider_voices__voice=voice).distinct().order_by("name")
        self.fields["account"].queryset = at_home  # type: ignore[attr-defined]


class AddHomeForm(DressedForm):
    account = forms.ModelChoiceField(label=_("Provider account"), queryset=ProviderAccount.objects.none())
    voice_id = forms.CharField(
        label=_("Provider voice id"),
        max_length=256,
        # Spaces at its end are part of it.
        strip=False,
        help_text=_("As the list of system voices shows it, spaces included."),
    )

    def __init__(self, data: Any, *, accounts: Any, voice_id: str) -> None:
        super().__init__(data, initial={"voice_id": voice_id})
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]


def home_name(home: ProviderVoice) -> str:
    """A home as people name it among others of its voice."""
    generation = _("generation %(number)d") % {"number": home.generation}
    return f"{home.provider_account} · {generation} · {PILLS[home.state].word}"
