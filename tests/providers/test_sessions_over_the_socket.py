"""Sessions against the emulator over real sockets, through both drivers."""

import time

import httpx
import pytest

from providers.errors import ProviderError
from providers.probe import probe, wrap_pcm
from providers.sandbox.server import SandboxServer
from providers.types import AudioFormat, VoiceEffects
from tests.providers.conversation import MINIMAX
from tests.providers.talk import Talker, socket_request
from tests.providers.vendor import Vendor, failure

TEXTS = ("One sentence for the road.", "And another one, for 两 who stay.", "Good night.")
LONG = "One sentence for the road, and another one for those who stay, until the very end of the night."
FORMATS = [
    AudioFormat(container, max(MINIMAX.capabilities.formats[container]), None, 1 + number % 2)
    for number, container in enumerate(sorted(MINIMAX.capabilities.stream_formats))
]


def session(vendor, *, options=None, **fields):
    exchange = MINIMAX.open_socket(vendor.account, socket_request(**fields))
    return Talker(vendor._kind, exchange, [vendor.host_port], **options or {})


@pytest.fixture(params=["blocking", "async"])
def hasty(request):
    """An account at an emulator of its own that gives idle sessions a tenth of a second."""
    with SandboxServer() as server:
        vendor = Vendor(server, request.param)
        httpx.post(f"{vendor.controls}/pace", json={"ws_idle_seconds": 0.1}, trust_env=False).raise_for_status()
        yield vendor


def test_the_adapter_declares_what_it_does():
    assert "socket" in MINIMAX.capabilities.operations


def test_several_texts_are_spoken_and_billed_each_for_itself(vendor):
    sent: list[str] = []
    with session(vendor, options={"on_sent": lambda asked: sent.append(asked.operation)}) as talker:
        heard = [talker.hear(text) for text in TEXTS]
    for content, result in heard:
        assert probe(content).duration_ms == pytest.approx(result.duration_ms, abs=100)
        assert (result.container, result.findings, result.audio) == ("mp3", (), b"")
    bill = vendor.bill()
    assert [line["characters"] for line in bill] == [result.billed_characters for _, result in heard]
    assert [line["characters"] for line in bill] == list(map(MINIMAX.count_characters, TEXTS))
    assert [line["trace_id"] for line in bill] == [result.trace_id for _, result in heard]
    assert sent == ["t2a_socket"] * 3


def test_audio_is_handed_on_in_pieces_while_it_is_made(vendor):
    with session(vendor) as talker:
        talker.hear(LONG)
        assert len(talker.pieces) > 10


@pytest.mark.parametrize("audio", FORMATS, ids=lambda audio: audio.container)
def test_every_container_declared_streamable_is_spoken(vendor, audio):
    with session(vendor, format=audio) as talker:
        content, result = talker.hear("Hello there.")
    assert (result.container, result.findings) == (audio.container, ())
    if audio.container == "pcm":
        content = wrap_pcm(content, audio.sample_rate, audio.channels)
    if audio.container != "pcmu_raw":
        assert probe(content).duration_ms == pytest.approx(result.duration_ms, abs=150)


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


def test_a_text_that_cannot_be_spoken_is_refused_and_the_session_goes_on(vendor):
    with session(vendor) as talker:
        error = failure(lambda: talker.hear(" "))
        assert (error.field, error.possibly_charged) == ("text", False)
        assert talker.hear()[0]
    assert len(vendor.bill()) == 1


def test_an_idle_session_is_over_without_cost_and_says_so_every_time(hasty):
    with session(hasty) as talker:
        talker.hear()
        # Nobody tells a client that does not read.
        time.sleep(0.5)
        errors = [failure(talker.hear), failure(talker.hear), failure(talker.keep_alive)]
    for error in errors:
        assert (error.category, error.code, error.retryable) == ("provider_down", "2201", True)
        assert (error.possibly_charged, error.heard_bytes) == (False, 0)
    assert len(hasty.bill()) == 1


def test_keeping_alive_costs_nothing_and_disturbs_no_text(vendor):
    with session(vendor) as talker:
        for _ in range(3):
            talker.keep_alive()
            assert talker.hear()[1].billed_characters == 6
        talker.hear(LONG, most=1)
        talker.keep_alive()
        assert talker.hear()[0]
    assert [line["characters"] for line in vendor.bill()] == [6, 6, 6, len(LONG), 6]


@pytest.mark.parametrize(
    ("fault", "fields", "category", "charged"),
    [
        ("rate_limit", {}, "rate_limited", False),
        ("error_in_200", {"status_code": 1008}, "balance", False),
        ("voice_gone", {}, "voice_missing", False),
        ("bad_hex", {}, "malformed_response", True),
        ("close_connection", {}, "timeout_unknown_outcome", True),
        ("timeout_after_charge", {"seconds": 0.05}, "timeout_unknown_outcome", True),
    ],
)
def test_a_text_that_fails_before_its_first_audio(vendor, fault, fields, category, charged):
    with session(vendor) as talker:
        talker.hear()
        vendor.order(fault, **fields)
        error = failure(lambda: talker.hear(LONG))
        assert (error.category, error.possibly_charged, error.heard_bytes) == (category, charged, 0)
        after = failure(lambda: talker.hear(LONG))
        assert (after.category, after.retryable, after.possibly_charged) == ("provider_down", True, False)
    if not charged:
        assert len(vendor.bill()) == 1


@pytest.mark.parametrize(
    ("fault", "fields", "category"),
    [
        ("cut_stream", {}, "timeout_unknown_outcome"),
        ("stall", {"seconds": 0.05}, "timeout_unknown_outcome"),
        ("no_end_frame", {}, "timeout_unknown_outcome"),
        ("error_mid_stream", {"status_code": 1002}, "rate_limited"),
    ],
)
def test_a_text_that_fails_after_audio_may_be_charged_and_tells_what_was_heard(vendor, fault, fields, category):
    with session(vendor) as talker:
        vendor.order(fault, **fields)
        error = failure(lambda: talker.hear(LONG))
        assert (error.category, error.possibly_charged) == (category, True)
        assert error.heard_bytes == len(b"".join(talker.pieces)) > 0
    assert len(vendor.bill()) == 1


def test_a_voice_that_is_not_there_is_told_before_any_text(vendor):
    error = failure(lambda: session(vendor, voice_id="Nobody_12345678").__enter__())
    assert (error.category, error.code, error.possibly_charged) == ("voice_missing", "2054", False)
    assert vendor.bill() == []


def test_a_text_keeps_a_clone(vendor):
    voice_id = vendor.clone().voice_id
    with session(vendor, voice_id=voice_id) as talker:
        talker.hear()
    assert [line["operation"] for line in vendor.bill()] == ["t2a", "clone_fee"]


def test_nobody_waits_longer_than_the_driver_allows(vendor):
    vendor.order("stall", seconds=30)
    with session(vendor, options={"longest_seconds": 0.5}) as talker, pytest.raises(ProviderError) as caught:
        talker.hear(LONG)
    assert (caught.value.category, caught.value.possibly_charged) == ("timeout_unknown_outcome", True)
