"""What is sent to WaveSpeed: flat, complete, and nothing it would drop without a word."""

import re

import pytest

from providers.errors import RefusedError
from providers.types import ClonePrompt, MixWeight, PronunciationRule, VoiceEffects
from providers.voice_design import DesignRequest
from providers.wavespeed import limits
from tests.providers.conversation import WAV, clone_request, converse, first_request
from tests.providers.vendor import failure
from tests.providers.wavespeed import ACCOUNT, ROOT, TASK, WAVESPEED, account, completed, envelope, prediction, request

UPLOADED = "https://media.elsewhere.example/sample.wav"
UPLOAD = envelope({"type": "audio", "download_url": UPLOADED, "filename": "sample.wav", "size": 44})


def body_of(asked=None, wavespeed=ACCOUNT):
    return first_request(WAVESPEED.speech(wavespeed, asked or request())).json


def test_fields_are_flat_and_the_channels_are_text():
    asked = request(
        settings={
            "speed": 1.2,
            "volume": 2.0,
            "pitch": -3,
            "emotion": "sad",
            "language_boost": "auto",
            "text_normalization": True,
        }
    )
    assert body_of(asked) == {
        "text": "Hello.",
        "voice_id": "Wise_Woman",
        "speed": 1.2,
        "volume": 2.0,
        "pitch": -3,
        "emotion": "sad",
        "english_normalization": True,
        "language_boost": "auto",
        "format": "mp3",
        "sample_rate": 32000,
        "bitrate": 128000,
        "channel": "1",
    }


def test_no_emotion_is_neutral_because_a_missing_one_is_happy():
    assert body_of()["emotion"] == "neutral"
    assert body_of(wavespeed=account(emotion_when_none="surprised"))["emotion"] == "surprised"
    assert "emotion" not in body_of(wavespeed=account(emotion_when_none=""))


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("rules", {"rules": (PronunciationRule("a", "b"),)}),
        ("mix", {"mix": (MixWeight("Wise_Woman", 50), MixWeight("Grinch", 50)), "voice_id": ""}),
        ("subtitles", {"subtitles": "sentence"}),
        ("watermark", {"watermark": True}),
        ("force_cbr", {"force_cbr": True}),
        ("settings.effects", {"settings": {"effects": VoiceEffects(sound="robotic")}}),
        ("settings.latex_read", {"settings": {"latex_read": True}}),
        ("settings.emotion", {"settings": {"emotion": "calm"}}),
        ("settings.volume", {"settings": {"volume": 0.05}}),
    ],
)
def test_what_has_no_place_is_refused_by_its_name(field, fields):
    error = failure(lambda: WAVESPEED.check_speech(ACCOUNT, request(**fields)))
    assert (isinstance(error, RefusedError), error.field) == (True, field)


def test_a_long_text_fits_to_the_last_character():
    WAVESPEED.check_speech(ACCOUNT, request("a" * 10_000))
    assert failure(lambda: WAVESPEED.check_speech(ACCOUNT, request("a" * 10_001))).field == "text"


def test_every_character_counts_one_a_chinese_one_too():
    assert WAVESPEED.count_characters("你好 world") == 8


def test_the_address_of_an_account_may_end_in_the_version():
    asked = first_request(WAVESPEED.speech(ACCOUNT, request()))
    versioned = type(ACCOUNT)(provider="wavespeed", base_url=f"{ROOT}/", key="ws-key-1", options={"group_id": "1"})
    same = first_request(WAVESPEED.speech(versioned, request()))
    assert (asked.url, dict(asked.params)) == (same.url, dict(same.params)) == (f"{ROOT}/minimax/speech-02-hd", {})


def clone(*answers, **fields):
    return converse(WAVESPEED.clone(ACCOUNT, clone_request(**fields)), *answers)


def test_a_clone_hands_over_the_bytes_and_names_its_own_voice():
    result, (upload, made) = clone(UPLOAD, completed(), preview_text="Good day.", model="speech-02-hd")
    assert (upload.method, upload.url, upload.repeatable) == ("POST", f"{ROOT}/media/upload/binary", True)
    assert upload.files["file"].content == WAV
    assert (made.url, made.repeatable) == (f"{ROOT}/minimax/voice-clone", False)
    assert made.json == {
        "audio": UPLOADED,
        "custom_voice_id": "Narrator_a1b2",
        "model": "speech-02-hd",
        "need_noise_reduction": False,
        "need_volume_normalization": False,
        "text": "Good day.",
    }
    assert (result.voice_id, result.trace_id) == ("Narrator_a1b2", TASK)


def test_a_clone_without_a_preview_never_speaks_the_advertisement():
    _, (_, made) = clone(UPLOAD, completed())
    assert made.json["text"] == limits.OBLIGATORY_PREVIEW == "Hi."
    assert made.json["model"] == WAVESPEED.capabilities.cheapest_model


def test_a_recording_behind_an_address_is_named_and_not_uploaded():
    _, (made,) = clone(completed(), sample=b"", sample_url="https://store.example/take.wav?signed=1")
    assert made.json["audio"] == "https://store.example/take.wav?signed=1"


def test_bytes_are_preferred_to_an_address():
    _, (upload, made) = clone(UPLOAD, completed(), sample_url="https://store.example/take.wav")
    assert (upload.operation, made.json["audio"]) == ("files_upload", UPLOADED)


def test_the_oldest_form_of_an_upload_is_read_too():
    _, (_, made) = clone(envelope({"url": UPLOADED}), completed())
    assert made.json["audio"] == UPLOADED


def test_the_key_never_goes_where_an_upload_is_kept():
    _, requests = clone(
        envelope({"download_url": UPLOADED, "upload": {"method": "PUT", "url": "https://bucket.example/x"}}),
        completed(),
    )
    assert all(asked.url.startswith(f"{ROOT}/") for asked in requests)
    assert {asked.method for asked in requests} == {"POST"}


@pytest.mark.parametrize("data", [{}, {"download_url": "file:///x"}, {"download_url": 7}])
def test_an_upload_without_an_address_ends_before_anything_is_paid(data):
    error = failure(lambda: clone(envelope(data)))
    assert (error.category, error.possibly_charged) == ("malformed_response", False)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("voice_id", {"voice_id": "Narrator"}),
        ("voice_id", {"voice_id": "1Narrator"}),
        ("voice_id", {"voice_id": "Short_1"}),
        ("sample", {"sample": b""}),
        ("sample", {"sample": b"no audio"}),
        ("sample", {"sample_duration_ms": 9_999}),
        ("text_validation", {"text_validation": "What is said."}),
        ("accuracy", {"accuracy": 0.5}),
        ("clone_prompt", {"clone_prompt": ClonePrompt(WAV, "Words.")}),
        ("language_boost", {"language_boost": "Chinese"}),
        ("watermark", {"watermark": True}),
        ("preview_text", {"preview_text": "a" * 2_001}),
        ("model", {"model": "speech-01-hd"}),
    ],
)
def test_a_clone_that_cannot_be_made_is_refused_by_its_field(field, fields):
    error = failure(lambda: clone(**fields))
    assert (isinstance(error, RefusedError), error.field) == (True, field)


def test_going_on_with_a_clone_needs_no_recording():
    operation = WAVESPEED.resume_clone(ACCOUNT, clone_request(sample=b""), TASK)
    result, requests = converse(operation, prediction("processing"), completed(has_nsfw_contents=[True]))
    assert [asked.method for asked in requests] == ["GET", "GET"]
    assert (result.voice_id, result.moderation) == ("Narrator_a1b2", "unspecified")


def test_new_ids_keep_the_rule():
    made = WAVESPEED.new_voice_id("Erzählerin", "abcdef")
    assert re.fullmatch(limits.VOICE_ID, made)


DESIGN = DesignRequest(prompt="An old man.", preview_text="Good day.", voice_id="Designed_0001")


def test_a_design_speaks_under_the_id_that_was_sent():
    result, (made,) = converse(WAVESPEED.design(ACCOUNT, DESIGN), completed())
    assert made.json == {"prompt": "An old man.", "custom_voice_id": "Designed_0001", "text": "Good day."}
    assert (result.voice_id, result.preview, result.preview_url) == ("Designed_0001", b"", completed_url())
    again, requests = converse(WAVESPEED.resume_design(ACCOUNT, DESIGN, TASK), completed())
    assert (again, [asked.method for asked in requests]) == (result, ["GET"])


def completed_url():
    return "https://cdn.elsewhere.example/out.mp3"


def test_a_design_without_an_id_is_refused():
    error = failure(lambda: converse(WAVESPEED.design(ACCOUNT, DesignRequest(prompt="A man.", preview_text="Hi."))))
    assert (isinstance(error, RefusedError), error.field) == (True, "voice_id")


def test_the_balance_is_money_and_an_empty_one_is_found():
    left, (asked,) = converse(WAVESPEED.balance(ACCOUNT), envelope({"balance": 12.345678}))
    assert (asked.method, asked.url, left.amount_micros, left.currency) == ("GET", f"{ROOT}/balance", 12_345_678, "USD")
    check, _ = converse(WAVESPEED.check_account(ACCOUNT), envelope({"balance": "0"}))
    assert (check.ok, check.verdict) == (False, "balance_empty")
    assert failure(lambda: converse(WAVESPEED.balance(ACCOUNT), envelope({"balance": None}))).category == (
        "malformed_response"
    )


@pytest.mark.parametrize("inside", [True, False])
def test_a_price_is_read_inside_the_envelope_and_beside_it(inside):
    told = {"price": 0.01, "discounted_price": 0.008, "discount_rate": 20, "currency": "usd"}
    from_body = envelope(told) if inside else envelope(None)
    if not inside:
        from_body = type(from_body)(200, from_body.headers, b'{"price": 0.01, "discounted_price": 0.008}')
    quote, (asked,) = converse(WAVESPEED.price(ACCOUNT, request()), from_body)
    assert (asked.url, asked.repeatable, asked.json["model_id"]) == (
        f"{ROOT}/model/price",
        True,
        "minimax/speech-02-hd",
    )
    assert (quote.amount_micros, quote.currency) == (8_000, "USD")
