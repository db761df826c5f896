"""What cloning and keeping cost, in words: for pages that ask before money is spent."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import refusal_text
from accounts.admin.shown import NOTHING, moment_html, money, number
from accounts.errors import PlatformError
from accounts.flows.quotes import quote_fee
from accounts.models import Price, Project, ProviderAccount
from providers.errors import ProviderError
from voicelib.admin.homes import revival_text
from voicelib.flows.activation_orders import quote_keep
from voicelib.models import ProviderVoice


def id_of(project: Project | None) -> str | None:
    """The id of a project that may not have been chosen."""
    return None if project is None else project.id


def fee_text(account: ProviderAccount) -> Any:
    """The clone fee of an account, and when it is due."""
    quoted = quote_fee(account=account, unit=Price.Unit.CLONE, at=clock.now())
    if quoted is None:
        return _("no clone fee")
    fee, moment_charged = quoted
    when = _("once, at its first use") if moment_charged == Price.ChargedOn.FIRST_USE else _("at once, when cloning")
    return f"{money(fee.amount_micros, fee.currency)} · {when}"


def activation_text(home: ProviderVoice) -> Any:
    """What one short synthesis with a home costs, or why it cannot be told."""
    try:
        quote = quote_keep(home=home, at=clock.now())
    except PlatformError as refusal:
        return format_html('<span class="vl-text-bad">{}</span>', refusal_text(refusal))
    except ProviderError as refusal:
        return format_html('<span class="vl-text-bad">{}</span>', str(refusal))
    fee = money(quote.fee.amount.amount_micros, quote.fee.amount.currency) if quote.fee else _("none")
    return format_html(
        '<span class="vl-two"><span>{}: {}</span><span>{}: {}</span><small>{} {}</small></span>',
        _("Clone fee"),
        fee,
        _("Speech"),
        money(quote.amount.amount_micros, quote.amount.currency),
        number(quote.characters),
        _("billed characters"),
    )


def standing_decision(home: ProviderVoice) -> Any:
    """What is decided about a home, when it dies, and what keeping it costs."""
    deadline = moment_html(home.expires_at, clock.now(), home.voice.team.time_zone)
    return format_html(
        '<span class="vl-two"><span>{}: {} · {}: {}</span><span>{}: {}</span><span>{}: {}</span></span>',
        _("Policy"),
        home.get_policy_display(),
        _("if lost"),
        revival_text(home),
        _("Dies"),
        _("never, as it is used") if deadline == NOTHING else deadline,
        _("Keeping it costs"),
        fee_text(home.provider_account),
    )
