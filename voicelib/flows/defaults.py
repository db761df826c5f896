"""A team's defaults for its voices: read and changed."""

from __future__ import annotations

from django.db import transaction

from accounts import events
from accounts.errors import InvalidInputError
from accounts.models import Team
from accounts.payer import Actor
from voicelib.models import ProviderVoice, VoiceDefaults

_VALUES = {
    "policy": ProviderVoice.Policy.values,
    "on_silence": ProviderVoice.OnSilence.values,
    "revival": VoiceDefaults.Revival.values,
}


def defaults_of(team_id: str) -> VoiceDefaults:
    """The team's defaults; those of the product where it has decided nothing."""
    return VoiceDefaults.objects.filter(team_id=team_id).first() or VoiceDefaults(team_id=team_id)


def change_defaults(*, team: Team, actor: Actor, changes: dict[str, str]) -> VoiceDefaults:
    """Decide anew about what is named (`policy`, `on_silence`, `revival`); homes that stand keep what they have, but
    for `revival`, which every home without a word of its own follows. Raises InvalidInputError (field)."""
    for field, value in changes.items():
        if value not in _VALUES[field]:
            raise InvalidInputError(f"It is one of {', '.join(_VALUES[field])}.", field=field)
    with transaction.atomic():
        VoiceDefaults.objects.get_or_create(team=team)
        defaults = VoiceDefaults.objects.select_for_update(no_key=True).get(team=team)
        for field, value in changes.items():
            setattr(defaults, field, value)
        defaults.save()
        events.record(
            team_id=team.id,
            kind="voice_defaults.changed",
            subject_type="team",
            subject_id=team.id,
            subject_title=team.name,
            actor=actor,
            data=dict(changes),
        )
    return defaults
