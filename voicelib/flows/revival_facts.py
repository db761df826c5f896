"""What the decision to clone a home again depends on."""

from __future__ import annotations

from voicelib.flows.clone_orders import last_revival
from voicelib.flows.defaults import defaults_of
from voicelib.flows.leaving import is_leaving
from voicelib.models import ProviderVoice, Voice, VoiceDefaults
from voicelib.revival import Facts
from voicelib.states import LIVING


def revival_facts(home: ProviderVoice) -> Facts:
    """A home as it stands, with what was decided about it and what happened around it."""
    wish = home.revival or defaults_of(home.voice.team_id).revival
    others = ProviderVoice.objects.filter(voice=home.voice_id, provider_account=home.provider_account_id)
    others = others.exclude(id=home.id)
    return Facts(
        state=home.state,
        is_cloned=home.voice.kind == Voice.Kind.CLONED,
        is_automatic=wish == VoiceDefaults.Revival.AUTOMATIC,
        is_replaced=others.filter(state__in=LIVING).exists() or others.filter(id__gt=home.id).exists(),
        is_frozen=home.provider_account.frozen_at is not None,
        ended_at=home.ended_at,
        revived_at=last_revival(home.voice),
        is_leaving=is_leaving(home),
    )
