"""Cloning at MiniMax: upload, then one call whose answer does not name the voice."""

import re

import pytest

from providers.errors import ProviderError, RefusedError
from providers.types import ClonePrompt
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, WAV, account, answer, clone_request, converse

M4A = b"\0\0\0\x20ftypM4A " + b"\0" * 64
UPLOADED = answer(b'{"file": {"file_id": 9007199254740993, "bytes": 76}, "base_resp": {"status_code": 0}}')
CLONED = {"input_sensitive": False, "input_sensitive_type": 0, "demo_audio": ""}


def cloned(*answers, of=ACCOUNT, **fields):
    return converse(MINIMAX.clone(of, clone_request(**fields)), *answers)


def failure(*answers, **fields):
    with pytest.raises(ProviderError) as caught:
        cloned(*answers, **fields)
    return caught.value


def test_the_recording_is_uploaded_and_then_made_a_voice():
    result, (upload, clone) = cloned(UPLOADED, answer(CLONED), of=account(group_id="7"))
    assert upload.url == "https://api.minimax.io/v1/files/upload"
    assert upload.form == {"purpose": "voice_clone"}
    assert upload.files["file"].content == WAV
    assert upload.json is None
    assert clone.url == "https://api.minimax.io/v1/voice_clone"
    assert {upload.params["GroupId"], clone.params["GroupId"]} == {"7"}
    assert result.voice_id == "Narrator_a1b2"


def test_the_file_id_stays_exact_beyond_what_a_float_holds_and_goes_as_an_integer():
    _, (_, clone) = cloned(UPLOADED, answer(CLONED))
    assert clone.json["file_id"] == 9007199254740993
    assert type(clone.json["file_id"]) is int


def test_a_file_id_that_came_as_text_is_taken():
    _, (_, clone) = cloned(answer(file={"file_id": "9007199254740993"}), answer(CLONED))
    assert clone.json["file_id"] == 9007199254740993


@pytest.mark.parametrize(
    "file", [None, {}, {"file_id": None}, {"file_id": 0}, {"file_id": 1.2345678901234568e17}, {"file_id": "abc"}]
)
def test_an_upload_without_an_exact_file_id_is_malformed_but_free(file):
    error = failure(answer(file=file))
    assert error.category == "malformed_response"
    assert not error.possibly_charged


def test_the_answer_names_no_voice_so_the_id_that_was_sent_is_the_id():
    assert cloned(UPLOADED, answer(CLONED))[0].voice_id == "Narrator_a1b2"
    assert cloned(UPLOADED, answer({}))[0].voice_id == "Narrator_a1b2"


def test_what_was_not_asked_for_is_not_sent():
    _, (_, clone) = cloned(UPLOADED, answer(CLONED), model="speech-2.8-hd")
    assert clone.json == {"file_id": 9007199254740993, "voice_id": "Narrator_a1b2"}


def test_every_option_goes_out_under_the_vendors_name():
    _, (_, clone) = cloned(
        UPLOADED,
        answer(CLONED),
        preview_text="One.\r\nTwo.",
        model="speech-2.8-turbo",
        language_boost="English",
        text_validation="What the speaker says.",
        accuracy=0.8,
        need_noise_reduction=True,
        need_volume_normalization=True,
    )
    assert clone.json == {
        "file_id": 9007199254740993,
        "voice_id": "Narrator_a1b2",
        "text": "One.\nTwo.",
        "model": "speech-2.8-turbo",
        "language_boost": "English",
        "text_validation": "What the speaker says.",
        "accuracy": 0.8,
        "need_noise_reduction": True,
        "need_volume_normalization": True,
    }


def test_a_prompt_is_uploaded_too_and_goes_out_with_its_transcript():
    prompt_uploaded = answer(file={"file_id": 9007199254740995})
    prompt = ClonePrompt(MP3, " What is said in it. ", 5000)
    _, (sample, upload, clone) = cloned(UPLOADED, prompt_uploaded, answer(CLONED), clone_prompt=prompt)
    assert (sample.form, sample.files["file"].content) == ({"purpose": "voice_clone"}, WAV)
    assert (upload.form, upload.files["file"].content) == ({"purpose": "prompt_audio"}, MP3)
    assert upload.files["file"].filename == "prompt.mp3"
    assert clone.json["file_id"] == 9007199254740993
    assert clone.json["clone_prompt"] == {"prompt_audio": 9007199254740995, "prompt_text": "What is said in it."}


def test_a_watermark_is_asked_for_only_when_wanted():
    _, (_, clone) = cloned(UPLOADED, answer(CLONED), watermark=True)
    assert clone.json["aigc_watermark"] is True


@pytest.mark.parametrize(
    ("field", "prompt"),
    [
        ("clone_prompt.audio", ClonePrompt(b"", "Said.")),
        ("clone_prompt.audio", ClonePrompt(b"no audio", "Said.")),
        ("clone_prompt.audio", ClonePrompt(b"fLaC" + b"\0" * 60, "Said.")),
        ("clone_prompt.audio", ClonePrompt(WAV + b"\0" * (20 * 1024 * 1024), "Said.")),
        ("clone_prompt.audio", ClonePrompt(WAV, "Said.", 8000)),
        ("clone_prompt.text", ClonePrompt(WAV, " ")),
        ("clone_prompt.text", ClonePrompt(WAV, "Said without an end")),
    ],
)
def test_a_prompt_the_vendor_would_refuse_is_refused_before_any_upload(field, prompt):
    with pytest.raises(RefusedError) as caught:
        next(MINIMAX.clone(ACCOUNT, clone_request(clone_prompt=prompt)))
    assert caught.value.field == field


@pytest.mark.parametrize("text", ["Said.", "说了。", "Said? ", "Said!"])
def test_a_prompt_ends_with_any_punctuation(text):
    MINIMAX.check_clone(ACCOUNT, clone_request(clone_prompt=ClonePrompt(WAV, text, 7999)))


def test_a_preview_is_a_url_and_its_characters_are_billed():
    preview = answer(CLONED | {"demo_audio": "https://cdn.example/demo.mp3", "extra_info": {"usage_characters": 9}})
    result, _ = cloned(UPLOADED, preview, preview_text="Good day.", model="speech-2.8-hd")
    assert (result.preview_url, result.billed_characters) == ("https://cdn.example/demo.mp3", 9)


def test_without_a_preview_there_is_no_url_and_no_usage():
    result, _ = cloned(UPLOADED, answer(CLONED))
    assert (result.preview_url, result.billed_characters, result.moderation) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "moderation"),
    [
        ({"input_sensitive": False, "input_sensitive_type": 0}, None),
        ({"input_sensitive": True, "input_sensitive_type": 2}, "sexual"),
        ({"input_sensitive": {"type": 2}}, "sexual"),
        ({"input_sensitive": {"type": 0}}, None),
        ({"input_sensitive": True}, "unspecified"),
        ({"input_sensitive": {"type": 7}}, "other"),
        ({"input_sensitive": {"type": 12}}, "type 12"),
        ({"input_sensitive": None, "input_sensitive_type": None}, None),
        ({}, None),
    ],
)
def test_both_shapes_of_the_moderation_flag_are_read(fields, moderation):
    assert cloned(UPLOADED, answer(fields))[0].moderation == moderation


def test_a_voice_id_that_exists_already():
    error = failure(UPLOADED, answer(CLONED, code=2039, message="voice clone voice id duplicate"))
    assert (error.category, error.code, error.possibly_charged) == ("voice_duplicate", "2039", False)


def test_empty_fields_beside_a_failing_verdict_prove_nothing():
    assert failure(UPLOADED, answer(CLONED, code=2038)).category == "permission"


def test_a_failing_upload_ends_the_conversation_and_cost_nothing():
    error = failure(answer(b"<html>", status=502))
    assert (error.category, error.retryable, error.possibly_charged) == ("provider_down", True, False)


def test_a_lost_answer_to_the_clone_itself_is_unknown():
    error = failure(UPLOADED, answer(b"<html>", status=504))
    assert (error.category, error.retryable, error.possibly_charged) == ("timeout_unknown_outcome", False, True)


@pytest.mark.parametrize(
    ("sample", "filename", "media_type"),
    [(WAV, "sample.wav", "audio/wav"), (MP3, "sample.mp3", "audio/mpeg"), (M4A, "sample.m4a", "audio/mp4")],
)
def test_the_upload_is_named_after_what_the_bytes_are(sample, filename, media_type):
    _, (upload, _) = cloned(UPLOADED, answer(CLONED), sample=sample, sample_name='a"; x=\r\n.ogg', sample_type="x/y")
    assert (upload.files["file"].filename, upload.files["file"].content_type) == (filename, media_type)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("voice_id", {"voice_id": "abc1234"}),
        ("voice_id", {"voice_id": "1abcdefgh"}),
        ("voice_id", {"voice_id": "ünicode12"}),
        ("voice_id", {"voice_id": "abcdefg1-"}),
        ("voice_id", {"voice_id": "abcdefg1_"}),
        ("voice_id", {"voice_id": "abc defg1"}),
        ("voice_id", {"voice_id": "abcdefg1\n"}),
        ("voice_id", {"voice_id": "a" * 257}),
        ("sample", {"sample": b""}),
        ("sample", {"sample": b"OggS" + b"\0" * 60}),
        ("sample", {"sample": b"fLaC" + b"\0" * 60}),
        ("sample", {"sample": b"no audio at all"}),
        ("sample", {"sample": WAV + b"\0" * (20 * 1024 * 1024)}),
        ("sample", {"sample_duration_ms": 9_999}),
        ("sample", {"sample_duration_ms": 300_001}),
        ("preview_text", {"preview_text": "a" * 1001, "model": "speech-2.8-hd"}),
        ("preview_text", {"preview_text": " ", "model": "speech-2.8-hd"}),
        ("model", {"preview_text": "Hello."}),
        ("model", {"model": "speech-8-hd"}),
        ("language_boost", {"language_boost": "Klingon"}),
        ("language_boost", {"language_boost": "Tamil", "model": "speech-01-hd"}),
        ("text_validation", {"text_validation": "a" * 201}),
        ("accuracy", {"accuracy": 0.5}),
        ("accuracy", {"accuracy": 1.5, "text_validation": "a"}),
    ],
)
def test_what_the_vendor_would_refuse_is_refused_before_the_upload(field, fields):
    with pytest.raises(RefusedError) as caught:
        MINIMAX.check_clone(ACCOUNT, clone_request(**fields))
    assert caught.value.field == field
    with pytest.raises(RefusedError):
        next(MINIMAX.clone(ACCOUNT, clone_request(**fields)))


@pytest.mark.parametrize("duration_ms", [10_000, 300_000, None])
def test_the_bounds_of_a_recording_belong_to_it(duration_ms):
    MINIMAX.check_clone(ACCOUNT, clone_request(sample_duration_ms=duration_ms))


@pytest.mark.parametrize("hint", ["Narrator", "", "旁白", "9 lives", "a" * 400, "-_-", "Ann's voice (2)"])
@pytest.mark.parametrize("suffix", ["k3x9p2", "abcdef", "a-b_c1", "7"])
def test_a_new_voice_id_fits_every_rule_about_voice_ids(hint, suffix):
    voice_id = MINIMAX.new_voice_id(hint, suffix)
    MINIMAX.check_clone(ACCOUNT, clone_request(voice_id=voice_id))
    assert re.search(r"[0-9]", voice_id)
    assert re.sub(r"[^A-Za-z0-9]", "", suffix) in voice_id


def test_new_voice_ids_differ_by_their_suffix():
    assert MINIMAX.new_voice_id("a" * 400, "x1") != MINIMAX.new_voice_id("a" * 400, "x2")
