"""PPIO's long texts are tasks whose result is an address; its clones are pulled from one."""

import pytest

from providers.errors import RefusedError
from providers.long_text import LongTextRequest
from providers.types import AudioFormat, ClonePrompt, PronunciationRule, SpeechSettings, VoiceEffects
from providers.voice_design import DesignRequest
from tests.providers.conversation import WAV, converse, first_request
from tests.providers.resellers import PPIO, SAMPLE_URL, cloning, ppio_account, refused, said
from tests.providers.vendor import failure

ACCOUNT = ppio_account()
MP3_FORMAT = AudioFormat("mp3", 32000, 128000, 1)
TASK = "6d1aea4a-ef90-4a60-8000-51dac21fefcf"


def long_text(model="speech-2.6-hd", *, format=MP3_FORMAT, **fields):
    settings = SpeechSettings(**fields.pop("settings", {}))
    return LongTextRequest(
        **{"text": "A long story.", "voice_id": "male-qn-jingying"} | fields,
        model=model,
        format=format,
        settings=settings,
    )


def submitted(answer, **fields):
    return converse(PPIO.submit_long_text(ACCOUNT, long_text(**fields)), answer)[0]


def state_of(answer):
    return converse(PPIO.query_long_text(ACCOUNT, TASK), answer)[0]


def result_of(answer, container="mp3"):
    return converse(PPIO.fetch_long_text(ACCOUNT, TASK, container), answer)[0]


def task(status, *, reason="", audios=(), **fields):
    return {"extra": {}, "task": {"task_id": TASK, "status": status, "reason": reason, **fields}, "images": [],
            "videos": [], "audios": list(audios)}  # fmt: skip


def audio(url="https://cos.example/a.mp3?sign=1", kind="mp3"):
    return {"audio_url": url, "audio_url_ttl": "0", "audio_type": kind, "audio_metadata": None}


def test_a_long_text_goes_to_the_models_own_path_and_is_never_repeated():
    asked = first_request(PPIO.submit_long_text(ACCOUNT, long_text("speech-2.5-hd-preview")))
    assert asked.url == "https://api.ppio.com/v3/async/minimax-speech-2.5-hd-preview"
    assert not asked.repeatable
    assert not {"model", "stream", "output_format", "text_file_id"} & set(asked.json)


@pytest.mark.parametrize(
    ("model", "rate", "normalization"),
    [("speech-02-hd", "sample_rate", "english_normalization"), ("speech-2.6-hd", "sample_rate", "text_normalization"),
     ("speech-2.8-hd", "audio_sample_rate", "english_normalization")],
)  # fmt: skip
def test_names_in_long_texts_change_with_the_generation_and_channels_are_always_said(model, rate, normalization):
    request = long_text(model, settings={"text_normalization": True})
    body = first_request(PPIO.submit_long_text(ACCOUNT, request)).json
    assert {name for name in body["audio_setting"] if "rate" in name} == {rate, "bitrate"}
    assert {name for name in body["voice_setting"] if "normalization" in name} == {normalization}
    assert body["audio_setting"]["channel"] == 1


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("file_id", {"file_id": "1", "text": None}),
        ("watermark", {"watermark": True}),
        ("settings.emotion", {"model": "speech-2.8-hd", "settings": {"emotion": "happy"}}),
        ("format.container", {"model": "speech-2.8-hd", "format": AudioFormat("wav", 32000)}),
        ("settings.effects", {"model": "speech-02-hd", "settings": {"effects": VoiceEffects(pitch=3)}}),
        ("text", {"text": "a" * 50_001}),
        ("rules[0].source", {"rules": (PronunciationRule(" ", "b"),)}),
    ],
)
def test_what_a_long_text_cannot_have_is_refused(field, fields):
    error = failure(lambda: PPIO.check_long_text(ACCOUNT, long_text(**fields)))
    assert (isinstance(error, RefusedError), error.field) == (True, field)


def test_an_emotion_and_wav_are_taken_by_the_older_models():
    PPIO.check_long_text(ACCOUNT, long_text(settings={"emotion": "neutral"}, format=AudioFormat("wav", 32000)))


@pytest.mark.parametrize(("given", "told"), [(TASK, TASK), (90000000000000123, "90000000000000123")])
def test_the_task_is_text_whatever_came(given, told):
    taken = submitted(said({"task_id": given}))
    assert (taken.task_id, taken.billed_characters) == (told, None)


def test_2_8_tells_the_characters_at_once():
    body = {"task_id": TASK, "task_token": "t", "file_id": 3, "usage_characters": 12, "base_resp": {"status_code": 0}}
    assert submitted(said(body), model="speech-2.8-hd").billed_characters == 12


def test_a_submission_without_a_task_is_paid_and_lost():
    error = failure(lambda: submitted(said({"usage_characters": 12})))
    assert (error.category, error.possibly_charged, error.billed_characters) == ("malformed_response", True, 12)


@pytest.mark.parametrize(
    ("status", "state"),
    [("TASK_STATUS_QUEUED", "processing"), ("TASK_STATUS_PROCESSING", "processing"),
     ("TASK_STATUS_UNKNOWN", "processing"), ("TASK_STATUS_BRAND_NEW", "processing"), ("TASK_STATUS_SUCCEED", "success"),
     ("TASK_STATUS_FAILED", "failed")],
)  # fmt: skip
def test_a_state_nobody_knows_goes_on(status, state):
    assert state_of(said(task(status))).state == state


def test_a_failure_is_a_200_with_a_reason():
    found = state_of(said(task("TASK_STATUS_FAILED", reason="voice id not exist")))
    assert (found.state, found.reason) == ("failed", "voice id not exist")
    error = failure(lambda: result_of(said(task("TASK_STATUS_FAILED", reason="voice id not exist"))))
    assert "voice id not exist" in error.message


def test_a_task_that_is_not_found_has_expired_and_nothing_else_has():
    assert state_of(refused("TASK_NOT_FOUND", 404)).state == "expired"
    assert failure(lambda: state_of(refused("API_NOT_FOUND", 404))).category == "unsupported"


def test_a_question_is_free_and_names_the_task():
    asked = first_request(PPIO.query_long_text(ACCOUNT, TASK))
    assert (asked.url, asked.params) == ("https://api.ppio.com/v3/async/task-result", {"task_id": TASK})
    assert asked.repeatable


def test_the_result_is_an_address_and_its_ttl_of_zero_means_nothing():
    result = result_of(said(task("TASK_STATUS_SUCCEED", audios=[audio()])))
    (part,) = result.parts
    assert (part.audio, part.audio_url, part.container) == (b"", "https://cos.example/a.mp3?sign=1", "mp3")
    assert result.findings == ()


def test_a_result_in_another_container_is_a_finding():
    result = result_of(said(task("TASK_STATUS_SUCCEED", audios=[audio(kind="wav")])))
    assert [finding.code for finding in result.findings] == ["container_differs"]


@pytest.mark.parametrize("audios", [[], [{"audio_url": ""}], [{"audio_url": "file:///etc/passwd"}], [None]])
def test_a_result_without_an_address_is_malformed(audios):
    error = failure(lambda: result_of(said(task("TASK_STATUS_SUCCEED", audios=audios))))
    assert error.category == "malformed_response"


def test_a_clone_is_pulled_from_an_address_and_the_id_is_in_the_answer():
    request = cloning(need_noise_reduction=True, text_validation="Hello.", accuracy=0.8, model="speech-2.8-hd")
    result, (asked,) = converse(PPIO.clone(ACCOUNT, request), said({"voice_id": "voice_12", "demo_audio_url": ""}))
    assert asked.url == "https://api.ppio.com/v3/minimax-voice-cloning"
    assert asked.json == {"audio_url": SAMPLE_URL, "text_validation": "Hello.", "accuracy": 0.8,
                          "need_noise_reduction": True}  # fmt: skip
    assert (result.voice_id, result.preview_url, result.billed_characters) == ("voice_12", None, None)


def test_a_clone_is_waited_for_and_never_made_twice():
    asked = first_request(PPIO.clone(ACCOUNT, cloning()))
    assert asked.timeout.read >= 120
    assert not asked.repeatable


def test_an_answer_without_the_id_has_lost_the_voice():
    for body in ({}, {"voice_id": ""}, {"demo_audio_url": "https://a.example/x"}):
        error = failure(lambda body=body: converse(PPIO.clone(ACCOUNT, cloning()), said(body)))
        assert (error.category, error.possibly_charged, error.retryable) == ("malformed_response", True, False)
    moved = said({"data": {"voice_id": "voice_9"}, "base_resp": {"status_code": 0}})
    assert converse(PPIO.clone(ACCOUNT, cloning()), moved)[0].voice_id == "voice_9"


def test_a_preview_goes_with_a_model_of_the_list():
    request = cloning(preview_text="Hello.", model="speech-02-turbo")
    answer = said({"voice_id": "voice_12", "demo_audio_url": "https://a.example/demo.mp3"})
    result, (asked,) = converse(PPIO.clone(ACCOUNT, request), answer)
    assert (asked.json["text"], asked.json["model"]) == ("Hello.", "speech-02-turbo")
    assert result.preview_url == "https://a.example/demo.mp3"
    for model in (None, "speech-2.8-hd"):
        request = cloning(preview_text="Hello.", model=model)
        assert failure(lambda request=request: PPIO.check_clone(ACCOUNT, request)).field == "model"


def test_a_prompt_is_pulled_too():
    prompt = ClonePrompt(WAV, "Hello there.", 5000, "https://storage.example/prompt.wav")
    body = first_request(PPIO.clone(ACCOUNT, cloning(clone_prompt=prompt))).json
    assert body["clone_prompt"] == {"prompt_audio_url": "https://storage.example/prompt.wav",
                                    "prompt_text": "Hello there."}  # fmt: skip
    bare = ClonePrompt(WAV, "Hello there.", 5000)
    assert failure(lambda: PPIO.check_clone(ACCOUNT, cloning(clone_prompt=bare))).field == "clone_prompt.url"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("sample_url", {"sample_url": None}),
        ("sample_url", {"sample_url": "/var/take.wav"}),
        ("sample", {"sample": b"no audio"}),
        ("sample", {"sample_duration_ms": 9_999}),
        ("language_boost", {"language_boost": "Chinese"}),
        ("watermark", {"watermark": True}),
        ("preview_text", {"preview_text": "a" * 2_001, "model": "speech-02-hd"}),
        ("accuracy", {"accuracy": 0.5}),
    ],
)
def test_what_a_clone_cannot_have_is_refused(field, fields):
    error = failure(lambda: PPIO.check_clone(ACCOUNT, cloning(**fields)))
    assert (isinstance(error, RefusedError), error.field) == (True, field)


def test_there_is_no_list_no_deletion_no_design_and_no_file():
    for call in (
        lambda: PPIO.list_voices(ACCOUNT),
        lambda: PPIO.delete_voice(ACCOUNT, "voice_12", "cloned"),
        lambda: PPIO.design(ACCOUNT, DesignRequest(prompt="An old man.", preview_text="Hi.")),
        lambda: PPIO.list_files(ACCOUNT, "voice_clone"),
    ):
        assert failure(call).field == "operation"


def test_an_account_is_checked_by_a_task_that_nobody_has():
    check = PPIO.check_account
    assert converse(check(ACCOUNT), refused("TASK_NOT_FOUND", 404))[0].ok
    found = converse(check(ACCOUNT), refused("INVALID_API_KEY", 403, "invalid api-key"))[0]
    assert (found.ok, found.verdict, found.code) == (False, "key_refused", "INVALID_API_KEY")
    nowhere = converse(check(ACCOUNT), refused("API_NOT_FOUND", 404))[0]
    assert (nowhere.ok, nowhere.verdict) == (False, "not_the_provider")
