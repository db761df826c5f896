"""Samples made of samples: another container, trimmed, another loudness. The original stays as it came."""

from __future__ import annotations

from typing import Any

from accounts import clock
from accounts.payer import PLATFORM, Actor
from providers.probe import NotAudioError
from providers.reshape import reshape
from providers.types import AudioFormat, CloneCapabilities
from voicelib.errors import SampleRefusedError, VoiceRefusedError
from voicelib.flows.consent_use import refusal_of_sample
from voicelib.flows.samples import described, is_stored, keep_sample, read_sample, store_recording
from voicelib.models import Sample
from voicelib.sample_recipes import Recipe, checked_recipe, recipe_for


def derive_sample(
    *,
    sample: Sample,
    actor: Actor,
    container: str | None = None,
    channels: int = 1,
    trim_silence: bool = False,
    loudness_lufs: float | None = None,
) -> Sample:
    """Make a recording over by wish and keep the result as a sample of its own; the same wish again is the same sample.

    `loudness_lufs` is EBU R 128 integrated loudness; less is reached where peaks would pass -1 dBTP. Raises
    SampleRefusedError `recipe_invalid`, or the reason for which the result could not be cloned (`sample_too_short`),
    VoiceRefusedError `sample_not_stored`; `consent_revoked`, `consent_expired` where no consent allows it any more.
    """
    refusal = refusal_of_sample(sample, clock.now())
    if refusal is not None:
        raise VoiceRefusedError("The speaker's consent has ended: nothing is made of it.", code=refusal)
    recipe = checked_recipe(
        format=sample.format,
        sample_rate=sample.sample_rate,
        container=container,
        channels=channels,
        trim_silence=trim_silence,
        loudness_lufs=loudness_lufs,
    )
    return follow_recipe(sample=sample, recipe=recipe, actor=actor)


def sample_for(*, sample: Sample, clone: CloneCapabilities) -> Sample:
    """The recording that a provider with these capabilities is handed: the sample itself, or one made of it now.

    Raises SampleRefusedError `sample_unsuitable`, VoiceRefusedError `sample_not_stored`. No transaction may be open.
    """
    recipe = needed_recipe(sample, clone)
    return sample if recipe is None else follow_recipe(sample=sample, recipe=recipe, actor=PLATFORM)


def needed_recipe(sample: Sample, clone: CloneCapabilities) -> Recipe | None:
    """What has to be made of a sample for a provider; None for nothing. Raises SampleRefusedError."""
    return recipe_for(
        format=sample.format,
        size=sample.size,
        sample_rate=sample.sample_rate,
        duration_ms=sample.duration_ms,
        clone=clone,
    )


def follow_recipe(*, sample: Sample, recipe: Recipe, actor: Actor) -> Sample:
    """The sample that this recipe makes of another; made once, whoever asks."""
    known = Sample.objects.filter(parent=sample, recipe_key=recipe.key).first()
    if known is not None and is_stored(known):
        return known
    content, facts = _made(sample, recipe)
    made = described(content, is_prompt=sample.purpose == Sample.Purpose.PROMPT)
    if known is not None:
        # The storage lost it. What is made anew may differ in its bytes.
        return _made_anew(known, made, content)
    same = Sample.objects.filter(team_id=sample.team_id, sha256=made.sha256).first()
    if same is not None:
        return same
    made.team_id, made.name, made.purpose = sample.team_id, sample.name, sample.purpose
    made.parent, made.recipe, made.recipe_key = sample, {**recipe.as_json(), **facts}, recipe.key
    return keep_sample(sample=made, content=content, actor=actor, kind="sample.derived")


def _made_anew(known: Sample, made: Sample, content: bytes) -> Sample:
    for field in ("sha256", "size", "format", "sample_rate", "channels", "duration_ms", "loudness_lufs", "measures",
                  "peaks", "findings"):  # fmt: skip
        setattr(known, field, getattr(made, field))
    known.storage_key = store_recording(f"{known.team_id}/{known.sha256}.{known.format}", content)
    known.save()
    return known


def _made(sample: Sample, recipe: Recipe) -> tuple[bytes, dict[str, Any]]:
    try:
        content = read_sample(sample)
    except FileNotFoundError:
        raise VoiceRefusedError("The storage does not have the sample any more.", code="sample_not_stored") from None
    wanted = AudioFormat(recipe.container, recipe.sample_rate, recipe.bitrate, recipe.channels)
    try:
        made = reshape(content, wanted, trim_silence=recipe.trim_silence, loudness_lufs=recipe.loudness_lufs)
    except NotAudioError as error:
        raise SampleRefusedError(f"{error}.", code="sample_not_audio") from None
    return made.content, {"cut_ms": made.cut_ms, "gain_db": made.gain_db}
