"""Who pays for a piece of audio: nobody when it is there, one clip when it is not, the first one when many ask at once.

Lock order everywhere: rendering → hold → meters.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import Sum

from accounts import clock, events, ledger
from accounts.doorbell import ring
from accounts.errors import ConflictError
from accounts.flows.holds import place_hold
from accounts.ledger import Spoken
from accounts.models import Attempt, Hold
from accounts.payer import Payer
from synthesis.flows.orders import Order, Piece
from synthesis.models import Clip, Rendering, Segment
from synthesis.speech_orders import order_json
from voicelib.flows.hopes import CLONING_AGAIN, Hope
from voicelib.flows.listeners import WAKE_TASK

RENDER_TASK = "synthesis.tasks.render"
# How often what waits for a voice is looked at where nobody rang for it.
LOOK_AGAIN_SECONDS = 60.0
_UNDERWAY = (Rendering.State.QUEUED, Rendering.State.RENDERING)


def commission(
    *,
    order: Order,
    piece: Piece,
    payer: Payer,
    at: datetime,
    pays_again: bool = False,
    instead_of: str | None = None,
) -> tuple[Rendering, Hold | None]:
    """Find, join or order the rendering of one piece, inside the transaction that writes the clip.

    `instead_of` is a hold that is given back for the new one. An order that waits is written and held like any other
    and left until its voice speaks.

    Returns the rendering, and the hold when this ask is the one that pays. Of many that ask for the same piece at
    once, the unique row lets one through and the others join it.

    Raises BudgetExceededError, and ConflictError `outcome_unknown` where the same audio may have been paid already and
    nobody said (`pays_again`) that it shall be paid a second time.
    """
    rendering, is_new = Rendering.objects.select_for_update(no_key=True).get_or_create(
        team_id=payer.team_id,
        fingerprint=piece.fingerprint,
        take=1,
        defaults={
            "provider_voice": order.home,
            "request": order_json(piece.request),
            "payer": asdict(payer),
            "estimated_characters": piece.characters,
        },
    )
    if rendering.state == Rendering.State.READY or (rendering.state in _UNDERWAY and not is_new):
        return rendering, None
    if not is_new:
        if not pays_again:
            _refuse_unresolved(rendering)
        _reopen(rendering, piece, payer)
    if order.waits:
        _leave_waiting(rendering, order)
    rendering.hold = place_hold(
        payer=payer,
        key=hold_key(rendering),
        characters=piece.characters,
        amount=piece.amount,
        at=at,
        fee=order.fee,
        instead_of=instead_of,
    )
    rendering.save()
    if order.waits:
        # The voice may have spoken since it was looked at.
        ring(WAKE_TASK, order.voice.id)
    else:
        ring(RENDER_TASK, rendering.id)
    return rendering, rendering.hold


def hold_key(rendering: Rendering) -> str:
    """One hold for every time that someone asked to pay."""
    return f"rendering:{rendering.id}:{rendering.round}"


def standing(*, team_id: str, fingerprint: str) -> Rendering | None:
    """The rendering that would be used without paying, if there is one."""
    return Rendering.objects.filter(
        team_id=team_id, fingerprint=fingerprint, take=1, state__in=(Rendering.State.READY, *_UNDERWAY)
    ).first()


def book_hit(*, segment: Segment, clip: Clip) -> None:
    """Book what a clip did not have to pay again, once per clip and position; its rendering is ready."""
    rendering = segment.rendering
    home = rendering.provider_voice
    segment.saved_characters = rendering.billed_characters or 0
    segment.billed_characters = segment.billed_characters or 0
    segment.amount_micros = segment.amount_micros or 0
    segment.currency = rendering.currency
    segment.save(update_fields=["saved_characters", "billed_characters", "amount_micros", "currency"])
    ledger.book_saved(
        key=f"saved:{clip.id}:{segment.position}",
        at=clock.now(),
        payer=clip.payer(),
        spoken=Spoken(
            account=home.provider_account,
            model=rendering.request["model"],
            voice_slug=clip.voice.slug,
            vendor_voice_id=home.vendor_voice_id,
        ),
        saved_characters=segment.saved_characters,
        currency=rendering.currency,
        trace_id=rendering.trace_id,
    )


def follow_renderings(clip: Clip) -> None:
    """Bring a waiting clip to the state of its renderings: ready when all are. The caller has them locked."""
    states = set(clip.segments.values_list("rendering__state", flat=True))
    if states == {Rendering.State.READY}:
        clip.state, clip.error, clip.finished_at = Clip.State.READY, None, clock.now()
    elif Rendering.State.RENDERING in states:
        clip.state = Clip.State.RENDERING
    else:
        clip.state = Clip.State.QUEUED
    clip.save(update_fields=["state", "error", "finished_at"])
    if clip.state == Clip.State.READY:
        _tell_ready(clip)


def _refuse_unresolved(rendering: Rendering) -> None:
    attempt = Attempt.objects.filter(hold_id=rendering.hold_id, state=Attempt.State.UNKNOWN).first()
    if attempt is None:
        return
    clip = rendering.segments.order_by("id").values_list("clip_id", flat=True).first()
    raise ConflictError(
        "The same words were sent before and the answer was lost: they may have been paid already. "
        f"Resolve attempt {attempt.id}, or retry clip {clip} to pay again.",
        code="outcome_unknown",
        data={"attempt": attempt.id, "clip": clip},
    )


def _reopen(rendering: Rendering, piece: Piece, payer: Payer) -> None:
    """A rendering that failed is ordered again by whoever asks now."""
    rendering.state = Rendering.State.QUEUED
    rendering.round += 1
    rendering.tries = 0
    rendering.payer = asdict(payer)
    rendering.estimated_characters = piece.characters
    rendering.due_at = clock.real_now()
    rendering.error = None
    rendering.waits_since = None


def _leave_waiting(rendering: Rendering, order: Order) -> None:
    rendering.provider_voice = order.home
    rendering.error = Hope(order.home, CLONING_AGAIN).as_json()
    rendering.waits_since = clock.real_now()
    rendering.due_at = rendering.waits_since + timedelta(seconds=LOOK_AGAIN_SECONDS)


def _tell_ready(clip: Clip) -> None:
    totals = clip.segments.aggregate(billed=Sum("billed_characters"), saved=Sum("saved_characters"))
    events.record(
        team_id=clip.team_id,
        kind="clip.ready",
        subject_type="clip",
        subject_id=clip.id,
        subject_title=str(clip),
        data={"billed_characters": totals["billed"] or 0, "saved_characters": totals["saved"] or 0},
    )
