"""The daily digest of a team: what lapses when, what keeping costs, whose consent ends, what nobody has resolved, which
budgets fill up."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from accounts.errors import PlatformError
from accounts.flows.alerts import admin_link, local
from accounts.flows.budgets import Usage, usage_of
from accounts.flows.mails import readers, write_mails
from accounts.models import Attempt, Budget, Team
from accounts.money import Money
from providers.errors import ProviderError
from voicelib.flows.activation_orders import quote_keep
from voicelib.flows.deadlines import will_be_kept
from voicelib.models import Consent, ProviderVoice

logger = logging.getLogger(__name__)
_AHEAD = timedelta(days=7)
_MOST_LINES = 50
# From this share of its limit on a budget is told of.
_NEARLY_FULL = 80
_TEAMS = 500


def digest_tick(*, at: datetime) -> int:
    """Write the digests that are due at business time `at`; how many letters. A day that was missed is not made up."""
    _plan_new_teams(at)
    written = 0
    for team in Team.objects.filter(digest_due_at__lte=at).order_by("digest_due_at")[:_TEAMS]:
        try:
            written += _write(team, at)
        except Exception:
            logger.exception("a digest could not be written", extra={"team": team.slug})
    return written


def next_digest_at(*, digest_at: time, time_zone: str, after: datetime) -> datetime:
    """The next moment at which the clocks of a time zone show `digest_at`."""
    zone = ZoneInfo(time_zone)
    day = after.astimezone(zone).date()
    first = datetime.combine(day, digest_at, tzinfo=zone)
    return first if first > after else datetime.combine(day + timedelta(days=1), digest_at, tzinfo=zone)


def _plan_new_teams(at: datetime) -> None:
    for team in Team.objects.filter(digest_due_at__isnull=True, digest_at__isnull=False)[:_TEAMS]:
        Team.objects.filter(id=team.id, digest_due_at__isnull=True).update(digest_due_at=_next(team, at))


def _next(team: Team, at: datetime) -> datetime | None:
    if team.digest_at is None:
        return None
    return next_digest_at(digest_at=team.digest_at, time_zone=team.time_zone, after=at)


def _write(team: Team, at: datetime) -> int:
    # Ahead first: what breaks must not come back at once.
    due_at = team.digest_due_at
    if not Team.objects.filter(id=team.id, digest_due_at=due_at).update(digest_due_at=_next(team, at)):
        return 0
    members = readers(team=team, of="digest")
    if not members:
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        told = _told(team, at)
        if told is None:
            return 0
        subject = f"[{team.name}] {gettext('Daily digest')}"
        text = render_to_string("voicelib/mail/digest.txt", told)
    key = f"digest:{team.id}:{due_at:%Y%m%d%H%M}"
    with transaction.atomic():
        return write_mails(team=team, members=members, key=key, subject=subject, text=text)


def _told(team: Team, at: datetime) -> dict[str, Any] | None:
    """What the letter says; None where there is nothing to say."""
    homes, totals = _homes(team, at)
    attempts = Attempt.objects.filter(team=team, state=Attempt.State.UNKNOWN).order_by("id")
    budgets, consents = _budgets(team, at), _consents(team, at)
    if not (homes or budgets or consents or attempts.exists()):
        return None
    return {
        "team": team,
        "homes": homes,
        "totals": totals,
        "consents": consents,
        "attempt_count": attempts.count(),
        "attempts": [_attempt_line(attempt, team) for attempt in attempts[:_MOST_LINES]],
        "budgets": budgets,
    }


def _homes(team: Team, at: datetime) -> tuple[list[dict[str, Any]], list[str]]:
    mortal = ProviderVoice.objects.filter(
        voice__team=team, state__in=ProviderVoice.SPEAKING, expires_at__gt=at, expires_at__lte=at + _AHEAD
    )
    homes = list(mortal.select_related("voice__team", "provider_account").order_by("expires_at")[:_MOST_LINES])
    costs: Counter[str] = Counter()
    lines = []
    for home in homes:
        cost = _cost(home, at)
        costs.update({money.currency: money.amount_micros for money in cost})
        lines.append(
            {
                "deadline": local(home.expires_at or at, team),
                "voice": home.voice.name,
                "account": home.provider_account.slug,
                "outlook": _outlook(home),
                "cost": ", ".join(_shown(money) for money in cost),
                "link": admin_link("voice", home.voice_id),
            }
        )
    return lines, [_shown(Money(micros, currency)) for currency, micros in sorted(costs.items())]


def _consents(team: Team, at: datetime) -> list[dict[str, Any]]:
    """Consents that run out soon, and how many voices they end."""
    ending: QuerySet[Any] = Consent.objects.filter(
        team=team, revoked_at__isnull=True, valid_until__gt=at, valid_until__lte=at + _AHEAD
    ).annotate(voice_count=Count("voices", filter=Q(voices__retired_at__isnull=True)))
    return [
        {
            "deadline": local(consent.valid_until or at, team),
            "speaker": consent.speaker,
            "voices": consent.voice_count,
            "link": admin_link("consent", consent.id),
        }
        for consent in ending.filter(voice_count__gt=0).order_by("valid_until")[:_MOST_LINES]
    ]


def _outlook(home: ProviderVoice) -> str:
    if home.voice.suspended_at is not None:
        return gettext("suspended, it will not be kept")
    return gettext("it will be kept") if will_be_kept(home) else gettext("it will lapse")


def _cost(home: ProviderVoice, at: datetime) -> list[Money]:
    """What keeping it costs, one amount per currency; nothing where no price stands."""
    try:
        quote = quote_keep(home=home, at=at)
    except (PlatformError, ProviderError):
        return []
    amounts = [quote.amount, *([quote.fee.amount] if quote.fee is not None else [])]
    sums: Counter[str] = Counter()
    for money in amounts:
        if money.amount_micros:
            sums[money.currency] += money.amount_micros
    return [Money(micros, currency) for currency, micros in sums.items()]


def _attempt_line(attempt: Attempt, team: Team) -> dict[str, str]:
    return {
        "at": local(attempt.sent_at or attempt.prepared_at, team),
        "what": f"{attempt.kind} {attempt.voice_slug} ({attempt.estimated_characters})",
        "link": admin_link("attempt", attempt.id),
    }


def _budgets(team: Team, at: datetime) -> list[dict[str, Any]]:
    budgets = Budget.objects.filter(team=team, is_active=True).order_by("id")
    lines = []
    for usage in usage_of(team=team, budgets=budgets, at=at):
        share = max(_share(usage.characters), _share(usage.amount))
        if share >= _NEARLY_FULL:
            link = admin_link("budget", usage.budget.id)
            lines.append({"name": str(usage.budget), "share": share, "link": link})
    return lines


def _share(usage: Usage | None) -> int:
    """How much of a limit is used, in per cent; 0 without a limit."""
    if usage is None or usage.remaining is None:
        return 0
    used = usage.held + usage.spent
    limit = used + usage.remaining
    return 100 if limit <= 0 else used * 100 // limit


def _shown(money: Money) -> str:
    return f"{money.amount_micros / 1_000_000:.4f}".rstrip("0").rstrip(".") + f" {money.currency}"
