"""The relayed stream, and whether a webhook is WaveSpeed's."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from providers.errors import PendingError
from providers.types import Headers, Request
from providers.wavespeed.webhooks import verify_webhook, webhook_secret, webhook_task
from tests.providers.conversation import MP3, converse
from tests.providers.vendor import failure
from tests.providers.wavespeed import (
    ACCOUNT,
    AUDIO_URL,
    ROOT,
    TASK,
    WAVESPEED,
    completed,
    envelope,
    prediction,
    request,
)


def frame(audio, status, **fields):
    body = {"data": {"audio": audio.hex(), "status": status}, "base_resp": {"status_code": 0, "status_msg": ""}}
    return f"data: {json.dumps(body | fields)}\n\n".encode()


def listen(*parts, status=200):
    exchange = WAVESPEED.stream_speech(ACCOUNT, request())
    decoder = exchange.decoder
    decoder.begin(status, Headers({}))
    heard = [piece for part in parts for piece in decoder.feed(part)]
    heard += list(decoder.flush())
    return exchange.request, heard, decoder.end()


def test_the_end_of_a_relayed_stream_repeats_the_audio_and_is_dropped():
    info = {"audio_length": 1000, "usage_characters": 99}
    asked, heard, result = listen(frame(MP3, 1), frame(MP3, 1), frame(MP3 * 2, 2, extra_info=info))
    assert (asked.url, asked.repeatable) == (f"{ROOT}/minimax/speech-02-hd/stream", False)
    assert b"".join(heard) == MP3 * 2
    assert result.duration_ms == 1000


def test_what_minimax_counts_is_not_what_wavespeed_charges():
    _, _, result = listen(frame(MP3, 1), frame(MP3, 2, extra_info={"usage_characters": 99}))
    assert result.billed_characters is None


@pytest.mark.parametrize(
    ("body", "status", "category"),
    [
        ({"code": 401, "message": "no"}, 401, "auth"),
        ({"code": 429, "message": "slow"}, 429, "rate_limited"),
        (
            {"code": 200, "message": "success", "data": {"id": TASK, "status": "failed", "code": 1401}},
            200,
            "invalid_input",
        ),
        ({"base_resp": {"status_code": 2054, "status_msg": "voice id not exist"}}, 200, "voice_missing"),
        ({"code": 200, "message": "success", "data": {"id": TASK, "status": "created"}}, 200, "malformed_response"),
    ],
)
def test_a_stream_that_never_began_says_why(body, status, category):
    assert failure(lambda: listen(json.dumps(body).encode(), status=status)).category == category


NOW = 1_800_000_000
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = SECRET.removeprefix("whsec_").encode()
BODY = b'{"id":"pred-1","status":"completed"}'


def headers(*, key=KEY, moment=NOW, body=BODY, message_id="msg_1"):
    digest = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Webhook-Id": message_id, "Webhook-Timestamp": str(moment), "Webhook-Signature": f"v3,{digest}"}


def verdict(fields, *, body=BODY, now=NOW, secret=SECRET):
    return verify_webhook(fields, body, secret=secret, now=now)


def test_a_webhook_signed_with_the_text_of_the_secret_is_accepted():
    assert verdict(headers()) == "accepted"
    assert verdict(headers(), secret=SECRET.removeprefix("whsec_")) == "accepted"


def test_one_fitting_signature_of_several_is_enough():
    signed = headers()
    signed["Webhook-Signature"] = f"v3,{'0' * 64} {signed['Webhook-Signature']}"
    assert verdict(signed) == "accepted"


@pytest.mark.parametrize("late", [-301, 301])
def test_an_old_webhook_is_stale_and_one_within_five_minutes_is_not(late):
    assert verdict(headers(), now=NOW + late) == "stale"
    assert verdict(headers(), now=NOW + late - (1 if late > 0 else -1)) == "accepted"


@pytest.mark.parametrize(
    "fields",
    [
        headers(key=b"another"),
        headers(key=SECRET.encode()),
        headers(body=BODY + b" "),
        {**headers(), "Webhook-Id": "msg_2"},
        {**headers(), "Webhook-Timestamp": str(NOW + 1)},
        {**headers(), "Webhook-Signature": "v3,é"},
    ],
)
def test_a_webhook_that_was_not_signed_like_that_is_a_mismatch(fields):
    assert verdict(fields) == "mismatch"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {**headers(), "Webhook-Id": ""},
        {**headers(), "Webhook-Timestamp": "soon"},
        {**headers(), "Webhook-Signature": "v1,abc"},
        {**headers(), "Webhook-Signature": ""},
    ],
)
def test_a_webhook_without_its_headers_is_malformed(fields):
    assert verdict(fields) == "malformed"


def test_an_empty_secret_signs_nothing():
    assert verdict(headers(key=b""), secret="whsec_") == "mismatch"


HOOK = "https://voices.example/hooks/wavespeed/01m.c2ln"


def test_a_submission_names_the_address_where_the_account_has_one_and_no_question_does():
    listening = replace(ACCOUNT, webhook_url=HOOK)
    result, (submitted, *questions) = converse(WAVESPEED.speech(listening, request()), prediction(), completed())
    assert (submitted.url, dict(submitted.params)) == (f"{ROOT}/minimax/speech-02-hd", {"webhook": HOOK})
    assert [dict(question.params) for question in questions] == [{}]
    assert result.audio_url == AUDIO_URL
    _, (submitted, *_) = converse(WAVESPEED.speech(ACCOUNT, request()), prediction(), completed())
    assert dict(submitted.params) == {}


def test_a_conversation_waits_a_moment_where_the_end_is_told_and_leaves_the_rest_to_the_next():
    def questions(account):
        asked = WAVESPEED.resume_speech(account, request(), TASK)
        count, said = 0, next(asked)
        while True:
            count += isinstance(said, Request)
            try:
                said = asked.send(prediction("processing"))
            except PendingError:
                return count

    assert questions(ACCOUNT) > 6
    assert questions(replace(ACCOUNT, webhook_url=HOOK)) == 3
    assert questions(replace(ACCOUNT, webhook_url=HOOK, options={"poll_every_seconds": 30})) == 1


def test_the_secret_is_read_and_an_empty_one_is_none():
    secret, (asked,) = converse(webhook_secret(ACCOUNT), envelope({"secret": SECRET}))
    assert (asked.method, asked.url, asked.repeatable, secret) == ("GET", f"{ROOT}/webhook/secret", True, SECRET)
    for said in ("", "whsec_", None, 7):
        refused = failure(lambda said=said: converse(webhook_secret(ACCOUNT), envelope({"secret": said})))
        assert refused.category == "malformed_response"


@pytest.mark.parametrize(
    ("body", "task"),
    [
        (BODY, "pred-1"),
        (b'{"id": "../balance"}', ""),
        (b'{"id": ["pred-1"]}', ""),
        (b"[]", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
        (b'{"data": {"id": "pred-1"}}', ""),
    ],
)
def test_the_task_of_a_webhook_is_an_id_or_nothing(body, task):
    assert webhook_task(body) == task
