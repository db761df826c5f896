"""After an outage much is due at once: what dies first is called first, whatever its due time was."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts import clock
from accounts.ids import new_id
from voicelib.flows.activation import keep_home, keepalive_tick
from voicelib.flows.claims import claim_due
from voicelib.flows.keepalive import planned
from voicelib.models import ProviderVoice, Voice

State = ProviderVoice.State
HOUR = timedelta(hours=1)
# Hours to the deadline, and for how many hours each has been due: the due times tell another order.
OVERDUE = {"slow": (20, 9), "short": (2, 1), "tried": (5, 0), "long": (70, 30), "shortest": (1, 4)}
BY_DEADLINE = ["shortest", "short", "tried", "slow", "long"]


@pytest.fixture
def shelf(cast):
    """`shelf({slug: (hours left, hours overdue)})` puts homes there that are due; hours left None: no deadline."""

    def fill(homes):
        now = clock.now()
        for slug, (left, overdue) in homes.items():
            voice = Voice.objects.create(team=cast.team, slug=slug, name=slug.title(), language="en")
            ProviderVoice.objects.create(
                voice=voice,
                provider_account=cast.account,
                vendor_voice_id=f"vendor-{slug}-{new_id()}",
                state=State.PERMANENT if left is None else State.TEMPORARY,
                activated_at=now if left is None else None,
                cloned_at=now - 100 * HOUR,
                expires_at=None if left is None else now + left * HOUR,
                keepalive_due_at=now - overdue * HOUR,
                requested_by={"team_id": cast.team.id},
            )

    return fill


@pytest.fixture
def called():
    """`called()` is one tick; the slugs of the homes it handed over, in order."""

    def tick():
        handed_over = []
        keepalive_tick(at=clock.now(), call=lambda home: handed_over.append(home.voice.slug))
        return handed_over

    return tick


def test_the_nearest_deadline_is_called_first(shelf, called):
    shelf(OVERDUE)
    assert called() == BY_DEADLINE


def test_a_dry_run_tells_the_same_order_and_what_has_no_deadline_comes_last(shelf):
    shelf({"active": (None, 200), **OVERDUE})
    lines = planned(at=clock.now())
    assert [line.voice for line in lines] == [*BY_DEADLINE, "active"]
    assert [line.step for line in lines] == ["call"] * 5 + ["rest"]


def test_what_is_not_due_waits_however_near_its_deadline(shelf, called):
    shelf({**OVERDUE, "nearest": (0.5, -0.25)})
    assert called() == BY_DEADLINE


def test_every_batch_takes_the_nearest_that_are_left(shelf):
    shelf({"active": (None, 200), **OVERDUE})
    due = ProviderVoice.objects.filter(keepalive_due_at__lte=clock.now()).order_by("expires_at")
    batches = [[home.voice.slug for home in claim_due(due.exclude(expires_at=None), limit=2)] for _ in range(4)]
    assert batches == [BY_DEADLINE[:2], BY_DEADLINE[2:4], BY_DEADLINE[4:], []]


def test_a_home_that_failed_often_does_not_fall_behind(clone, make_voice, vendor, advance, tick):
    """Its tries pushed its due time ahead of the others'; its deadline is the nearest all the same."""
    first, second = clone(), clone(of=make_voice("second"))
    advance(hours=141, step_hours=47, ticks=False)
    now = clock.now()
    ProviderVoice.objects.filter(id=first.id).update(keepalive_due_at=now, expires_at=now + 2 * HOUR, tries=9)
    ProviderVoice.objects.filter(id=second.id).update(keepalive_due_at=now - 9 * HOUR)
    tick()
    assert [call["voice_setting"]["voice_id"] for call in vendor.bodies("t2a")] == [
        first.vendor_voice_id,
        second.vendor_voice_id,
    ]


def test_who_is_told_to_wait_for_the_rate_gate_comes_back_in_the_same_order(
    cast, clone, make_voice, vendor, advance, tick
):
    homes = [clone(), *(clone(of=make_voice(slug)) for slug in ("bob", "cy", "dan", "eve"))]
    advance(hours=150, ticks=False)
    now = clock.now()
    # The youngest clone dies first, and has been due for the shortest time.
    for number, home in enumerate(homes):
        deadline, due = now + (10 - number) * HOUR, now - (10 - number) * HOUR
        ProviderVoice.objects.filter(id=home.id).update(expires_at=deadline, keepalive_due_at=due)
    wanted = [home.vendor_voice_id for home in reversed(homes)]

    cast.account.limits = {"speech": {"rpm": 1, "concurrency": None}}
    cast.account.save()
    tick()
    assert [call["voice_setting"]["voice_id"] for call in vendor.bodies("t2a")] == wanted[:1]
    waiting = ProviderVoice.objects.exclude(state=State.PERMANENT)
    assert waiting.filter(keepalive_due_at__gt=now, tries=0).count() == len(homes) - 1

    cast.account.limits = {"speech": {"rpm": None, "concurrency": None}}
    cast.account.save()
    advance(hours=1)
    assert [call["voice_setting"]["voice_id"] for call in vendor.bodies("t2a")] == wanted


@pytest.mark.django_db(transaction=True)
def test_of_claims_at_the_same_moment_each_home_falls_to_one(shelf):
    shelf({f"voice-{number}": (number + 1, 1) for number in range(120)})
    start = threading.Barrier(4)
    taken: list[str] = []
    failures: list[BaseException] = []

    def claim():
        due = ProviderVoice.objects.filter(keepalive_due_at__lte=clock.now()).order_by("expires_at")
        try:
            start.wait()
            while homes := claim_due(due, limit=7):
                taken.extend(home.id for home in homes)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(taken) == sorted(ProviderVoice.objects.values_list("id", flat=True))


def test_a_message_heard_twice_calls_once(clone, advance, vendor):
    clone()
    advance(hours=150, ticks=False)
    rung: list[ProviderVoice] = []
    keepalive_tick(at=clock.now(), call=rung.append)
    for home in [*rung, *rung]:
        keep_home(provider_voice_id=home.id, claim=home.claim)
    assert vendor.requests("t2a") == 1
