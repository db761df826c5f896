"""Forms about consents: given, renewed, and a sample made of what was spoken."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking_forms import DressedForm, TeamForm, moment_field
from accounts.admin.rights import rights_of
from voicelib.models import Consent, ConsentFile, StatementText

_NARROWINGS = ("projects", "languages", "purposes")
_TEXT_HELP = _("Its words are copied, with the names filled in. Or write the statement below.")


class _WordsForm(forms.Form):
    """What was said, and for what: in a published text or in words of its own."""

    text = forms.ModelChoiceField(
        label=_("Statement text"), queryset=StatementText.objects.none(), required=False, help_text=_TEXT_HELP
    )
    statement = forms.CharField(
        label=_("Statement"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What the speaker agreed to, in the words used."),
    )
    locale = forms.CharField(
        label=_("Locale"),
        max_length=35,
        initial="en",
        help_text=_("e.g. en, en-GB, zh-Hans-CN; a statement text has its own"),
    )
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    valid_until = moment_field(label=_("Valid until (UTC)"), required=False, help_text=_("Empty: until revoked."))
    projects = forms.CharField(label=_("Only for projects"), required=False, help_text=_("Names, separated by commas."))
    languages = forms.CharField(label=_("Only in languages"), required=False)
    purposes = forms.CharField(label=_("Only for purposes"), required=False)

    def offer_texts(self, team_ids: list[str]) -> None:
        """Let the newest texts of these teams be chosen."""
        field = cast("forms.ModelChoiceField[StatementText]", self.fields["text"])
        texts = StatementText.objects.filter(team_id__in=team_ids).newest()
        field.queryset = texts.order_by("name", "locale")

    def plain(self) -> dict[str, Any]:
        """What the form says, as the flows take it."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in (*_NARROWINGS, "text")}
        text = self.cleaned_data["text"]
        if text is not None:
            values |= {"statement_text": text.name, "statement_version": text.version, "locale": text.locale}
        typed = {name: self.cleaned_data[name].split(",") for name in _NARROWINGS if self.cleaned_data[name]}
        scope = {name: [item.strip() for item in items if item.strip()] for name, items in typed.items()}
        return {**values, "scope": scope}


class NewConsentForm(_WordsForm, TeamForm):
    speaker = forms.CharField(label=_("Speaker"), max_length=200)
    field_order = ["team", "speaker", "company", "text", "statement", "locale", "valid_until"]

    def __init__(self, *args: Any, request: HttpRequest, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, request=request, scope=scope, **kwargs)
        self.offer_texts(list(rights_of(request).teams(scope)))


class RenewalForm(_WordsForm, DressedForm):
    """Filled with what the old consent says, but for its words."""

    field_order = ["company", "text", "statement", "locale", "valid_until"]

    def __init__(self, data: Any, *, consent: Consent) -> None:
        narrowed = {name: ", ".join(consent.scope.get(name) or ()) for name in _NARROWINGS}
        super().__init__(data, initial={"company": consent.company, "locale": consent.locale, **narrowed})
        self.offer_texts([consent.team_id])


class StatementSampleForm(DressedForm):
    file = forms.ModelChoiceField(label=_("Spoken statement"), queryset=ConsentFile.objects.none())

    def __init__(self, data: Any, *, consent: Consent) -> None:
        super().__init__(data)
        field = cast("forms.ModelChoiceField[ConsentFile]", self.fields["file"])
        field.queryset = ConsentFile.objects.filter(consent=consent, kind=ConsentFile.Kind.SPOKEN).order_by("id")
        field.initial = field.queryset.last()
