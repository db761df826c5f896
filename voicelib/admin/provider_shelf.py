"""What a provider account really has of our voices, on the account's pages: compared, adopted, and unfrozen.

The admin of accounts knows nothing of voices; here it is registered again with what voices add to it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import clock
from accounts.admin.asking import Question, ask, button, link_to, page, page_of, to_page
from accounts.admin.provider_accounts import ProviderAccountsAdmin
from accounts.admin.rights import actor_of, payer_of
from accounts.admin.scoping import with_query
from accounts.admin.shown import NOTHING, Pill, error_html, moment_html
from accounts.models import ProviderAccount
from voicelib.admin.homes import missing_html
from voicelib.admin.provider_shelf_forms import AdoptForm, UnfreezeForm
from voicelib.admin.standing import PILLS
from voicelib.drift import Sighting
from voicelib.flows.adoption import adopt_voice
from voicelib.flows.drift import sync_account
from voicelib.flows.freezes import unfreeze
from voicelib.models import AccountScan, ProviderVoice, Voice

_READ, _WRITE = "voices:read", "voices:write"
_SEEN = {
    Sighting.SEEN: Pill("good", "visibility", _("Seen")),
    Sighting.NOT_SEEN: Pill("bad", "visibility_off", _("Not seen")),
    Sighting.CANNOT_TELL: Pill("quiet", "help", _("Cannot tell")),
}
_EMPTY: dict[str, Any] = {"homes": [], "used_outside": [], "doubted": [], "unknown": [], "can_list": True}

admin.site.unregister(ProviderAccount)


@admin.register(ProviderAccount)
class AccountsWithShelves(ProviderAccountsAdmin):
    fieldsets = [
        *ProviderAccountsAdmin.fieldsets[:1],
        (_("Voices there"), {"fields": ["compared", "found_there", "missing_there"]}),
        *ProviderAccountsAdmin.fieldsets[1:],
    ]
    readonly_fields = [*ProviderAccountsAdmin.readonly_fields, "compared", "found_there", "missing_there"]
    actions_detail = ["check_key", "shelf", "compare", "adopt", "unfreeze", "edit", "events"]

    @display(description=_("Compared"))
    def compared(self, account: ProviderAccount) -> Any:
        scan = _scan_of(account)
        if scan is None or scan.scanned_at is None:
            return _("never yet")
        return moment_html(scan.scanned_at, clock.now(), account.team.time_zone)

    @display(description=_("Found there"))
    def found_there(self, account: ProviderAccount) -> str:
        report = _report_of(account)
        where = reverse("admin:accounts_provideraccount_shelf", args=[account.pk])
        if report.get("error"):
            return error_html(report["error"])
        if not report.get("at"):
            return NOTHING
        return format_html('<a class="vl-link" href="{}">{}</a>', where, _counted(report))

    @display(description=_("Missing voices"))
    def missing_there(self, account: ProviderAccount) -> str:
        return missing_voices(account)

    @button(_("Shelf"), icon="shelves", scope=_READ)
    def shelf(self, request: HttpRequest, account: Any) -> HttpResponse:
        """The latest comparison with the provider's list."""
        scan, report = _scan_of(account), _report_of(account)
        zone, at = account.team.time_zone, clock.now()
        may_adopt = self.may(request, _WRITE, account)
        voices = Voice.objects.filter(team_id=account.team_id, slug__in=_named(report)).in_bulk(field_name="id")
        by_slug = {voice.slug: voice for voice in voices.values()}
        told_at = datetime.fromisoformat(report["at"]) if report.get("at") else None
        return page(
            self,
            request,
            "voicelib/shelf.html",
            title=_("What %(account)s has") % {"account": account},
            account=account,
            back=page_of(account),
            is_told=told_at is not None,
            at=moment_html(told_at, at, zone),
            next_at=moment_html(scan.due_at, at, zone) if scan is not None else _("soon"),
            can_list=report["can_list"],
            error=error_html(report["error"]) if report.get("error") else "",
            frozen=moment_html(account.frozen_at, at, zone) if account.frozen_at is not None else "",
            missing=missing_voices(account),
            homes=[_home(row, by_slug) for row in report["homes"]],
            used_outside=[_voice(slug, by_slug) for slug in report["used_outside"]],
            doubted=[_voice(slug, by_slug) for slug in report["doubted"]],
            unknown=[_unknown(row, account, may_adopt=may_adopt) for row in report["unknown"]],
            offers={
                name: _address(name, account)
                for name in ("compare", "unfreeze")
                if self._offers(request, name, account)
            },
        )

    @button(_("Compare now"), icon="compare_arrows", scope=_WRITE)
    def compare(self, request: HttpRequest, account: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            report = sync_account(account=account)
            tell = messages.warning if report.doubted or report.frozen else messages.success
            tell(request, _counted(asdict(report)))
            return HttpResponseRedirect(_address("shelf", account))

        return ask(
            self,
            request,
            Question(
                title=_("Compare %(name)s with our voices") % {"name": account},
                submit=_("Compare now"),
                icon="compare_arrows",
                explanation=[
                    _("The account is asked for its list, by a call that costs nothing."),
                    _("What is missing there is checked, never called lost at once."),
                ],
                back=page_of(account),
                act=act,
            ),
        )

    @button(_("Adopt"), icon="playlist_add", scope=_WRITE, when=lambda account: bool(_report_of(account)["unknown"]))
    def adopt(self, request: HttpRequest, account: Any) -> HttpResponse:
        unknown = _report_of(account)["unknown"]

        def act(form: Any) -> HttpResponse:
            voice = adopt_voice(
                team=account.team,
                account=account,
                actor=actor_of(request),
                payer=payer_of(request, account.team_id),
                **form.wish(),
            )
            messages.success(request, _("%(name)s is a voice of the library.") % {"name": voice})
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Adopt a voice of %(name)s") % {"name": account},
                submit=_("Adopt"),
                icon="playlist_add",
                explanation=[
                    _(
                        "A voice that was made at the provider without us becomes a voice of the library: it speaks at "
                        "once, no fee is booked. The speaker's consent is needed as for cloning."
                    )
                ],
                make_form=lambda data, files: AdoptForm(
                    data, account=account, unknown=unknown, chosen=request.GET.get("voice_id")
                ),
                back=_address("shelf", account),
                act=act,
            ),
        )

    @button(
        _("Unfreeze"),
        icon="mode_heat",
        scope="provider-accounts:write",
        when=lambda account: account.frozen_at is not None,
    )
    def unfreeze(self, request: HttpRequest, account: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            lost = unfreeze(
                account=account, actor=actor_of(request), accept_losses=form.accepts_losses(), at=clock.now()
            )
            text = ngettext("It goes on; %(count)d voice is lost.", "It goes on; %(count)d voices are lost.", len(lost))
            messages.success(request, text % {"count": len(lost)} if lost else _("It goes on; no voice is lost."))
            return to_page(account)

        return ask(
            self,
            request,
            Question(
                title=_("Let %(name)s go on") % {"name": account},
                submit=_("Unfreeze"),
                icon="mode_heat",
                explanation=[
                    _("Look first whether the key still belongs to the same account at the provider."),
                    _(
                        "Losses that are accepted are final: these voices fall silent and are cloned again, at their "
                        "price, where that is their policy."
                    ),
                ],
                facts=[
                    (_("Frozen since"), moment_html(account.frozen_at, clock.now(), account.team.time_zone)),
                    (_("Why"), account.frozen_reason),
                    (_("Missing voices"), missing_voices(account)),
                ],
                is_dangerous=True,
                make_form=lambda data, files: UnfreezeForm(data),
                back=page_of(account),
                act=act,
            ),
        )

    def _offers(self, request: HttpRequest, name: str, account: ProviderAccount) -> bool:
        return self._is_offered(request, getattr(self, name), account)


def missing_voices(account: ProviderAccount) -> str:
    """The speaking voices of an account that are proven, or believed, to be missing there."""
    missing = ProviderVoice.objects.filter(
        provider_account=account, missing_since__isnull=False, state__in=ProviderVoice.SPEAKING
    )
    rows = ((link_to(home.voice), missing_html(home)) for home in missing.select_related("voice").order_by("id"))
    return format_html_join("", "<div>{} {}</div>", rows) or NOTHING


def _scan_of(account: ProviderAccount) -> AccountScan | None:
    return AccountScan.objects.filter(provider_account=account).first()


def _report_of(account: ProviderAccount) -> dict[str, Any]:
    """The latest report, with every list even where there is none."""
    scan = _scan_of(account)
    return _EMPTY | (scan.report if scan is not None else {})


def _counted(report: dict[str, Any]) -> str:
    ours, foreign = len(report["homes"]), len(report["unknown"])
    unseen = sum(row["sighting"] == Sighting.NOT_SEEN for row in report["homes"])
    return _("%(ours)d of ours compared, %(unseen)d not seen, %(foreign)d unknown to us") % {
        "ours": ours,
        "unseen": unseen,
        "foreign": foreign,
    }


def _named(report: dict[str, Any]) -> set[str]:
    return {row["voice"] for row in report["homes"]} | set(report["used_outside"]) | set(report["doubted"])


def _voice(slug: str, voices: dict[str, Voice]) -> str:
    return link_to(voices.get(slug)) or slug


def _home(row: dict[str, Any], voices: dict[str, Voice]) -> dict[str, Any]:
    return {
        "voice": _voice(row["voice"], voices),
        "voice_id": row["provider_voice_id"] or NOTHING,
        "state": PILLS[row["state"]].html(),
        "sighting": _SEEN[Sighting(row["sighting"])].html(),
    }


def _unknown(row: dict[str, Any], account: ProviderAccount, *, may_adopt: bool) -> dict[str, Any]:
    adopt = with_query(_address("adopt", account), voice_id=row["voice_id"])
    return {**row, "adopt": adopt if may_adopt else ""}


def _address(name: str, account: ProviderAccount) -> str:
    return reverse(f"admin:accounts_provideraccount_{name}", args=[account.pk])
