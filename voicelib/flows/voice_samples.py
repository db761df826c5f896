"""Several recordings of one voice: kept beside each other, and one of them chosen to be cloned from."""

from __future__ import annotations

from django.db import transaction

from accounts import clock
from accounts.errors import InvalidInputError, NotFoundError
from accounts.payer import Actor
from voicelib.errors import VoiceRefusedError
from voicelib.flows.history import note_voice
from voicelib.models import Sample, Voice, VoiceSample


def add_to_voice(*, voice: Voice, sample_id: str, actor: Actor, is_chosen: bool = False) -> VoiceSample:
    """Keep a sample with a voice; again after it was taken away, too. The first one is chosen by itself.

    Raises InvalidInputError `sample_unknown` (field `sample`), or where the voice is not one to clone.
    """
    sample = Sample.objects.filter(team_id=voice.team_id, id=sample_id).first()
    if sample is None:
        raise InvalidInputError("There is no such sample in this team.", code="sample_unknown", field="sample")
    if voice.kind != Voice.Kind.CLONED or sample.purpose != Sample.Purpose.VOICE:
        raise InvalidInputError("It is cloned from recordings of its speaker alone.", field="sample")
    with transaction.atomic():
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        row = keep_with_voice(voice=voice, sample=sample, actor=actor)
        if is_chosen or voice.sample_id is None:
            _choose(voice, row, actor)
        return row


def choose_sample(*, voice: Voice, sample_id: str, actor: Actor) -> VoiceSample:
    """Clone from this one from now on; homes that were ordered before stay as they are. Raises NotFoundError."""
    with transaction.atomic():
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        row = _row_of(voice, sample_id)
        if voice.sample_id != row.sample_id:
            _choose(voice, row, actor)
        return row


def take_from_voice(*, voice: Voice, sample_id: str, actor: Actor) -> None:
    """Keep it with the voice no longer; the sample itself and the history stay.

    Raises NotFoundError, VoiceRefusedError `sample_chosen` for the one that the voice is cloned from.
    """
    with transaction.atomic():
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        row = _row_of(voice, sample_id)
        if voice.sample_id == row.sample_id:
            raise VoiceRefusedError("The voice is cloned from it; choose another one first.", code="sample_chosen")
        row.removed_at = clock.now()
        row.save(update_fields=["removed_at"])
        note_voice(voice=voice, kind="voice.sample_removed", actor=actor, data={"sample": row.sample_id})


def keep_with_voice(*, voice: Voice, sample: Sample, actor: Actor) -> VoiceSample:
    """The row of a sample in a voice, made where there is none. In the caller's transaction."""
    row, is_new = _row_with(voice, sample, actor)
    if is_new:
        note_voice(voice=voice, kind="voice.sample_added", actor=actor, data={"sample": sample.id})
    return row


def note_chosen(*, voice: Voice, actor: Actor) -> None:
    """The voice was made with, or changed to, the sample that it has now; the event of that tells it. In the caller's
    transaction."""
    if voice.sample is not None:
        row, _ = _row_with(voice, voice.sample, actor)
        row.chosen_at = clock.now()
        row.save(update_fields=["chosen_at"])


def _row_with(voice: Voice, sample: Sample, actor: Actor) -> tuple[VoiceSample, bool]:
    """The row, and whether it is new or was taken away before."""
    row, is_new = VoiceSample.objects.get_or_create(voice=voice, sample=sample, defaults={"added_by": actor.name})
    if row.removed_at is None:
        return row, is_new
    row.removed_at = None
    row.save(update_fields=["removed_at"])
    return row, True


def _choose(voice: Voice, row: VoiceSample, actor: Actor) -> None:
    voice.sample = row.sample
    voice.save(update_fields=["sample"])
    row.voice, row.chosen_at = voice, clock.now()
    row.save(update_fields=["chosen_at"])
    note_voice(voice=voice, kind="voice.sample_chosen", actor=actor, data={"sample": row.sample_id})


def _row_of(voice: Voice, sample_id: str) -> VoiceSample:
    row = VoiceSample.objects.filter(voice=voice, sample_id=sample_id, removed_at__isnull=True).first()
    if row is None:
        raise NotFoundError("The voice has no such sample.", code="sample_not_found")
    return row
