"""From a booked answer to ready clips: store, mark, forget the spool. Idempotent, live and after any crash."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.flows.holds import release_hold
from accounts.flows.paid_call import answer_stored
from accounts.models import Attempt
from accounts.provider_errors import code_of
from accounts.spool import Answer
from accounts.steps import reached
from providers.errors import Category
from providers.fetch import FetchPolicy, fetch
from providers.probe import NotAudioError
from synthesis.failures import MAY_TURN_UP
from synthesis.flows.claims import Claim, booked_amount, count_cost, give_up, shorten_lease
from synthesis.flows.commissions import book_hit, follow_renderings
from synthesis.flows.storing import Stored, store_audio
from synthesis.models import Clip, Rendering, Segment
from synthesis.speech_answers import Heard, listen
from synthesis.speech_orders import order_from_json

# After a surprise (the storage is down, say) the sweep looks at the rendering again this soon.
SOON_SECONDS = 20.0


def deliver(*, claim: Claim, rendering: Rendering, attempt: Attempt, answer: Answer) -> None:
    """`finish` for who holds the claim: bytes nobody can decode fail the clips, anything else unexpected is raised and
    left to the sweep."""
    try:
        finish(rendering=rendering, attempt=attempt, answer=answer)
    except NotAudioError as error:
        code = code_of(Category.MALFORMED_RESPONSE)
        failure = {"code": code, "message": f"What was paid for is no audio: {error}"}
        give_up(claim, failure=failure, keeps_hold=False, attempt=attempt)
        answer_stored(attempt_id=attempt.id)
    except Exception:
        shorten_lease(claim, seconds=SOON_SECONDS)
        raise


def finish(*, rendering: Rendering, attempt: Attempt, answer: Answer) -> None:
    """Make the rendering and every clip that waits for it ready with the audio of a settled attempt.

    Also right where it is ready already (the spool is dropped) and where it was given up as unknown or lost before the
    answer turned up. Raises NotAudioError for bytes nobody can decode, and whatever the storage raises: then nothing
    is marked and the spool stays.
    """
    audio = answer.audio or _fetched(answer)
    heard = listen(audio, answer.facts, order_from_json(rendering.request))
    stored = store_audio(team_id=rendering.team_id, audio=audio, container=heard.container)
    reached("stored", attempt=attempt.id)
    with transaction.atomic():
        _mark_ready(rendering.id, attempt, stored, heard)
    answer_stored(attempt_id=attempt.id)


def _mark_ready(rendering_id: str, attempt: Attempt, stored: Stored, heard: Heard) -> None:
    rendering = Rendering.objects.select_for_update(no_key=True).get(id=rendering_id)
    payer, amount = count_cost(attempt), booked_amount(attempt)
    if rendering.state == Rendering.State.READY:
        return
    if rendering.state == Rendering.State.QUEUED and rendering.hold_id not in (None, attempt.hold_id):
        # Someone asked to pay again before this answer turned up; now nobody needs to.
        release_hold(hold_id=str(rendering.hold_id))
    rendering.state, rendering.error, rendering.lease_until = Rendering.State.READY, None, None
    rendering.billed_characters = attempt.billed_characters or 0
    rendering.amount_micros, rendering.currency = amount.amount_micros, amount.currency
    rendering.trace_id = attempt.trace_id
    rendering.storage_key, rendering.sha256, rendering.size = stored.key, stored.sha256, stored.size
    rendering.format, rendering.sample_rate, rendering.channels = heard.container, heard.sample_rate, heard.channels
    rendering.duration_ms, rendering.findings = heard.duration_ms, heard.findings
    rendering.save()
    _release_clips(rendering, payer)


def _release_clips(rendering: Rendering, payer: Segment | None) -> None:
    waits = Q(clip__state__in=(Clip.State.QUEUED, Clip.State.RENDERING))
    given_up = Q(clip__state=Clip.State.FAILED, clip__error__code__in=MAY_TURN_UP)
    segments = Segment.objects.filter(waits | given_up, rendering=rendering).select_related("clip__voice")
    for segment in segments.order_by("clip_id", "position"):
        if payer is None or segment.id != payer.id:
            segment.rendering = rendering
            book_hit(segment=segment, clip=segment.clip)
        follow_renderings(segment.clip)


def _fetched(answer: Answer) -> bytes:
    """The audio behind a URL: providers answer with one although none was asked for."""
    policy = FetchPolicy(allowed=settings.FETCH_ALLOWED_HOSTS)
    return fetch(str(answer.facts["audio_url"]), policy).content
