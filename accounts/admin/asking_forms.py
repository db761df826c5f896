"""Forms of the admin's own pages: dressed like the rest, and aware of whose team they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from accounts.admin.rights import rights_of
from accounts.models import Team

_DRESS: tuple[tuple[type[forms.Widget], type[forms.Widget]], ...] = (
    (forms.CheckboxSelectMultiple, widgets.UnfoldAdminCheckboxSelectMultipleWidget),
    (forms.RadioSelect, widgets.UnfoldAdminRadioSelectWidget),
    (forms.SelectMultiple, widgets.UnfoldAdminSelectMultipleWidget),
    (forms.Select, widgets.UnfoldAdminSelectWidget),
    (forms.Textarea, widgets.UnfoldAdminTextareaWidget),
    (forms.CheckboxInput, widgets.UnfoldBooleanSwitchWidget),
    (forms.EmailInput, widgets.UnfoldAdminEmailInputWidget),
    (forms.NumberInput, widgets.UnfoldAdminIntegerFieldWidget),
    (forms.TextInput, widgets.UnfoldAdminTextInputWidget),
)
_UNTOUCHED = (forms.HiddenInput, forms.DateTimeInput, forms.ClearableFileInput, forms.PasswordInput)


class DressedForm(forms.Form):
    """A form whose widgets look like the rest of the admin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)


class TeamForm(DressedForm):
    """A form about something in a team. Who may do it in one team only is not asked which; what is chosen for the
    other fields must be of that team."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none())

    def __init__(self, *args: Any, request: HttpRequest, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = rights_of(request)
        teams = Team.objects.filter(id__in=rights.teams(scope)).order_by("name")
        field = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        field.queryset = teams
        if len(teams) == 1:
            field.widget = forms.HiddenInput()
            self.initial["team"] = teams[0].id

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        team = values.get("team")
        for name, value in values.items():
            team_id = getattr(value, "team_id", None) if isinstance(value, Model) else None
            if team is not None and team_id is not None and team_id != team.id:
                self.add_error(name, _("This belongs to another team."))
        return values


class NameForm(DressedForm):
    """For what cannot be undone: the name is typed, with the reason."""

    name = forms.CharField(label=_("Type the name to confirm"), max_length=200)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        self.fields["name"].help_text = name

    def clean_name(self) -> str:
        if self.cleaned_data["name"].strip() != self._name:
            raise forms.ValidationError(_("This is not the name."))
        return self._name


def moment_field(**options: Any) -> forms.DateTimeField:
    """A moment in UTC, picked by the browser's own control."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(widget=widget, **options)


def dress(field: forms.Field) -> None:
    """Give a field the widget of the admin's look that does the same."""
    plain = field.widget
    if isinstance(plain, _UNTOUCHED):
        _classes(plain)
        return
    for kind, dressed in _DRESS:
        if isinstance(plain, kind):
            options: dict[str, Any] = {"attrs": dict(plain.attrs)}
            if isinstance(plain, (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple)):
                options["choices"] = plain.choices
            widget = dressed(**options)
            widget.is_required = plain.is_required
            widget.is_localized = plain.is_localized
            field.widget = widget
            return


def _classes(widget: forms.Widget) -> None:
    if not isinstance(widget, forms.HiddenInput):
        widget.attrs = {**_without_class(widget.attrs), "class": " ".join(widgets.INPUT_CLASSES)}


def _without_class(attrs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attrs.items() if name != "class"}
