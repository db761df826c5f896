"""The tick: finds homes whose time has come, warns, lets lapse, and hands what needs a call to the worker.

Both sweeps read a partial index of due times, so that a tick costs what is due and not what exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.doorbell import ring
from accounts.models import Attempt
from voicelib.flows.claims import claim_due, let_go
from voicelib.flows.clone_outcomes import KEEP_TASK, give_back_clone, settle_proven_clone, subject_of
from voicelib.flows.consents import expire_consents, tell_ending_consents
from voicelib.flows.deadlines import facts_of, next_alert, will_be_kept
from voicelib.flows.endings import end_home
from voicelib.flows.engine_holds import living_calls, release_spare_holds
from voicelib.flows.history import note_home
from voicelib.flows.losses import CHECK_TASK
from voicelib.keeping import Step, next_step
from voicelib.models import ProviderVoice
from voicelib.retention import alert_hours, alert_now

State = ProviderVoice.State
_BATCH = 500
_MOST_BATCHES = 40


@dataclass(slots=True)
class TickReport:
    """What one tick did (or, dry, would do): counts of homes, of voices suspended, of consents told to be ending."""

    calls: int = 0
    waiting: int = 0
    lapsed: int = 0
    resting: int = 0
    alerts: int = 0
    consents_expired: int = 0
    consents_ending: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One line of a dry run."""

    voice: str
    provider_account: str
    provider_voice_id: str
    step: str
    deadline: datetime | None


def keepalive_tick(*, at: datetime, call: Callable[[ProviderVoice], None] | None = None) -> TickReport:
    """Deal with everything that is due at business time `at`; returns what was done.

    Homes that need a call, or have one that nobody has ended, are claimed and rung for (or given to `call`, which then
    does the work), those with the nearest deadline first; the rest is done here. Many ticks may run at once: a home is
    claimed by one of them.
    """
    report = TickReport(consents_expired=expire_consents(at=at))
    hand_over = call or _ring_worker
    for _ in range(_MOST_BATCHES):
        homes = claim_due(_due(at), limit=_BATCH)
        called = set(living_calls(homes).values_list("subject", flat=True))
        for home in homes:
            if next_step(facts_of(home), at) is Step.CALL or subject_of(home) in called:
                hand_over(home)
                report.calls += 1
            else:
                _count(report, act_without_call(home, at))
        if len(homes) < _BATCH:
            break
    # After the calls: they cannot wait for letters when there is much to catch up on.
    report.alerts = _alert(at)
    report.consents_ending = tell_ending_consents(at=at)
    return report


def planned(*, at: datetime) -> list[Planned]:
    """What a tick at `at` would do with the homes that are due, nearest deadline first; nothing is changed."""
    homes = _due(at).select_related("voice__consent", "provider_account")
    return [
        Planned(
            voice=home.voice.slug,
            provider_account=home.provider_account.slug,
            provider_voice_id=home.vendor_voice_id,
            step=next_step(facts_of(home), at),
            deadline=home.expires_at,
        )
        for home in homes[: _BATCH * _MOST_BATCHES]
    ]


def act_without_call(home: ProviderVoice, at: datetime) -> Step:
    """Do what the engine's decision about a claimed home is, where that needs no call, and give the claim back."""
    step = next_step(facts_of(home), at)
    if step is Step.LAPSE and home.state in ProviderVoice.SPEAKING:
        if _may_live(home):
            _doubt_lapse(home, at)
        elif end_home(home=home, state=State.LAPSED, at=at):
            _tidy(home)
    elif step is Step.WAIT:
        let_go(home, unless_changed=True, keepalive_due_at=home.expires_at)
    else:
        _tidy(home)
        let_go(home, unless_changed=True, keepalive_due_at=None)
    return step


def _due(at: datetime) -> QuerySet[ProviderVoice]:
    """Nearest deadline first: when much is due at once, what dies first is called first, whatever its due time was.

    Only the due part of the index is read and then sorted, so homes that are not due cost nothing.
    """
    due = ProviderVoice.objects.filter(keepalive_due_at__lte=at)
    return due.order_by(F("expires_at").asc(nulls_last=True), "keepalive_due_at", "id")


def _ring_worker(home: ProviderVoice) -> None:
    ring(KEEP_TASK, home.id, home.claim)


def _may_live(home: ProviderVoice) -> bool:
    """A use was sent whose answer is lost: the voice may have been activated, whatever its deadline says."""
    unresolved = Attempt.objects.filter(
        provider_account_id=home.provider_account_id,
        vendor_voice_id=home.vendor_voice_id,
        state=Attempt.State.UNKNOWN,
        kind__in=(Attempt.Kind.SPEECH, Attempt.Kind.KEEPALIVE),
    )
    return home.state in ProviderVoice.NOT_YET_ACTIVE and unresolved.exists()


def _doubt_lapse(home: ProviderVoice, at: datetime) -> None:
    """Have it checked whether it lives before it is called lapsed; until then it refuses, being past its deadline."""
    if let_go(home, unless_changed=True, keepalive_due_at=None, alert_due_at=None, check_due_at=at):
        ring(CHECK_TASK, home.id)


def _tidy(home: ProviderVoice) -> None:
    """Give back what was held for calls that will not be made; end the clone's attempt where there is proof."""
    release_spare_holds(home)
    if home.state == State.PERMANENT:
        settle_proven_clone(home)
    elif home.state == State.UNPROVEN:
        give_back_clone(home)


def _alert(at: datetime) -> int:
    told = 0
    for _ in range(_MOST_BATCHES):
        due = ProviderVoice.objects.filter(alert_due_at__lte=at).order_by("alert_due_at")
        homes = list(due.select_related("voice__consent", "provider_account")[:_BATCH])
        told += sum(_alert_about(home, at) for home in homes)
        if len(homes) < _BATCH:
            break
    return told


def _alert_about(home: ProviderVoice, at: datetime) -> bool:
    """Record the most urgent alert whose moment has come, once, and set the next; False where another tick did."""
    deadline, hours = home.expires_at, None
    if deadline is not None and home.state in ProviderVoice.SPEAKING:
        hours = alert_now(deadline=deadline, at=at, hours=alert_hours(was_activated=home.activated_at is not None))
    with transaction.atomic():
        ours = ProviderVoice.objects.filter(id=home.id, alert_due_at=home.alert_due_at)
        if not ours.update(alert_due_at=next_alert(home, after=at)) or deadline is None or hours is None:
            return False
        stamp = f"{home.id}:{deadline:%Y%m%d%H%M%S}"
        data = {
            "deadline": deadline.isoformat(),
            "hours_left": hours,
            "policy": home.policy,
            "will_be_kept": will_be_kept(home),
        }
        if _is_undecided(home):
            data["on_silence"] = home.on_silence
            decide_by = home.keepalive_due_at if home.on_silence == ProviderVoice.OnSilence.ACTIVATE else deadline
            needed = {**data, "decide_by": decide_by.isoformat() if decide_by else None}
            note_home(home=home, kind="voice.decision_needed", data=needed, key=f"voice.decision_needed:{stamp}")
        note_home(home=home, kind="voice.expiring", data=data, key=f"voice.expiring:{stamp}:{hours}")
        return True


def _is_undecided(home: ProviderVoice) -> bool:
    facts = facts_of(home)
    return home.policy == ProviderVoice.Policy.ASK and not facts.is_active and not facts.was_asked


def _count(report: TickReport, step: Step) -> None:
    if step is Step.LAPSE:
        report.lapsed += 1
    elif step is Step.WAIT:
        report.waiting += 1
    else:
        report.resting += 1
