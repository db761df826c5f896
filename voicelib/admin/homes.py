"""Homes of a voice, on its page: read only, because every change is a decision with a price."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import link_to
from accounts.admin.provider_accounts import FROZEN
from accounts.admin.scoping import TeamInline
from accounts.admin.shown import NOTHING, Pill, error_html, moment, moment_html, player, relative
from voicelib.admin.deletions import deletion_html, with_deletions
from voicelib.admin.standing import home_pill
from voicelib.flows.voices import refusal_of
from voicelib.models import ProviderVoice, Voice, VoiceDefaults

_SHOWN: list[Any] = ["account", "state_pill", "policy_shown", "deadline", "due", "active", "error", "preview"]
_PREFERRED = Pill("good", "star", _("Preferred"))
_MISSING = Pill("bad", "search_off", _("Missing"))


class HomesInline(TeamInline):
    model = ProviderVoice
    team_path = "voice__team_id"
    read_scope = "voices:read"
    verbose_name_plural = _("Homes at provider accounts")
    fields = _SHOWN
    readonly_fields = _SHOWN
    ordering = ["-id"]
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> Any:
        homes = super().get_queryset(request)
        whole = homes.select_related("provider_account", "voice__team", "voice__consent", "handed_over")
        return whole.prefetch_related(with_deletions())

    @display(description=_("Provider account"))
    def account(self, home: ProviderVoice) -> str:
        is_preferred = home.voice.primary_account_id == home.provider_account_id
        return format_html(
            '<span class="vl-two"><span>{} · {} {}</span><small class="vl-code">{}</small>{}{}{}</span>',
            link_to(home.provider_account),
            _("generation"),
            home.generation,
            home.vendor_voice_id,
            _PREFERRED.html() if is_preferred else "",
            FROZEN.html() if home.provider_account.frozen_at is not None else "",
            _handed_over(home),
        )

    @display(description=_("State"))
    def state_pill(self, home: ProviderVoice) -> str:
        deadline = home.expires_at if home.state in ProviderVoice.SPEAKING else None
        pill = home_pill(home.state, deadline, clock.now())
        told = (_ended(home), missing_html(home), deletion_html(home))
        return format_html('<span class="vl-stack">{}{}{}{}</span>', pill, *told)

    @display(description=_("Policy"))
    def policy_shown(self, home: ProviderVoice) -> str:
        if home.voice.kind == Voice.Kind.SYSTEM:
            return NOTHING
        return format_html(
            '<span class="vl-two"><span>{}</span>{}<small>{}: {}</small></span>',
            home.get_policy_display(),
            _on_silence(home),
            _("if lost"),
            revival_text(home),
        )

    @display(description=_("Dies"))
    def deadline(self, home: ProviderVoice) -> str:
        return _coming(home, home.expires_at)

    @display(description=_("Looked at"))
    def due(self, home: ProviderVoice) -> str:
        return _coming(home, home.keepalive_due_at)

    @display(description=_("Active since"))
    def active(self, home: ProviderVoice) -> str:
        return _moment(home, home.activated_at)

    @display(description=_("Last error"))
    def error(self, home: ProviderVoice) -> str:
        return error_html(home.last_error)

    @display(description=_("Preview"))
    def preview(self, home: ProviderVoice) -> str:
        if not home.preview_key or refusal_of(home.voice, clock.now()) is not None:
            return NOTHING
        return player(reverse("admin:voicelib_providervoice_preview", args=[home.id]), str(home))


def revival_text(home: ProviderVoice) -> Any:
    """What happens to a home that is lost, as decided for it."""
    if home.revival == VoiceDefaults.Revival.AUTOMATIC:
        return _("cloned again by itself")
    if home.revival == VoiceDefaults.Revival.MANUAL:
        return _("cloned again by hand")
    return _("as the team's defaults say")


def missing_html(home: ProviderVoice) -> str:
    """Since when a speaking home is proven to be missing at the provider."""
    if home.missing_since is None or home.state not in ProviderVoice.SPEAKING:
        return ""
    return _MISSING.html(relative(home.missing_since, clock.now()))


def _ended(home: ProviderVoice) -> str:
    """Since when it is lapsed or lost."""
    if home.ended_at is None or home.state not in (ProviderVoice.State.LAPSED, ProviderVoice.State.LOST):
        return ""
    return format_html("<small>{}</small>", moment(home.ended_at, home.voice.team.time_zone))


def _on_silence(home: ProviderVoice) -> str:
    if home.policy != ProviderVoice.Policy.ASK:
        return ""
    return format_html("<small>{}: {}</small>", _("on silence"), ProviderVoice.OnSilence(home.on_silence).label)


def _handed_over(home: ProviderVoice) -> str:
    """Said where the provider got something else than the sample."""
    if home.handed_over is None or home.handed_over_id == home.sample_id:
        return ""
    handed = link_to(home.handed_over, str(_("handed over as %(format)s") % {"format": home.handed_over.format}))
    return format_html("<small>{}</small>", handed)


def _coming(home: ProviderVoice, at: Any) -> str:
    """A moment that is ahead of a home as long as there is one."""
    return NOTHING if home.state == ProviderVoice.State.DELETED else _moment(home, at)


def _moment(home: ProviderVoice, at: Any) -> str:
    return moment_html(at, clock.now(), home.voice.team.time_zone)
