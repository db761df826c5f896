"""Forms about what a provider account has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking_forms import DressedForm
from accounts.models import ProviderAccount
from voicelib.models import Consent, Sample

_LOST, _CHECK = "lost", "check"


class AdoptForm(DressedForm):
    """`unknown` is that of the latest comparison: only what the provider lists can be adopted."""

    voice_id = forms.ChoiceField(label=_("Provider voice id"))
    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Slug"), max_length=64, help_text=_("How services name it. Lower case, digits, hyphens; never changes.")
    )
    language = forms.CharField(label=_("Language"), max_length=35, initial="en", help_text=_("e.g. en, zh, ja"))
    consent = forms.ModelChoiceField(
        label=_("Consent"), queryset=Consent.objects.none(), help_text=_("Who allows it. Only valid ones are listed.")
    )
    sample = forms.ModelChoiceField(
        label=_("Sample"),
        queryset=Sample.objects.none(),
        required=False,
        help_text=_("With it, the voice can be cloned again should it be lost."),
    )

    def __init__(
        self, data: Any, *, account: ProviderAccount, unknown: Sequence[dict[str, Any]], chosen: str | None
    ) -> None:
        named = next((row["name"] for row in unknown if row["voice_id"] == chosen), "")
        super().__init__(data, initial={"voice_id": chosen, "name": named})
        at = clock.now()
        valid = Consent.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), revoked_at__isnull=True)
        choices: dict[str, Any] = {
            "consent": valid.filter(team_id=account.team_id).order_by("-id"),
            "sample": Sample.objects.filter(team_id=account.team_id, purpose=Sample.Purpose.VOICE).order_by("-id"),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields["voice_id"].choices = [(row["voice_id"], _label(row)) for row in unknown]  # type: ignore[attr-defined]

    def wish(self) -> dict[str, Any]:
        """As the flow takes it: ids for consent and sample."""
        values = dict(self.cleaned_data)
        sample = values.pop("sample")
        return {**values, "consent": values["consent"].id, "sample": None if sample is None else sample.id}


class UnfreezeForm(DressedForm):
    missing = forms.ChoiceField(
        label=_("The missing voices"),
        choices=[
            (_CHECK, _("may be there after all: drop every doubt, and check anew what is still missing")),
            (_LOST, _("are really gone: accept their loss")),
        ],
        widget=forms.RadioSelect,
    )

    def accepts_losses(self) -> bool:
        """Whether a person says that they are gone."""
        return bool(self.cleaned_data["missing"] == _LOST)


def _label(row: dict[str, Any]) -> str:
    return f"{row['voice_id']} · {row['name']}" if row["name"] else str(row["voice_id"])
