"""PPIO's speech: the model in the path, spellings by generation, answers in two shapes."""

import base64
from typing import Any

import pytest

from providers.errors import RefusedError
from providers.types import AudioFormat, MixWeight, VoiceEffects
from tests.providers.conversation import MP3, WAV, converse, first_request
from tests.providers.resellers import (
    FLAT,
    NESTED,
    PPIO,
    Listening,
    frames,
    nested,
    ppio_account,
    refused,
    said,
    saying,
)
from tests.providers.vendor import failure

ACCOUNT = ppio_account()
MIX = (MixWeight("one", 30), MixWeight("two", 70))


def body_of(request, account=ACCOUNT):
    return first_request(PPIO.speech(account, request)).json


def spoken(answer, **fields):
    return converse(PPIO.speech(ACCOUNT, saying(**fields)), answer)[0]


def heard(*parts, model="speech-2.6-hd", status=200):
    return Listening(PPIO.stream_speech(ACCOUNT, saying(model=model)), *parts, status=status)


@pytest.mark.parametrize(
    ("model", "path"),
    [("speech-02-hd", "minimax-speech-02-hd"), ("speech-2.5-hd-preview", "minimax-speech-2.5-hd-preview"),
     ("speech-2.5-turbo-preview", "minimax-speech-2.5-turbo-preview"), ("speech-2.6-turbo", "minimax-speech-2.6-turbo"),
     ("speech-2.8-turbo", "minimax-speech-2.8-turbo")],
)  # fmt: skip
def test_the_model_is_in_the_path_and_nowhere_else(model, path):
    asked = first_request(PPIO.speech(ACCOUNT, saying(model=model)))
    assert asked.url == f"https://api.ppio.com/v3/{path}"
    assert "model" not in asked.json
    assert (asked.params, asked.repeatable) == ({}, False)
    assert asked.headers["Authorization"] == "Bearer sk_test"


def test_a_model_without_a_path_is_refused():
    for model in ("speech-2.5-hd", "speech-2.6-hd-preview", "speech-01-hd"):
        assert failure(lambda model=model: first_request(PPIO.speech(ACCOUNT, saying(model=model)))).field == "model"


def test_the_brand_is_a_matter_of_the_address():
    account = ppio_account()
    for base_url in ("https://api.novita.ai", "https://api.novita.ai/", "https://api.novita.ai/v3"):
        moved = type(account)(provider="ppio", base_url=base_url, key="k")
        asked = first_request(PPIO.speech(moved, saying()))
        assert asked.url == "https://api.novita.ai/v3/minimax-speech-2.6-hd"


@pytest.mark.parametrize(
    ("model", "mix", "normalization"),
    [("speech-02-hd", "timber_weights", "english_normalization"),
     ("speech-2.5-hd-preview", "timbre_weights", "text_normalization"),
     ("speech-2.6-hd", "timbre_weights", "text_normalization"),
     ("speech-2.8-hd", "timber_weights", "text_normalization")],
)  # fmt: skip
def test_each_generation_has_its_own_names(model, mix, normalization):
    body = body_of(saying(model=model, voice_id="", mix=MIX, settings={"text_normalization": True}))
    assert [name for name in body if name.endswith("_weights")] == [mix]
    assert body[mix][0] == {"voice_id": "one", "weight": 30}
    assert {name for name in body["voice_setting"] if "normalization" in name} == {normalization}


def test_an_account_may_spell_the_weights_its_own_way():
    account = ppio_account(mix_weights_field="timber_weights")
    assert "timber_weights" in body_of(saying(voice_id="", mix=MIX), account)


@pytest.mark.parametrize(
    ("model", "emotion", "taken"),
    [("speech-02-hd", "neutral", True), ("speech-2.6-hd", "calm", False), ("speech-2.6-hd", "fluent", False),
     ("speech-2.8-hd", "calm", True), ("speech-2.8-hd", "neutral", False), ("speech-2.8-hd", "whisper", False)],
)  # fmt: skip
def test_emotions_are_a_matter_of_the_generation(model, emotion, taken):
    request = saying(model=model, settings={"emotion": emotion})
    if taken:
        assert body_of(request)["voice_setting"]["emotion"] == emotion
    else:
        assert failure(lambda: body_of(request)).field == "settings.emotion"


def test_what_a_generation_would_ignore_is_refused():
    effects = {"effects": VoiceEffects(pitch=10)}
    assert failure(lambda: body_of(saying(model="speech-02-hd", settings=effects))).field == "settings.effects"
    assert "voice_modify" in body_of(saying(model="speech-2.6-hd", settings=effects))
    for field, value in (("watermark", True), ("subtitles", "sentence")):
        assert failure(lambda f=field, v=value: body_of(saying(**{f: v}))).field == field
    body = body_of(saying(model="speech-2.8-hd", watermark=True, subtitles="sentence"))
    assert (body["aigc_watermark"], body["subtitle_enable"]) == (True, True)
    assert "subtitle_type" not in body
    tamil = {"language_boost": "Tamil"}
    assert failure(lambda: body_of(saying(model="speech-02-hd", settings=tamil))).field == "settings.language_boost"
    assert body_of(saying(settings=tamil))["language_boost"] == "Tamil"


def test_wav_is_not_streamed():
    request = saying(format=AudioFormat("wav", 32000))
    PPIO.check_speech(ACCOUNT, request)
    with pytest.raises(RefusedError):
        PPIO.check_stream(ACCOUNT, request)


@pytest.mark.parametrize("model", FLAT + NESTED)
def test_both_shapes_are_read_on_every_route(model):
    """The vendor changed from flat to nested once already, between 2.6 and 2.8."""
    flat = spoken(said({"audio": MP3.hex()}), model=model)
    assert (flat.audio, flat.container, flat.billed_characters, flat.trace_id) == (MP3, "mp3", None, "")
    whole = spoken(said(nested()), model=model)
    assert (whole.audio, whole.billed_characters, whole.trace_id) == (MP3, 6, "body-trace")
    bare = spoken(said({"data": {"audio": MP3.hex()}}), model=model)
    assert (bare.audio, bare.billed_characters) == (MP3, None)


def test_the_bill_is_usage_characters_and_never_the_word_count():
    assert spoken(said(nested(usage=26))).billed_characters == 26


def test_an_address_is_handed_on_whatever_was_asked_for():
    for body in ({"audio": "https://cos.example/a.mp3?sign=1"}, nested("HTTPS://cos.example/a.mp3")):
        result = spoken(said(body))
        assert (result.audio, result.container) == (b"", "")
        assert result.audio_url.lower().startswith("https://cos.example/a.mp3")


def test_hexadecimal_is_tried_before_base64_whose_letters_it_has_too():
    assert spoken(said({"audio": MP3.hex()})).audio == MP3
    assert spoken(said({"audio": base64.b64encode(WAV).decode()}), format=AudioFormat("wav", 32000)).audio == WAV


@pytest.mark.parametrize(
    "body",
    [{"audio": None}, {"audio": ""}, {}, {"audio": "zz"}, {"audio": "abc"}, {"data": None}, {"audio": "00" * 64},
     {"audio": base64.b64encode(b"no audio at all").decode()}, b"[]", b"<html>", nested() | {"data": None}],
)  # fmt: skip
def test_an_answer_without_audio_is_malformed_and_may_be_charged(body):
    error = failure(lambda: spoken(said(body)))
    assert (error.category, error.possibly_charged, error.retryable) == ("malformed_response", True, False)


def test_a_container_other_than_asked_for_is_a_finding():
    result = spoken(said({"audio": WAV.hex()}))
    assert (result.container, [finding.code for finding in result.findings]) == ("wav", ["container_differs"])


def test_a_stream_is_always_asked_not_to_repeat_itself():
    for model in FLAT + NESTED:
        asked: Any = PPIO.stream_speech(ACCOUNT, saying(model=model)).request
        assert asked.json["stream_options"] == {"exclude_aggregated_audio": True}
        assert asked.json["stream"] is True
        assert "output_format" not in asked.json


PIECES = (MP3, b"\x11" * 30)
PARTS = tuple({"audio": piece.hex(), "status": 1} for piece in PIECES)


def test_a_flat_stream_ends_with_status_2_and_tells_nothing():
    listening = heard(frames(*PARTS, {"status": 2}))
    assert listening.audio == b"".join(PIECES)
    assert (listening.result.billed_characters, listening.result.container) == (None, "mp3")


def test_what_comes_with_status_2_after_other_audio_is_dropped():
    listening = heard(frames(*PARTS, {"audio": b"".join(PIECES).hex(), "status": 2}))
    assert listening.audio == b"".join(PIECES)
    assert listening.result.findings == ()


def test_the_only_audio_is_kept_whatever_its_status():
    assert heard(frames({"audio": MP3.hex(), "status": 2})).audio == MP3


def test_a_stream_of_the_other_shape_is_read_on_every_route():
    pieces = [{**nested(part["audio"]), "data": {"audio": part["audio"], "status": 1}} for part in PARTS]
    for piece in pieces:
        del piece["extra_info"]
    listening = heard(frames(*pieces, nested(b"".join(PIECES).hex())))
    assert listening.audio == b"".join(PIECES)
    assert listening.result.billed_characters == 6
    assert heard(frames(*PARTS, {"status": 2}), model="speech-2.8-hd").audio == b"".join(PIECES)


def test_a_stream_cut_anywhere_reads_the_same():
    whole = frames(*PARTS, {"status": 2})
    for cut in range(0, len(whole), 7):
        assert heard(whole[:cut], whole[cut:]).audio == b"".join(PIECES)


def test_a_stream_without_its_end_is_an_unknown_outcome():
    error = heard(frames(*PARTS)).error
    assert (error.category, error.possibly_charged, error.heard_bytes) == (
        "timeout_unknown_outcome",
        True,
        len(b"".join(PIECES)),
    )


def test_the_gateway_may_refuse_in_the_middle_of_a_stream():
    envelope = {"code": 500, "reason": "TASK_FAILED", "message": "broken", "metadata": {}}
    error = heard(frames(PARTS[0], envelope)).error
    assert (error.category, error.code, error.possibly_charged) == ("provider_down", "TASK_FAILED", True)
    assert error.heard_bytes == len(MP3)


def test_a_stream_refused_at_once_is_a_plain_answer_with_its_status():
    answer = refused("INVALID_API_KEY", 403)
    error = heard(answer.content, status=403).error
    assert (error.category, error.code, error.possibly_charged) == ("auth", "INVALID_API_KEY", False)
