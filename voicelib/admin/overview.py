"""What the dashboard tells about voices: which die soon, whether they will be kept, and which are missing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.scoping import scoped
from accounts.models import ProviderAccount
from voicelib.models import ProviderVoice

_MOST_ROWS = 8


def at_risk(request: HttpRequest) -> QuerySet[ProviderVoice]:
    """Homes with a deadline, the soonest first."""
    homes = scoped(ProviderVoice.objects.all(), request, "voice__team_id", "voices:read")
    mortal = homes.filter(expires_at__isnull=False, state__in=ProviderVoice.SPEAKING)
    return mortal.select_related("voice__team", "provider_account").order_by("expires_at")[:_MOST_ROWS]


def frozen(request: HttpRequest) -> QuerySet[ProviderAccount]:
    """Accounts that wait for a person because too many of their voices are missing, the longest first."""
    accounts = scoped(ProviderAccount.objects.filter(frozen_at__isnull=False), request, "team_id", "voices:read")
    return accounts.select_related("team").order_by("frozen_at")[:_MOST_ROWS]


def missing(request: HttpRequest) -> QuerySet[ProviderVoice]:
    """Speaking homes that are proven once to be missing at their provider, the longest first."""
    homes = scoped(ProviderVoice.objects.all(), request, "voice__team_id", "voices:read")
    doubted = homes.filter(missing_since__isnull=False, state__in=ProviderVoice.SPEAKING)
    return doubted.select_related("voice__team", "provider_account").order_by("missing_since")[:_MOST_ROWS]


def outlook(home: ProviderVoice) -> Any:
    """What will happen at the deadline when nobody does anything."""
    if home.voice.suspended_at is not None:
        return _("suspended: it will not be kept")
    if home.policy == ProviderVoice.Policy.ALWAYS or home.activation_asked_at is not None:
        return _("will be kept in time")
    if home.policy == ProviderVoice.Policy.ASK and home.on_silence == ProviderVoice.OnSilence.ACTIVATE:
        return _("will be kept unless you decide otherwise")
    if home.policy == ProviderVoice.Policy.ASK:
        return _("will lapse unless you decide to keep it")
    return _("will lapse, as decided")
