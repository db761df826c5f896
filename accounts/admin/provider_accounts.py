"""Provider accounts. A key goes in and never comes out: only its last characters are shown."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.filters import by_row
from accounts.admin.provider_account_forms import ChangeAccountForm, CheckForm, NewAccountForm
from accounts.admin.rights import actor_of
from accounts.admin.shown import NOTHING, Pill, moment_html
from accounts.flows.account_checks import check_provider_account
from accounts.flows.provider_accounts import change_provider_account, create_provider_account
from accounts.models import ProviderAccount
from accounts.provider_regions import region_at

_WRITE = "provider-accounts:write"
_WORKS = Pill("good", "check_circle", _("Works"))
_FAILS = Pill("bad", "error", _("Refused"))
_IN_USE = Pill("good", "check_circle", _("In use"))
_LEFT_ALONE = Pill("bad", "pause_circle", _("Left alone"))
FROZEN = Pill("bad", "ac_unit", _("Frozen"))
_DEFAULT = Pill("good", "star", _("Default"))
_UNCHECKED = Pill("quiet", "help", _("Not checked"))


@admin.register(ProviderAccount)
class ProviderAccountsAdmin(ButtonsAdmin):
    read_scope = "provider-accounts:read"
    write_scope = _WRITE
    can_add = True
    list_display = [
        "name",
        "provider",
        "base_url",
        "key",
        "price_list",
        "default",
        "check_state",
        "circuit_state",
        "team",
    ]
    list_select_related = ["team"]
    list_filter = [by_row("team", _("team"))]
    search_fields = ["name", "slug", "base_url"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "team", "provider", "region", "base_url", "key", "default"]}),
        (_("Frozen"), {"fields": ["frozen_since", "frozen_reason"], "classes": ["vl-frozen"]}),
        (_("Last check"), {"fields": ["check_state", "finding", "checked"]}),
        (_("Circuit breaker"), {"fields": ["circuit_state", "circuit_reason", "circuit_opened", "circuit_probe"]}),
        (_("Rules"), {"fields": ["price_list", "retention_shown", "limits_shown", "options_shown"]}),
    ]
    readonly_fields = [
        "default",
        "region",
        "key",
        "check_state",
        "checked",
        "circuit_state",
        "circuit_reason",
        "circuit_opened",
        "circuit_probe",
        "frozen_since",
        "frozen_reason",
        "retention_shown",
        "limits_shown",
        "options_shown",
    ]
    actions_detail = ["check_key", "edit", "events"]
    ordering = ["team__name", "name"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and obj.frozen_at is not None:
            return fieldsets
        return [fieldset for fieldset in fieldsets if "vl-frozen" not in fieldset[1].get("classes", ())]

    @display(description=_("Key"))
    def key(self, account: ProviderAccount) -> str:
        return account.key_hint or NOTHING

    @display(description=_("Default"))
    def default(self, account: ProviderAccount) -> str:
        return _DEFAULT.html() if account.is_default else NOTHING

    @display(description=_("Region"))
    def region(self, account: ProviderAccount) -> Any:
        region = region_at(account.provider, account.base_url)
        return _("address of its own") if region is None else _(region.label)

    @display(description=_("Last check"))
    def check_state(self, account: ProviderAccount) -> str:
        if account.checked_at is None:
            return _UNCHECKED.html()
        return (_FAILS if account.finding else _WORKS).html()

    @display(description=_("Checked"))
    def checked(self, account: ProviderAccount) -> str:
        return moment_html(account.checked_at, clock.real_now(), account.team.time_zone)

    @display(description=_("In use"))
    def circuit_state(self, account: ProviderAccount) -> str:
        if account.frozen_at is not None:
            return FROZEN.html()
        return (_IN_USE if account.circuit == ProviderAccount.Circuit.CLOSED else _LEFT_ALONE).html()

    @display(description=_("Frozen since"))
    def frozen_since(self, account: ProviderAccount) -> str:
        return moment_html(account.frozen_at, clock.now(), account.team.time_zone)

    @display(description=_("Left alone since"))
    def circuit_opened(self, account: ProviderAccount) -> str:
        return moment_html(account.circuit_opened_at, clock.real_now(), account.team.time_zone)

    @display(description=_("Tried again at"))
    def circuit_probe(self, account: ProviderAccount) -> str:
        return moment_html(account.circuit_probe_at, clock.real_now(), account.team.time_zone)

    @display(description=_("Limits"))
    def limits_shown(self, account: ProviderAccount) -> Any:
        return json.dumps(account.limits) if account.limits else _("as the provider documents")

    @display(description=_("Retention rule"))
    def retention_shown(self, account: ProviderAccount) -> Any:
        if not account.retention:
            return _("as the provider documents")
        return "{kind} · {hours} h".format(**account.retention) if account.retention.get("hours") else _("none")

    @display(description=_("Options"))
    def options_shown(self, account: ProviderAccount) -> str:
        return json.dumps(account.options, ensure_ascii=False) if account.options else NOTHING

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            values = {**form.cleaned_data, "retention": form.retention()}
            values.pop("retention_kind"), values.pop("retention_hours")
            account = create_provider_account(actor=actor_of(request), **values)
            messages.success(request, _("%(name)s is there. Check its key next.") % {"name": account})
            return to_page(account)

        return ask(
            self,
            request,
            Question(
                title=_("Add provider account"),
                submit=_("Add provider account"),
                icon="dns",
                explanation=[_("The key is encrypted, goes to this address only, and is never shown again.")],
                make_form=lambda data, files: NewAccountForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Check"), icon="network_check", scope=_WRITE)
    def check_key(self, request: HttpRequest, account: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            asked = form.cleaned_data["other_regions"]
            found = check_provider_account(account=account, actor=actor_of(request), ask_other_regions=asked)
            text = _("Key and address work (%(ms)d ms). %(finding)s") if found.ok else _("%(finding)s (%(ms)d ms)")
            show = messages.success if found.ok else messages.error
            show(request, text % {"ms": found.latency_ms, "finding": found.finding})
            return to_page(account)

        return ask(
            self,
            request,
            Question(
                title=_("Check %(name)s") % {"name": account},
                submit=_("Check now"),
                icon="network_check",
                explanation=[_("Key and region are tried with a call that costs nothing.")],
                facts=[(_("Address"), account.base_url), (_("Key"), self.key(account))],
                make_form=lambda data, files: CheckForm(data),
                back=page_of(account),
                act=act,
            ),
        )

    @button(_("Change"), icon="edit", scope=_WRITE)
    def edit(self, request: HttpRequest, account: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            changed = change_provider_account(
                team=account.team, account=account, changes=form.changes(), actor=actor_of(request)
            )
            messages.success(request, _("%(name)s was changed.") % {"name": changed})
            return to_page(changed)

        return ask(
            self,
            request,
            Question(
                title=_("Change %(name)s") % {"name": account},
                submit=_("Save"),
                icon="edit",
                explanation=[_("Another address needs the key anew: the stored one goes nowhere else.")],
                make_form=lambda data, files: ChangeAccountForm(data, account=account),
                back=page_of(account),
                act=act,
            ),
        )
