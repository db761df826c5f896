"""Retiring a voice: what depends on it is shown first, every home is deleted at its provider, its history stays.

Until a provider is asked it can be undone. Clips that were made stay and can be heard; nothing new is spoken.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from accounts import clock
from accounts.errors import ConflictError
from accounts.models import LedgerEntry
from accounts.payer import Actor
from voicelib.errors import VoiceRefusedError
from voicelib.flows.clone_orders import refuse_retired
from voicelib.flows.deletion import ask_deletion, undo_deletion
from voicelib.flows.history import note_voice
from voicelib.flows.listeners import tell_listeners
from voicelib.flows.voices import fee_key
from voicelib.models import Deletion, Dictionary, ProviderVoice, Voice

MOST_UNDO_HOURS = 720


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependents:
    """What stands on a voice: clips by state, dictionaries they were asked with, renderings that wait, and per living
    home the fee that was paid for it: (home, micros, currency)."""

    clips: dict[str, int]
    dictionaries: list[str]
    waiting_renderings: int
    homes: list[tuple[ProviderVoice, int | None, str]]


def dependents_of(*, voice: Voice) -> Dependents:
    """What retiring the voice would touch. Nothing is written."""
    clips = voice.clips.order_by().values_list("state").annotate(count=Count("id"))
    dictionaries = Dictionary.objects.filter(versions__clips__voice=voice).order_by("slug").distinct()
    waiting = ProviderVoice.objects.filter(voice=voice, renderings__state__in=("queued", "rendering"))
    living = voice.homes.exclude(state=ProviderVoice.State.DELETED).select_related("provider_account").order_by("-id")
    fees = {
        entry.key: (entry.amount_micros, entry.currency)
        for entry in LedgerEntry.objects.filter(key__in=[fee_key(home) for home in living])
    }
    return Dependents(
        clips=dict(clips),
        dictionaries=list(dictionaries.values_list("slug", flat=True)),
        waiting_renderings=waiting.count(),
        homes=[(home, *fees.get(fee_key(home), (None, ""))) for home in living],
    )


def retire_voice(*, voice: Voice, actor: Actor, reason: str, undo_seconds: float) -> Voice:
    """Take the voice out of use: it speaks no more, and after `undo_seconds` of real time every provider is asked to
    delete its home. Raises VoiceRefusedError `voice_retired`."""
    with transaction.atomic():
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        if voice.retired_at is not None:
            raise VoiceRefusedError(f"The voice {voice.slug} is retired already.", code="voice_retired")
        voice.retired_at = clock.now()
        voice.save(update_fields=["retired_at"])
        for home in voice.homes.exclude(state=ProviderVoice.State.DELETED).order_by("id"):
            ask_deletion(home=home, actor=actor, reason=reason, undo_seconds=undo_seconds)
        note_voice(voice=voice, kind="voice.retired", actor=actor, data={"reason": reason})
        tell_listeners(voice_id=voice.id)
    return voice


def undo_home_deletion(*, home: ProviderVoice, actor: Actor) -> ProviderVoice:
    """Undo the deletion of one home. Raises as `undo_deletion`; VoiceRefusedError `voice_retired`: the voice is
    restored as a whole."""
    refuse_retired(home.voice)
    return undo_deletion(home=home, actor=actor)


def restore_voice(*, voice: Voice, actor: Actor) -> Voice:
    """Undo the retirement: every home whose provider was not asked yet is what it was.

    Raises ConflictError `voice_not_retired`, `deletion_under_way` where every provider has been asked."""
    with transaction.atomic():
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        if voice.retired_at is None:
            raise ConflictError(f"The voice {voice.slug} is not retired.", code="voice_not_retired")
        standing = Deletion.objects.filter(home__voice=voice, undone_at__isnull=True)
        pending = standing.filter(outcome=Deletion.Outcome.PENDING, sent_at__isnull=True)
        if standing.exists() and not pending.exists():
            raise ConflictError("The providers have been asked already; clone it anew.", code="deletion_under_way")
        homes = voice.homes.filter(id__in=pending.values("home")).order_by("id")
        restored = [undo_deletion(home=home, actor=actor) for home in homes]
        voice.retired_at = None
        voice.save(update_fields=["retired_at"])
        note_voice(voice=voice, kind="voice.restored", actor=actor, data={"homes": len(restored)})
    return voice
