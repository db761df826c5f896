"""The forms of provider accounts: what can be chosen, and what each provider takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking_forms import DressedForm, TeamForm
from accounts.models import Price, ProviderAccount
from accounts.provider_regions import region_at, regions_of
from accounts.provider_settings import RETENTION_KINDS
from providers.regions import Region
from providers.registry import ADAPTERS, adapter_for


class CheckForm(DressedForm):
    other_regions = forms.BooleanField(
        label=_("If the key is refused, ask the other regions"),
        required=False,
        help_text=_(
            "The key is then shown to the provider's other official hosts: it tells a wrong region from a bad key."
        ),
    )


class AccountFields(forms.Form):
    """What an account is made of, beside team, slug and provider."""

    name = forms.CharField(label=_("Name"), max_length=200)
    region = forms.ChoiceField(label=_("Region"), required=False)
    base_url = forms.CharField(
        label=_("Base URL"), max_length=500, required=False, help_text=_("For an address of your own: before /v1.")
    )
    key = forms.CharField(
        label=_("Key"), max_length=4000, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    price_list = forms.ChoiceField(label=_("Price list"), required=False, choices=lambda: _price_list_choices())
    is_default = forms.BooleanField(label=_("Default of the team"), required=False)
    retention_kind = forms.ChoiceField(
        label=_("Retention rule"),
        required=False,
        choices=[("", _("as the provider documents")), *((kind, kind) for kind in RETENTION_KINDS)],
        help_text=_("When voices die here: activation (one real use keeps them), rolling (when idle), fixed, none."),
    )
    retention_hours = forms.IntegerField(label=_("Hours"), required=False, min_value=1)
    limits = forms.JSONField(
        label=_("Limits"),
        initial=dict,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_('Where it differs from the documentation, e.g. {"speech": {"rpm": 20, "concurrency": 3}}.'),
    )
    options = forms.JSONField(
        label=_("Options"),
        initial=dict,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_options(self) -> dict[str, Any]:
        return _object(self.cleaned_data["options"])

    def clean_limits(self) -> dict[str, Any]:
        return _object(self.cleaned_data["limits"])

    def retention(self) -> dict[str, Any]:
        """The rule as the flow takes it; empty for the provider's own."""
        kind = self.cleaned_data["retention_kind"]
        if not kind:
            return {}
        return {"kind": kind, "hours": None if kind == "none" else self.cleaned_data["retention_hours"]}


class NewAccountForm(AccountFields, TeamForm):
    slug = forms.CharField(label=_("Slug"), max_length=64, help_text=_("It never changes."))
    provider = forms.ChoiceField(label=_("Provider"), choices=lambda: _provider_choices())
    field_order = ["team", "name", "slug", "provider", "region", "base_url", "key", "price_list", "is_default"]

    def __init__(self, data: Any, files: Any, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.fields["region"].choices = _all_regions()  # type: ignore[attr-defined]
        self.fields["base_url"].help_text = _addresses_text()
        self.fields["key"].help_text = _("A server that asks for none takes any word.")
        self.fields["options"].help_text = _options_text(*ADAPTERS)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        provider, _slash, region = values.get("region", "").rpartition("/")
        if region and provider != values.get("provider"):
            self.add_error("region", _("This region is of %(provider)s.") % {"provider": provider})
        return {**values, "region": region}


class ChangeAccountForm(AccountFields, DressedForm):
    def __init__(self, data: Any, *, account: ProviderAccount) -> None:
        initial = {name: getattr(account, name) for name in ("name", "price_list", "is_default", "options", "limits")}
        region = region_at(account.provider, account.base_url)
        initial["region"] = "" if region is None else region.name
        initial["base_url"] = account.base_url if region is None else ""
        initial["retention_kind"] = account.retention.get("kind", "")
        initial["retention_hours"] = account.retention.get("hours")
        super().__init__(data, initial=initial)
        regions = [(row.name, _region_label(row)) for row in regions_of(account.provider)]
        self.fields["region"].choices = [_OWN_ADDRESS, *regions]  # type: ignore[attr-defined]
        self.fields["options"].help_text = _options_text(account.provider)
        self.fields["key"].required = False
        self.fields["key"].help_text = _("It is %(hint)s. Empty: it stays.") % {"hint": account.key_hint}
        price_list = self.fields["price_list"]
        named = {name: label for name, label in _price_list_choices() if name}
        # A list of which no price is entered yet stays what it is.
        price_list.choices = list(({account.price_list: account.price_list} | named).items())  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """What was changed, as the flow takes it."""
        changes = {name: self.cleaned_data[name] for name in self.changed_data if name in _PLAIN}
        if self.cleaned_data["key"]:
            changes["key"] = self.cleaned_data["key"]
        if {"retention_kind", "retention_hours"} & set(self.changed_data):
            changes["retention"] = self.retention()
        return changes


_PLAIN = {"name", "region", "base_url", "price_list", "is_default", "options", "limits"}


def _object(value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise forms.ValidationError(_("Write an object, e.g. {}."))
    return value or {}


def _price_list_choices() -> list[tuple[str, Any]]:
    """The lists that have a price."""
    known = Price.objects.filter(provider_account__isnull=True).order_by("price_list", "currency")
    named: dict[str, list[str]] = {}
    for price_list, currency in known.values_list("price_list", "currency").distinct():
        named.setdefault(price_list, []).append(currency)
    return [("", _("as the address says"))] + [(name, f"{name} ({', '.join(of)})") for name, of in named.items()]


_OWN_ADDRESS: tuple[str, Any] = ("", _("address of its own"))


def _provider_choices() -> list[tuple[str, str]]:
    return [(name, f"{adapter.about.title} ({name})") for name, adapter in ADAPTERS.items()]


def _all_regions() -> list[tuple[str, Any]]:
    """The regions of all providers below their names; two providers may have a region of one name."""
    groups = [
        (adapter.about.title, [(f"{name}/{row.name}", _region_label(row)) for row in regions_of(name)])
        for name, adapter in ADAPTERS.items()
        if regions_of(name)
    ]
    return [_OWN_ADDRESS, *groups]


def _region_label(region: Region) -> str:
    return f"{_(region.label)} · {region.base_url} · {region.currency}"


def _addresses_text() -> Any:
    examples = ", ".join(f"{row.about.address} ({name})" for name, row in ADAPTERS.items() if row.about.address)
    return _("For an address of your own: before /v1, e.g. %(examples)s.") % {"examples": examples}


def _options_text(*providers: str) -> SafeString:
    """What the providers take, option by option; whose it is, where there are several."""
    takers: dict[tuple[str, str, str], list[str]] = {}
    for name in providers:
        for option in adapter_for(name).options:
            takers.setdefault((option.name, option.expected, option.meaning), []).append(name)
    rows = [(*told, f" [{', '.join(of)}]" if len(providers) > 1 else "") for told, of in takers.items()]
    return format_html_join(mark_safe("<br>"), "<code>{}</code> ({}): {}{}", rows)
