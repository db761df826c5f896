"""Sessions against the emulator over real sockets, through both drivers."""

import time

import httpx
import pytest

from providers.probe import probe
from providers.sandbox.server import SandboxServer
from providers.types import VoiceEffects
from tests.providers.conversation import MINIMAX
from tests.providers.talk import Talker, socket_request
from tests.providers.vendor import Vendor, failure

LONG = "One sentence for the road, and another one for those who stay, until the very end of the night."


def session(vendor, *, options=None, **fields):
    exchange = MINIMAX.open_socket(vendor.account, socket_request(**fields))
    return Talker(vendor._kind, exchange, [vendor.host_port], **options or {})


@pytest.fixture(params=["blocking", "async"])
def alone(request):
    """An account at an emulator of its own."""
    with SandboxServer() as server:
        yield Vendor(server, request.param)


def test_words_come_along_with_their_times(vendor):
    with session(vendor, subtitles="word_streaming") as talker:
        _, result = talker.hear("One code. No app.")
    assert [entry.text for entry in result.subtitles] == ["One code.", "No app."]
    assert [word.text for word in result.subtitles[1].words] == ["No", "app"]


def test_everything_that_may_be_asked_for_at_once_is_accepted(vendor):
    settings = {"text_normalization": True, "latex_read": True, "language_boost": "Chinese", "emotion": "calm",
                "speed": 1.1, "volume": 2, "pitch": -1, "effects": VoiceEffects(sound="robotic")}  # fmt: skip
    with session(vendor, settings=settings, continuous_sound=True) as talker:
        assert talker.hear("你好。")[0]


def test_who_stops_listening_may_speak_the_next_text(vendor):
    with session(vendor) as talker:
        left = talker.hear(LONG, most=1)
        content, result = talker.hear("Good night.")
        assert probe(content).duration_ms == pytest.approx(result.duration_ms, abs=100)
        with pytest.raises(RuntimeError, match="went on"):
            talker.go_on(left)
    assert left.result.billed_characters == len(LONG)
    assert [line["characters"] for line in vendor.bill()] == [len(LONG), 11]


def test_a_text_left_open_is_read_to_its_end_when_the_session_is_closed(vendor):
    with session(vendor) as talker:
        left = talker.hear(LONG, most=1)
    assert left.result.billed_characters == len(LONG)


def test_an_idle_session_is_over_without_cost_and_says_so_every_time(alone):
    with session(alone) as talker:
        talker.hear()
        httpx.post(f"{alone.controls}/pace", json={"ws_idle_seconds": 0.05}, trust_env=False).raise_for_status()
        talker.keep_alive()
        # Nobody tells a client that does not read.
        time.sleep(0.5)
        errors = [failure(talker.hear), failure(talker.hear), failure(talker.keep_alive)]
    for error in errors:
        assert (error.category, error.code, error.retryable) == ("provider_down", "2201", True)
        assert (error.possibly_charged, error.heard_bytes) == (False, 0)
    assert len(alone.bill()) == 1


def test_keeping_alive_costs_nothing_and_disturbs_no_text(vendor):
    with session(vendor) as talker:
        for _ in range(3):
            talker.keep_alive()
            assert talker.hear()[1].billed_characters == 6
        talker.hear(LONG, most=1)
        talker.keep_alive()
        assert talker.hear()[0]
    assert [line["characters"] for line in vendor.bill()] == [6, 6, 6, len(LONG), 6]


def test_a_voice_that_is_not_there_is_told_before_any_text(vendor):
    error = failure(lambda: session(vendor, voice_id="Nobody_12345678").__enter__())
    assert (error.category, error.code, error.possibly_charged) == ("voice_missing", "2054", False)
    assert vendor.bill() == []


def test_a_text_keeps_a_clone(vendor):
    voice_id = vendor.clone().voice_id
    with session(vendor, voice_id=voice_id) as talker:
        talker.hear()
    assert [line["operation"] for line in vendor.bill()] == ["t2a", "clone_fee"]
