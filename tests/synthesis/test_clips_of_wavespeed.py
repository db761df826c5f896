"""Clips spoken at WaveSpeed: submitted once, asked for by the task's id, fetched, and booked by our estimate."""

import httpx
import pytest

from accounts import clock, keyring, spool
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from synthesis.flows import recovery, rendering
from tests.cast import make_account
from tests.synthesis.vendor import Vendor
from voicelib.models import ProviderVoice, Voice

TEXT = "你好, WaveSpeed."


class Died(BaseException):
    """The end of a process."""


@pytest.fixture
def account(cast, sandbox):
    return make_account(
        cast.team,
        slug="wavespeed",
        provider="wavespeed",
        base_url=f"{sandbox.base_url}/wavespeed",
        price_list="wavespeed",
        is_default=False,
        options={"poll_every_seconds": 0.02},
    )


@pytest.fixture
def at_wavespeed(account):
    return Vendor(keyring.decrypt(account.key_encrypted))


@pytest.fixture
def wise_woman(cast, account) -> Voice:
    voice = Voice.objects.create(team=cast.team, slug="wise", name="Wise", kind=Voice.Kind.SYSTEM, language="en")
    ProviderVoice.objects.create(
        voice=voice,
        provider_account=account,
        vendor_voice_id="Wise_Woman",
        state=ProviderVoice.State.PERMANENT,
        activated_at=clock.now(),
    )
    return voice


@pytest.fixture(autouse=True)
def tasks_take_a_moment(sandbox):
    """Real seconds a task takes."""
    _pace(sandbox, 0.1)
    yield
    _pace(sandbox, 1)


def _pace(sandbox, seconds):
    body = {"async_task_seconds": seconds}
    httpx.post(f"{sandbox.base_url}/_sandbox/pace", json=body, trust_env=False).raise_for_status()


@pytest.fixture
def ask_there(ask, wise_woman):
    return lambda text=TEXT: ask(text, voice_slug=wise_woman.slug, model="speech-02-hd")


@pytest.fixture
def die_at(at_step):
    def crash(ids):
        raise Died

    def die(step, clip):
        at_step(step, crash)
        with pytest.raises(Died):
            rendering.render(rendering_id=clip.segments.get().rendering_id)

    return die


def _is_ready_and_paid_once(clip, vendor):
    clip.refresh_from_db()
    assert (clip.state, clip.error) == ("ready", None)
    [line], [entry], [attempt] = vendor.bill(), LedgerEntry.objects.all(), Attempt.objects.all()
    assert attempt.vendor_task == attempt.trace_id == line["trace_id"]
    assert (entry.billed_characters, entry.amount_micros) == (line["characters"], line["amount_micros"])
    assert entry.source == "estimated"
    assert Hold.objects.get().state == "settled"
    assert list(spool.kept()) == []
    assert verify_ledger() == []


def test_every_character_counts_once_and_the_audio_is_ours(ask_there, render_all, at_wavespeed, cast):
    clip = ask_there()
    render_all()
    _is_ready_and_paid_once(clip, at_wavespeed)
    shown = cast.api().get(f"/api/v1/clips/{clip.id}").json()
    assert (shown["billed_characters"], shown["billed_source"]) == (len(TEXT), "estimated")
    assert shown["duration_ms"] > 500
    played = cast.api().get(f"/api/v1/clips/{clip.id}/audio")
    assert len(b"".join(played.streaming_content)) == shown["size"]


@pytest.mark.parametrize("step", ["committed", "accepted", "answered", "spooled", "settled", "stored"])
def test_a_worker_that_died_pays_once(step, ask_there, die_at, render_all, at_wavespeed):
    clip = ask_there(f"It died when it was {step}.")
    die_at(step, clip)
    recovery.recover_after_restart()
    render_all()
    if step == "committed":
        Attempt.objects.filter(state="released").delete()
    _is_ready_and_paid_once(clip, at_wavespeed)
    assert at_wavespeed.requests() == 1


def test_a_worker_that_died_before_it_knew_the_id_leaves_it_unknown(ask_there, die_at, render_all, at_wavespeed):
    clip = ask_there()
    die_at("sent", clip)
    recovery.recover_after_restart()
    render_all()
    clip.refresh_from_db()
    assert clip.error["code"] == "outcome_unknown"
    assert at_wavespeed.requests() == 0


def test_a_task_that_failed_is_told_and_never_paid_twice_without_a_word(ask_there, render_all, at_wavespeed, sandbox):
    order = {"provider": "wavespeed", "operation": "t2a", "fault": "task_failed", "count": 1, "key": at_wavespeed.key}
    httpx.post(f"{sandbox.base_url}/_sandbox/faults", json=order, trust_env=False).raise_for_status()
    clip = ask_there()
    render_all()
    clip.refresh_from_db()
    assert (clip.state, Attempt.objects.get().state) == ("failed", "unknown")
    assert clip.error["code"] == "outcome_unknown"
    assert at_wavespeed.requests() == len(at_wavespeed.bill()) == 1
