"""Another home of the voice speaks in the place of one whose account is down, or that speaks no more, if nothing can
have been charged.

Lock order as everywhere: rendering → hold → meters.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import clock, events
from accounts.errors import PlatformError
from accounts.flows.holds import release_hold
from accounts.models import Attempt
from accounts.payer import Payer
from synthesis.backoff import MOST_TRIES
from synthesis.flows.claims import Claim, claimed
from synthesis.flows.commissions import book_hit, commission, follow_renderings
from synthesis.flows.orders import Order, moved_piece
from synthesis.models import Clip, Rendering, Segment
from synthesis.speech_orders import order_from_json
from voicelib.flows.homes import is_left_alone, routed_homes
from voicelib.flows.hopes import is_doubted
from voicelib.flows.voices import fee_of
from voicelib.models import ProviderVoice

_WAITING = (Clip.State.QUEUED, Clip.State.RENDERING)


def move_elsewhere(*, claim: Claim, rendering: Rendering) -> bool:
    """Let another home speak what is claimed here; False where none can, a clip that waits does not allow it, or an
    earlier call may have been charged.

    The work is held anew at the other account's price and what was held here is given back. What the other home would
    not do exactly as asked (model, format, settings) it does not do.
    """
    here = rendering.provider_voice.provider_account_id
    for home in _speaking(rendering):
        if home.provider_account_id == here or is_left_alone(home.provider_account):
            continue
        try:
            if _move(claim, rendering, home, clock.now()):
                return True
        except PlatformError:
            # It cannot speak this, no budget has room for it, or the same words are unresolved there.
            continue
    return False


def move_to_speaker(*, claim: Claim, rendering: Rendering) -> bool:
    """Let a home that speaks take over what is claimed for one that does not: the next generation at the same account,
    else one elsewhere like `move_elsewhere`; False where none can.

    The next generation is the same voice at the same account: it needs nobody's leave, and what it refuses nobody else
    is asked for. Raises PlatformError: what it refuses (a budget that has no room for its first use, say).
    """
    here = rendering.provider_voice.provider_account_id
    heirs = [home for home in _speaking(rendering) if home.provider_account_id == here]
    for home in heirs:
        if (rendering.is_unplaced() or home.id != rendering.provider_voice_id) and not is_doubted(home):
            return _move(claim, rendering, home, clock.now())
    return move_elsewhere(claim=claim, rendering=rendering)


def may_move(rendering: Rendering, *, elsewhere: bool = True) -> bool:
    """Whether nothing can have been charged, and no clip that waits forbids another account."""
    if Attempt.objects.filter(hold_id=rendering.hold_id).exclude(state=Attempt.State.RELEASED).exists():
        return False
    waiting = Clip.objects.filter(segments__rendering=rendering, state__in=_WAITING)
    if elsewhere and (rendering.tries + 1 >= MOST_TRIES or waiting.filter(allows_failover=False).exists()):
        return False
    return waiting.exists()


def _speaking(rendering: Rendering) -> list[ProviderVoice]:
    try:
        return routed_homes(voice=rendering.provider_voice.voice, model=rendering.request["model"], at=clock.now())
    except PlatformError:
        return []


def _move(claim: Claim, rendering: Rendering, home: ProviderVoice, at: datetime) -> bool:
    piece = moved_piece(home=home, request=order_from_json(rendering.request), at=at)
    request = piece.request
    order = Order(
        voice=home.voice,
        home=home,
        versions=(),
        text=request.text,
        applied_text=request.text,
        model=request.model,
        format=request.format,
        settings=request.settings,
        pieces=(piece,),
        fee=fee_of(home=home, at=at),
    )
    with transaction.atomic():
        mine = claimed(claim).select_for_update(no_key=True).first()
        elsewhere = home.provider_account_id != rendering.provider_voice.provider_account_id
        if mine is None or not may_move(mine, elsewhere=elsewhere):
            return False
        other, hold = commission(order=order, piece=piece, payer=Payer(**mine.payer), at=at, instead_of=mine.hold_id)
        if hold is not None and elsewhere:
            # So that two homes that both refuse do not hand it to each other for ever.
            Rendering.objects.filter(id=other.id).update(tries=mine.tries + 1)
        segments = list(Segment.objects.filter(rendering=mine, clip__state__in=_WAITING).order_by("id"))
        paying = next((segment for segment in segments if segment.holds.filter(id=mine.hold_id).exists()), None)
        mine.state, mine.lease_until = Rendering.State.FAILED, None
        mine.error = {"code": "moved", "message": f"{home.provider_account.name} speaks it in its place."}
        mine.save(update_fields=["state", "lease_until", "error"])
        Segment.objects.filter(id__in=[segment.id for segment in segments]).update(rendering=other)
        if hold is not None and (paying or segments):
            (paying or segments[0]).holds.add(hold)
        if mine.hold_id is not None:
            release_hold(hold_id=mine.hold_id)
        _follow(segments, other, mine, home)
    return True


def _follow(segments: list[Segment], other: Rendering, mine: Rendering, home: ProviderVoice) -> None:
    for clip in Clip.objects.filter(id__in={segment.clip_id for segment in segments}).order_by("id"):
        for segment in clip.segments.filter(rendering=other):
            if other.state == Rendering.State.READY:
                book_hit(segment=segment, clip=clip)
        follow_renderings(clip)
        if mine.provider_voice_id == home.id:
            # The home it was waiting for.
            continue
        events.record(
            team_id=clip.team_id,
            kind="clip.moved",
            subject_type="clip",
            subject_id=clip.id,
            subject_title=str(clip),
            data={
                "from": mine.provider_voice.provider_account.slug,
                "to": home.provider_account.slug,
                "provider_voice_id": home.vendor_voice_id,
                "generation": home.generation,
            },
        )
