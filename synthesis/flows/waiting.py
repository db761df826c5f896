"""Waiting for a voice that is cloned again: held and queued, looked at when the voice changes, given up in the end.

What waits is a queued rendering with `waits_since`, bound to a home that speaks no more, or not yet. Asked for while no
home speaks it has no voice id: it cannot be sent. When a home speaks, the work is ordered there like any other and this
rendering is done with. Whoever changes a voice rings for it (voicelib.flows.listeners); a tick looks where no bell was
heard.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Min, QuerySet

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import PlatformError
from accounts.flows.attempts import accepted_attempt
from synthesis.failures import refusal, waited_too_long
from synthesis.flows.claims import Claim, give_up, put_aside
from synthesis.flows.commissions import LOOK_AGAIN_SECONDS, RENDER_TASK
from synthesis.flows.failover import may_move, move_to_speaker
from synthesis.models import Rendering
from voicelib.errors import VoiceRefusedError
from voicelib.flows.hopes import Hope, hopes_of, is_doubted, silence_at
from voicelib.flows.listeners import WAKE_TASK
from voicelib.flows.voices import is_speaking, refuse_suspended, speaking_homes
from voicelib.models import ProviderVoice, Voice

# Real time. Two proofs of a loss an hour apart, an hour of tries to clone, and some hours in which the account is left
# alone or the provider works on the clone fit in; whoever asked has no use any more for a clip that is older.
LONGEST_WAIT = timedelta(hours=24)
_MOST_RUNG = 100


def may_call(*, claim: Claim, rendering: Rendering) -> bool:
    """Whether its home can be called for it now. Else it was dealt with: moved, left waiting or failed."""
    if rendering.hold_id is not None and accepted_attempt(hold_id=rendering.hold_id) is not None:
        # The provider has the work already.
        return True
    home = rendering.provider_voice
    waits_for_proof = rendering.waits_since is not None and is_doubted(home)
    if not rendering.is_unplaced() and not waits_for_proof and is_speaking(home, clock.now()):
        return True
    wait_for_voice(claim=claim, rendering=rendering)
    return False


def wait_for_voice(*, claim: Claim, rendering: Rendering, failure: dict[str, Any] | None = None) -> None:
    """Its home does not speak: another one does it, or it waits for one that will, or it fails with `failure`.

    Nothing was charged. Its hold is kept while it waits."""
    home, at = rendering.provider_voice, clock.now()
    try:
        refuse_suspended(_standing(home.voice_id), at)
        if move_to_speaker(claim=claim, rendering=rendering):
            return
    except PlatformError as refused:
        give_up(claim, failure=refusal(refused), keeps_hold=False)
        return
    hope = _hope(rendering)
    if hope is None:
        give_up(claim, failure=failure or refusal(silence_at(home=home, at=at)), keeps_hold=False)
    elif _waited(rendering) >= LONGEST_WAIT:
        give_up(claim, failure=waited_too_long(hope.as_json()), keeps_hold=False)
    else:
        _put_aside(claim, rendering, hope)


def wake_voice(*, voice_id: str) -> None:
    """Look at what waits for a voice: ring the worker for it, in the order in which it was asked, where the voice
    speaks or nothing is left to wait for; else it waits on. Safe to repeat; nothing is paid by it."""
    waiting = _waiting().filter(provider_voice__voice=voice_id)
    homes = ProviderVoice.objects.select_related("voice__consent", "provider_account")
    for home in homes.filter(id__in=waiting.values("provider_voice")).order_by("id"):
        _wake(home, waiting.filter(provider_voice=home))


def wait_tick(*, at: datetime) -> None:
    """Have every voice looked at for which something waits that is due at the real time `at`."""
    due = _waiting().filter(due_at__lte=at).values("provider_voice__voice")
    first = due.annotate(first=Min("due_at")).order_by("first")
    for voice_id in first.values_list("provider_voice__voice", flat=True)[:_MOST_RUNG]:
        ring(WAKE_TASK, voice_id)


def _wake(home: ProviderVoice, waiting: QuerySet[Rendering]) -> None:
    now = clock.real_now()
    hope = None if _is_heard(home.voice) else _hope_here(home)
    if hope is not None:
        _wait_on(home, hope, waiting.filter(waits_since__gt=now - LONGEST_WAIT), now)
        waiting = waiting.filter(waits_since__lte=now - LONGEST_WAIT)
    ids = list(waiting.order_by("waits_since", "id").values_list("id", flat=True))
    # Due since it was asked: what waited longest comes first in every sweep.
    waiting.update(due_at=F("waits_since"))
    for rendering_id in ids:
        ring(RENDER_TASK, rendering_id)


def _wait_on(home: ProviderVoice, hope: Hope, waiting: QuerySet[Rendering], now: datetime) -> None:
    """Only what changes is written: a crowd that asks rings for everybody."""
    waiting.filter(due_at__lte=now).update(due_at=now + timedelta(seconds=LOOK_AGAIN_SECONDS))
    waiting.exclude(error=hope.as_json()).update(error=hope.as_json())
    if hope.home.id != home.id:
        waiting.filter(request__voice_id="").update(provider_voice=hope.home)


def _put_aside(claim: Claim, rendering: Rendering, hope: Hope) -> None:
    home = rendering.provider_voice
    is_here = hope.home.provider_account_id == home.provider_account_id
    awaited = hope.home if is_here and rendering.is_unplaced() else home
    put_aside(claim, home_id=awaited.id, waits_for=hope.as_json(), seconds=LOOK_AGAIN_SECONDS)
    if _hope(rendering) != hope and _waiting().filter(id=rendering.id).update(due_at=clock.real_now()):
        # The voice changed while it was claimed: the bell rang for nobody.
        ring(RENDER_TASK, rendering.id)


def _waiting() -> QuerySet[Rendering]:
    return Rendering.objects.filter(state=Rendering.State.QUEUED, waits_since__isnull=False)


def _hope(rendering: Rendering) -> Hope | None:
    """At its account, else at one where its clips may be spoken."""
    here = _hope_here(rendering.provider_voice)
    if here is not None or not may_move(rendering):
        return here
    return next(iter(hopes_of(voice=_standing(rendering.provider_voice.voice_id), at=clock.now())), None)


def _hope_here(home: ProviderVoice) -> Hope | None:
    hopes = hopes_of(voice=_standing(home.voice_id), at=clock.now())
    return next((hope for hope in hopes if hope.home.provider_account_id == home.provider_account_id), None)


def _is_heard(voice: Voice) -> bool:
    """Whether some home speaks of which nobody doubts that it exists."""
    try:
        return not all(is_doubted(home) for home in speaking_homes(voice=voice, at=clock.now()))
    except VoiceRefusedError:
        return False


def _standing(voice_id: str) -> Voice:
    return Voice.objects.select_related("consent").get(id=voice_id)


def _waited(rendering: Rendering) -> timedelta:
    since = rendering.waits_since
    return timedelta(0) if since is None else clock.real_now() - since
