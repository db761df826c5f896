"""What a synthesis makes of MiniMax's answers."""

import pytest

from providers.errors import ProviderError
from providers.types import AudioFormat, Headers
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, WAV, answer, converse, request, spoken


def result(response, **fields):
    return converse(MINIMAX.speech(ACCOUNT, request(**fields)), response)[0]


def failure(response, **fields):
    with pytest.raises(ProviderError) as caught:
        result(response, **fields)
    return caught.value


def test_hex_audio_is_decoded_and_the_bill_is_the_vendors():
    spoken_result = result(spoken(usage=34))
    assert spoken_result.audio == MP3
    assert (spoken_result.container, spoken_result.billed_characters, spoken_result.duration_ms) == ("mp3", 34, 1234)
    assert spoken_result.audio_url is None
    assert spoken_result.vendor_status == 2
    assert spoken_result.findings == ()


def test_a_url_in_the_audio_field_is_a_url_although_hex_was_asked_for():
    spoken_result = result(spoken("https://cdn.example/clip.mp3?sig=abc"))
    assert spoken_result.audio_url == "https://cdn.example/clip.mp3?sig=abc"
    assert (spoken_result.audio, spoken_result.container) == (b"", "")
    assert spoken_result.billed_characters == 6


@pytest.mark.parametrize("usage", [None, -1, "many", [], 1.5, True])
def test_a_missing_or_senseless_usage_is_not_known_rather_than_zero(usage):
    assert result(spoken(usage=usage)).billed_characters is None


@pytest.mark.parametrize("usage", [0, 34, 34.0, "34"])
def test_usage_is_taken_from_every_way_to_write_a_number(usage):
    assert result(spoken(usage=usage)).billed_characters == int(usage)


def test_extra_info_may_be_missing():
    spoken_result = result(spoken(extra_info=None))
    assert (spoken_result.billed_characters, spoken_result.duration_ms, spoken_result.declared) == (None, None, {})


@pytest.mark.parametrize(
    "data", [None, {}, {"audio": None}, {"audio": ""}, {"audio": 5}, [], "x", {"audio": {"url": "https://x"}}]
)
@pytest.mark.parametrize("audio", [AudioFormat("mp3", 32000), AudioFormat("pcm", 32000)], ids=["mp3", "pcm"])
def test_success_without_audio_is_malformed_and_possibly_charged(data, audio):
    error = failure(spoken(data=data), format=audio)
    assert error.category == "malformed_response"
    assert error.possibly_charged
    assert not error.retryable
    assert error.billed_characters == 6


@pytest.mark.parametrize("payload", ["4944330", "zz" + MP3.hex(), "SUQzBAAAAAAAI1RTU0UAAAAPAAADTGF2ZjU4"])
def test_odd_hex_wrong_letters_and_base64_are_malformed_and_keep_the_bill(payload):
    error = failure(spoken(payload))
    assert error.category == "malformed_response"
    assert error.possibly_charged
    assert error.billed_characters == 6
    assert error.trace_id == "body-trace"


def test_bytes_that_are_no_audio_are_malformed():
    assert failure(spoken(b"<html>not audio</html>")).category == "malformed_response"


def test_the_container_is_what_the_bytes_are_and_the_difference_is_noted():
    spoken_result = result(spoken(WAV))
    assert spoken_result.container == "wav"
    assert [finding.code for finding in spoken_result.findings] == ["container_differs"]


@pytest.mark.parametrize(("container", "rate"), [("pcm", 32000), ("pcmu_raw", 8000)])
def test_headerless_audio_is_believed_to_be_what_was_asked_for(container, rate):
    spoken_result = result(spoken(bytes(range(200))), format=AudioFormat(container, rate))
    assert spoken_result.container == container
    assert spoken_result.findings == ()


def test_a_truncated_body_of_audio_is_noted():
    info = {"audio_size": len(MP3) + 1, "usage_characters": 6}
    assert [finding.code for finding in result(spoken(extra_info=info)).findings] == ["audio_size_differs"]


def test_the_declared_size_of_zero_says_nothing():
    assert result(spoken(extra_info={"audio_size": 0})).findings == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>502 Bad Gateway</body></html>",
        b"404 page not found",
        b"null",
        b"[]",
        b'"text"',
        b'{"data": {"audio": "49443',
        b"{}",
        b'{"base_resp": null}',
        b'{"base_resp": {}}',
        b'{"base_resp": {"status_code": null}}',
        b'{"base_resp": {"status_code": true}}',
        b'{"base_resp": {"status_code": false}, "data": {"audio": "494433"}}',
        b'{"base_resp": {"status_code": 0.5}}',
        b'{"base_resp": {"status_code": "ok"}}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"base_resp": {"status_code": ' + b"9" * 5000 + b"}}",
    ],
)
def test_an_answer_without_a_verdict_is_malformed_and_possibly_charged(body):
    error = failure(answer(body))
    assert (error.category, error.code) == ("malformed_response", None)
    assert error.possibly_charged
    assert not error.retryable


def test_an_answer_without_a_verdict_still_tells_what_was_billed():
    error = failure(answer(b'{"extra_info": {"usage_characters": 12}, "data": {"audio": "00"}}'))
    assert error.billed_characters == 12


def test_unknown_keys_and_a_mute_success_are_welcome():
    response = spoken(base_resp={"status_code": 0, "status_msg": ""}, ced="", novelty={"x": 1})
    assert result(response).audio == MP3


@pytest.mark.parametrize("name", ["Trace-Id", "X-Trace-Id", "Minimax-Request-Id", "trace-id"])
def test_the_trace_id_of_a_header_comes_first(name):
    response = spoken()
    response = type(response)(200, Headers({name: "from-header"}), response.content)
    assert result(response).trace_id == "from-header"


def test_without_header_the_body_and_then_base_resp_tell_the_trace_id():
    assert result(spoken()).trace_id == "body-trace"
    verdict = {"status_code": 0, "trace_id": "inner-trace"}
    assert result(spoken(trace_id=None, base_resp=verdict)).trace_id == "inner-trace"
    assert result(spoken(trace_id="")).trace_id == ""


def test_failures_carry_the_trace_id_too():
    assert failure(answer(code=1004, headers={"Trace-Id": "t1"})).trace_id == "t1"
    assert failure(answer(b"oops", status=502, headers={"Trace-Id": "t2"})).trace_id == "t2"
    assert failure(answer(b"oops", headers={"Trace-Id": "t3"})).trace_id == "t3"


def test_nothing_is_asked_after_the_answer():
    _, requests = converse(MINIMAX.speech(ACCOUNT, request()), spoken())
    assert [asked.operation for asked in requests] == ["t2a"]
