"""What must hold of every home wherever it is: no claim that nobody holds, no money set aside for nothing, and a moment
at which somebody looks for all that has yet to happen."""

from accounts import clock
from accounts.models import Attempt, Hold
from synthesis.models import Rendering
from voicelib.models import Deletion, ProviderVoice
from voicelib.states import LIVING

State = ProviderVoice.State


def complaints():
    """What is not in order, of all homes and holds there are; [] where everything is."""
    homes = list(ProviderVoice.objects.select_related("voice", "provider_account").order_by("id"))
    return [f"{home.state}: {wrong}" for home in homes for wrong in _wrong_with(home)] + _spare_holds(homes)


def _wrong_with(home):
    deletion = home.deletions.filter(undone_at__isnull=True).first()
    pending = deletion is not None and deletion.outcome == Deletion.Outcome.PENDING
    speaks, waits = home.state in ProviderVoice.SPEAKING, home.provider_account.frozen_at is not None
    rules = {
        "a claim is left": home.claim != "" or home.lease_until is not None,
        "it is cloned and nobody comes": home.state == State.CLONING and home.retry_at is None,
        "it is to be deleted and nobody comes": pending and deletion.due_at is None,
        "it is being deleted without a deletion": home.state == State.DELETING and not pending,
        "its deadline comes and nobody looks": speaks
        and home.expires_at is not None
        and home.check_due_at is None
        and not waits
        and (home.keepalive_due_at is None or home.keepalive_due_at > max(home.expires_at, clock.now())),
        "it has no deadline": home.state in ProviderVoice.NOT_YET_ACTIVE
        and home.expires_at is None
        and home.provider_account.retention != {"kind": "none"},
        "it is doubted and does not speak": home.check_due_at is not None and not speaks,
        "it is missing and does not speak": home.missing_since is not None
        and home.state in (State.CLONING, State.FAILED),
        "it warns of a deadline that is gone": home.alert_due_at is not None and not speaks,
        "it ended at no moment": home.state in (State.LAPSED, State.LOST) and home.ended_at is None,
        "it lives and has ended": home.state in LIVING and home.ended_at is not None,
        "it is cloned again although it has not ended": home.revival_due_at is not None
        and home.state not in (State.LAPSED, State.LOST),
        "it speaks under no name": speaks and not home.vendor_voice_id,
        "its preview is fetched for ever": home.retry_at is not None
        and home.state in (State.LAPSED, State.LOST, State.FAILED, State.DELETED),
    }
    return [name for name, holds in rules.items() if holds]


def _spare_holds(homes):
    """Open holds that no call can use any more, or that nobody is going to use."""
    alive = (Attempt.State.PREPARED, Attempt.State.SENT, Attempt.State.UNKNOWN)
    expected = {f"clone:{home.id}" for home in homes if home.state == State.CLONING}
    renderings = Rendering.objects.filter(state__in=("queued", "rendering")).values_list("hold_id", flat=True)
    waiting = tuple(f"keepalive:{home.id}:" for home in homes if home.keepalive_due_at is not None)
    found = []
    for hold in Hold.objects.filter(state=Hold.State.OPEN):
        if hold.key.startswith("activation:"):
            used = hold.users_of_fee.filter(state=Hold.State.OPEN).exists()
        else:
            used = hold.attempts.filter(state__in=alive).exists() or hold.key in expected or hold.id in renderings
            used = used or hold.key.startswith(waiting)
        if not used:
            found.append(f"open without reason: {hold.key.split(':')[0]}")
    return found
