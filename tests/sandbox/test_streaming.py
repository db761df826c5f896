import io
import json
import time
from typing import Any

import av
import httpx
import pytest

from tests.sandbox.customer import RATE, SENTENCE, SYSTEM_VOICE, code
from tests.sandbox.test_speech_answers import decoded


def body_of(text: str = SENTENCE, **fields: Any) -> dict[str, Any]:
    shape = {"format": "mp3", "sample_rate": RATE, **fields.pop("audio_setting", {})}
    voice = {"voice_id": SYSTEM_VOICE, **fields.pop("voice_setting", {})}
    return {"model": "speech-2.8-hd", "text": text, "stream": True, "voice_setting": voice, "audio_setting": shape,
            **fields}  # fmt: skip


def frames_of(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in content.split(b"\n") if line.startswith(b"data: ")]


def streamed(customer, text: str = SENTENCE, **fields: Any) -> list[dict[str, Any]]:
    answer = customer.http.post("t2a_v2", json=body_of(text, **fields))
    assert answer.headers["content-type"] == "text/event-stream", answer.text
    return frames_of(answer.content)


def audio_of(frames: list[dict[str, Any]]) -> bytes:
    return b"".join(bytes.fromhex(frame["data"]["audio"]) for frame in frames if frame["data"]["status"] == 1)


def test_a_stream_is_data_lines_and_blank_lines_and_nothing_else(customer):
    answer = customer.http.post("t2a_v2", json=body_of())
    lines = answer.content.split(b"\n")
    assert all(line.startswith(b"data: {") for line in lines[:-1:2])
    assert set(lines[1::2]) | {lines[-1]} == {b""}
    frames = frames_of(answer.content)
    assert [frame["data"]["status"] for frame in frames] == [1] * (len(frames) - 1) + [2]
    assert len(frames) > 5
    assert all("extra_info" not in frame for frame in frames[:-1])
    assert [frame["base_resp"]["status_msg"] for frame in frames] == [""] * (len(frames) - 1) + ["success"]
    assert {frame["trace_id"] for frame in frames} == {answer.headers["Trace-Id"]}


@pytest.mark.parametrize(
    ("container", "rate", "channels"),
    [("mp3", 32000, 1), ("mp3", 16000, 2), ("mp3", 8000, 1), ("flac", 24000, 2), ("pcm", 16000, 1),
     ("opus", 24000, 1), ("pcmu_raw", 8000, 1)],
)  # fmt: skip
def test_pieces_join_to_one_clean_file_which_the_last_frame_repeats(customer, container, rate, channels):
    shape = {"format": container, "sample_rate": rate, "channel": channels}
    frames = streamed(customer, audio_setting=shape)
    content, info = audio_of(frames), frames[-1]["extra_info"]
    assert bytes.fromhex(frames[-1]["data"]["audio"]) == content
    assert info["audio_size"] == len(content)
    assert info["usage_characters"] == len(SENTENCE)
    _, _, found_channels, milliseconds = decoded(content, container, rate, channels)
    assert found_channels == channels
    # Without a header that tells it, an mp3 keeps the encoder's delay and padding of up to four granules.
    assert abs(milliseconds - info["audio_length"]) < 20 + 4 * 576 * 1000 / rate


def test_an_mp3_stream_has_no_header_in_the_middle_and_every_frame_decodes(customer):
    content = audio_of(streamed(customer, audio_setting={"force_cbr": True}))
    assert content[:1] == b"\xff"
    assert b"Xing" not in content
    assert b"ID3" not in content
    with av.open(io.BytesIO(content), "r", options={"err_detect": "explode"}) as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) > 2 * RATE


def test_the_whole_audio_at_the_end_can_be_excluded(customer):
    frames = streamed(customer, stream_options={"exclude_aggregated_audio": True})
    assert frames[-1]["data"]["audio"] == ""
    assert frames[-1]["extra_info"]["audio_size"] == len(audio_of(frames))


def test_output_format_and_watermark_mean_nothing_while_streaming(customer):
    frames = streamed(customer, output_format="url", aigc_watermark=True)
    assert frames[-1]["data"]["audio"] == audio_of(frames).hex()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"audio_setting": {"format": "wav"}}, 2013),
        ({"audio_setting": {"format": "flac"}, "voice_modify": {"pitch": 5}}, 2013),
        ({"stream_options": {"exclude_aggregated_audio": "yes"}}, 2013),
        ({"voice_setting": {"voice_id": "Nobody_12345678"}}, 2054),
    ],
    ids=str,
)
def test_an_error_before_the_audio_is_plain_json_and_free(customer, fields, expected):
    answer = customer.http.post("t2a_v2", json=body_of(**fields))
    assert answer.headers["content-type"].startswith("application/json")
    assert code(answer.json()) == expected
    assert customer.bill() == []


def test_an_ordered_refusal_of_a_stream_is_plain_json_too(customer):
    customer.fault("rate_limit")
    answer = customer.http.post("t2a_v2", json=body_of())
    assert (answer.headers["content-type"], code(answer.json())) == ("application/json; charset=utf-8", 1002)


def test_a_mp3_stream_may_be_modified(customer):
    assert len(streamed(customer, voice_modify={"pitch": 5, "sound_effects": "robotic"})) > 3


def test_a_cut_stream_ends_within_a_line_and_is_charged(customer):
    customer.fault("cut_stream")
    received: list[bytes] = []
    with customer.http.stream("POST", "t2a_v2", json=body_of()) as answer, pytest.raises(httpx.RemoteProtocolError):
        received.extend(answer.iter_bytes())
    content = b"".join(received)
    assert len(frames_of(content.rpartition(b"\n")[0])) >= 1
    assert not content.endswith(b"\n\n")
    assert len(customer.bill()) == 1


def test_a_stalled_stream_gives_half_and_falls_silent(customer):
    customer.fault("stall", seconds=30)
    received: list[bytes] = []
    with (
        customer.http.stream("POST", "t2a_v2", json=body_of(), timeout=0.5) as answer,
        pytest.raises(httpx.ReadTimeout),
    ):
        received.extend(answer.iter_bytes())
    frames = frames_of(b"".join(received))
    assert frames
    assert all(frame["data"]["status"] == 1 for frame in frames)
    assert len(customer.bill()) == 1


@pytest.mark.parametrize(("fields", "expected"), [({}, 1033), ({"status_code": 1027}, 1027)])
def test_an_error_in_the_middle_is_a_frame_without_audio_and_the_last_one(customer, fields, expected):
    customer.fault("error_mid_stream", **fields)
    *chunks, last = streamed(customer, "Hello.")
    assert chunks
    assert (code(last), last["data"]) == (expected, None)
    assert len(customer.bill()) == 1


def test_a_missing_end_frame_is_a_clean_end_too_early(customer):
    customer.fault("no_end_frame")
    frames = streamed(customer)
    assert {frame["data"]["status"] for frame in frames} == {1}
    assert len(customer.bill()) == 1


def test_faults_of_streams_spare_calls_that_do_not_stream(customer):
    customer.fault("no_end_frame")
    assert code(customer.t2a("Hello.")) == 0
    assert streamed(customer, "Hello.")[-1]["data"]["status"] == 1


def test_bad_hex_in_a_stream_is_no_hex(customer):
    customer.fault("bad_hex")
    with pytest.raises(ValueError, match="non-hexadecimal"):
        audio_of(streamed(customer))


def test_the_pace_delays_the_first_byte_and_spreads_the_rest(tenant):
    tenant.order("pace", {"first_byte_ms": 200, "realtime_factor": 0.2})
    began = time.monotonic()
    with tenant.http.stream("POST", "t2a_v2", json=body_of("Hello there, friend.")) as answer:
        arrived = [(time.monotonic() - began, line) for line in answer.iter_lines() if line]
    (first, _), (last, line) = arrived[0], arrived[-1]
    length = json.loads(line[6:])["extra_info"]["audio_length"]
    assert first >= 0.2
    assert last >= 0.2 + 0.2 * length / 1000


def test_a_client_that_leaves_pays_for_all_and_frees_its_place(tenant):
    tenant.order("limits", {"key": tenant.key, "concurrency": 1})
    tenant.order("pace", {"realtime_factor": 100})
    with tenant.http.stream("POST", "t2a_v2", json=body_of()) as answer:
        parts = answer.iter_bytes()
        next(parts)
        assert code(tenant.t2a("Hello.")) == 1041
    assert [line["characters"] for line in tenant.bill()] == [len(SENTENCE)]
    tenant.order("pace", {"realtime_factor": 0})
    deadline = time.monotonic() + 5
    while (answer := tenant.t2a("Hello.")) and code(answer) == 1041:
        assert time.monotonic() < deadline
    assert code(answer) == 0
