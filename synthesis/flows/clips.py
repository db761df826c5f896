"""Asking for clips: validated, counted, set aside and written in one transaction; the work is done elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import clock, events
from accounts.errors import BudgetExceededError, ConflictError, NotFoundError
from accounts.flows.holds import release_hold
from accounts.models import Hold, Project, Team
from accounts.payer import Actor, Payer
from synthesis.flows.commissions import book_hit, commission, follow_renderings
from synthesis.flows.orders import Order, Piece, order_again, read_order
from synthesis.formats import format_json
from synthesis.models import Clip, Pin, Rendering, Segment
from synthesis.speech_settings import settings_json
from voicelib.flows.consent_use import refuse_outside_consent
from voicelib.flows.voices import refuse_suspended
from voicelib.models import Voice

_Commissioned = tuple[Piece, Rendering, Hold | None]


def ask_clip(
    *,
    team: Team,
    payer: Payer,
    actor: Actor,
    voice_slug: str,
    text: str,
    model: str | None = None,
    audio_format: object = None,
    settings: object = None,
    dictionaries: Sequence[str] = (),
    project: Project | None = None,
    purpose: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    failover: bool = True,
) -> Clip:
    """Ask for one clip; nothing is paid for audio the team already has or is already getting.

    `audio_format` is a container's name or {"container", "sample_rate", "bitrate", "channels"}; `settings` are in the
    API's words (speed, volume, pitch, emotion, …); `purpose` is what a narrowed consent asks for; `failover` lets
    another home of the voice speak where the account of the first is down and cannot have charged. Returns the clip:
    `ready` at once on a cache hit, else `queued`.

    Raises what `read_order` raises, BudgetExceededError naming the budget, ConflictError `voice_suspended`,
    `outside_consent`, `outcome_unknown` while an identical earlier call is unresolved.
    """
    at = clock.now()
    payer = payer if project is None else replace(payer, project_id=project.id)
    order = read_order(
        team=team,
        voice_slug=voice_slug,
        text=text,
        model=model,
        audio_format=audio_format,
        settings=settings,
        dictionaries=dictionaries,
        at=at,
    )
    try:
        with transaction.atomic():
            _refuse_use(order, payer, purpose or "", at)
            commissioned = _commission_all(order, payer, at)
            clip = _written(order, team, payer, purpose or "", dict(metadata or {}), at)
            if not failover:
                Clip.objects.filter(id=clip.id).update(allows_failover=False)
                clip.allows_failover = False
            _tell(clip, "clip.created", actor)
            _attach(clip, commissioned)
            return clip
    except BudgetExceededError as refusal:
        _tell_refused(team, order, actor, refusal)
        raise


def retry_clip(*, team: Team, clip_id: str, payer: Payer, actor: Actor) -> Clip:
    """Make a failed clip again, with its pinned dictionaries and its voice as it speaks now.

    After `outcome_unknown` this pays a second time, because someone asks; the earlier attempt stays unresolved.

    Raises NotFoundError, ConflictError `clip_not_failed`, and what `ask_clip` raises.
    """
    clip = clip_of(team=team, clip_id=clip_id)
    _refuse_unless(clip, Clip.State.FAILED, "clip_not_failed")
    at = clock.now()
    payer = replace(payer, project_id=clip.project_id)
    order = order_again(clip=clip, at=at)
    try:
        with transaction.atomic():
            _refuse_use(order, payer, clip.purpose, at)
            commissioned = _commission_all(order, payer, at, pays_again=True)
            clip = Clip.objects.select_for_update(of=("self",), no_key=True).select_related("voice").get(id=clip.id)
            _refuse_unless(clip, Clip.State.FAILED, "clip_not_failed")
            clip.error, clip.finished_at, clip.estimated_characters = None, None, order.characters
            clip.consent_id = order.voice.consent_id
            clip.save(update_fields=["error", "finished_at", "estimated_characters", "consent_id"])
            _tell(clip, "clip.retried", actor)
            _attach(clip, commissioned)
            return clip
    except BudgetExceededError as refusal:
        _tell_refused(team, order, actor, refusal)
        raise


def cancel_clip(*, team: Team, clip_id: str, actor: Actor) -> Clip:
    """Take back a queued clip; what only it waited for is not rendered and its hold is given back.

    Raises NotFoundError, ConflictError `clip_not_queued` once the provider may have been asked.
    """
    with transaction.atomic():
        clip = clip_of(team=team, clip_id=clip_id)
        waited_for = Rendering.objects.select_for_update(no_key=True).filter(segments__clip=clip)
        renderings = list(waited_for.order_by("id"))
        clip = Clip.objects.select_for_update(of=("self",), no_key=True).get(id=clip.id)
        _refuse_unless(clip, Clip.State.QUEUED, "clip_not_queued")
        clip.state, clip.finished_at = Clip.State.CANCELED, clock.now()
        clip.save(update_fields=["state", "finished_at"])
        for rendering in renderings:
            _drop_unwanted(rendering)
        _tell(clip, "clip.canceled", actor)
        return clip


def clip_of(*, team: Team, clip_id: str) -> Clip:
    """A clip of the team. Raises NotFoundError."""
    clip = Clip.objects.filter(team=team, id=clip_id).select_related("voice__consent").first()
    if clip is None:
        raise NotFoundError("There is no such clip.", code="clip_not_found")
    return clip


def _written(order: Order, team: Team, payer: Payer, purpose: str, metadata: dict[str, Any], at: datetime) -> Clip:
    clip = Clip.objects.create(
        team=team,
        project_id=payer.project_id,
        token_id=payer.token_id,
        created_by_id=payer.user_id or "",
        voice=order.voice,
        consent_id=order.voice.consent_id,
        text=order.text,
        applied_text=order.applied_text,
        model=order.model,
        format=format_json(order.format),
        settings=settings_json(order.settings),
        purpose=purpose,
        metadata=metadata,
        estimated_characters=order.characters,
        created_at=at,
    )
    Pin.objects.bulk_create(
        Pin(clip=clip, version=version, position=position) for position, version in enumerate(order.versions)
    )
    return clip


def _commission_all(order: Order, payer: Payer, at: datetime, *, pays_again: bool = False) -> list[_Commissioned]:
    # By fingerprint, and before the clip is locked: two that ask for the same pieces must not wait for each other.
    pieces = sorted(order.pieces, key=lambda piece: piece.fingerprint)
    return [
        (piece, *commission(order=order, piece=piece, payer=payer, at=at, pays_again=pays_again)) for piece in pieces
    ]


def _attach(clip: Clip, commissioned: list[_Commissioned]) -> None:
    for piece, rendering, hold in commissioned:
        segment, _ = Segment.objects.update_or_create(
            clip=clip,
            position=piece.position,
            defaults={"text": piece.text, "rendering": rendering},
        )
        if hold is not None:
            segment.holds.add(hold)
        if rendering.state == Rendering.State.READY:
            book_hit(segment=segment, clip=clip)
    follow_renderings(clip)


def _drop_unwanted(rendering: Rendering) -> None:
    """Give up a queued rendering nobody waits for any more (the caller has locked it)."""
    waiting = rendering.segments.filter(clip__state__in=(Clip.State.QUEUED, Clip.State.RENDERING))
    if rendering.state != Rendering.State.QUEUED or waiting.exists():
        return
    rendering.state, rendering.error = Rendering.State.FAILED, {"code": "canceled", "message": "Nobody wants it now."}
    rendering.save(update_fields=["state", "error"])
    if rendering.hold_id is not None:
        release_hold(hold_id=rendering.hold_id)


def _refuse_use(order: Order, payer: Payer, purpose: str, at: datetime) -> None:
    """Looked at again where the clip is written: a cache hit makes no call that another guard would see."""
    voice = Voice.objects.select_related("consent").get(id=order.voice.id)
    refuse_suspended(voice, at)
    refuse_outside_consent(
        voice=voice,
        project_id=payer.project_id,
        purpose=purpose,
        language_boost=order.settings.language_boost,
    )


def _refuse_unless(clip: Clip, state: str, code: str) -> None:
    if clip.state != state:
        raise ConflictError(f"The clip is {clip.state}, not {state}.", code=code, data={"state": clip.state})


def _tell(clip: Clip, kind: str, actor: Actor) -> None:
    events.record(
        team_id=clip.team_id,
        kind=kind,
        subject_type="clip",
        subject_id=clip.id,
        subject_title=str(clip),
        actor=actor,
        data={"voice": clip.voice.slug, "estimated_characters": clip.estimated_characters},
    )


def _tell_refused(team: Team, order: Order, actor: Actor, refusal: BudgetExceededError) -> None:
    """Recorded after the refused transaction is undone."""
    budget = refusal.data["budget"]
    events.record(
        team_id=team.id,
        kind="budget.refused",
        subject_type="budget",
        subject_id=budget["id"],
        subject_title=budget["name"],
        actor=actor,
        data={"voice": order.voice.slug, "estimated_characters": order.characters, **budget},
    )
