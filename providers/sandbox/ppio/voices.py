"""POST /v3/minimax-voice-cloning: the vendor fetches the recording itself and picks the id (voice cloning page)."""

import time
import unicodedata
import uuid

import httpx
from starlette.responses import JSONResponse, Response

from providers.sandbox.encode import AudioShape, Encoded, Sound, UndecodableError, encode
from providers.sandbox.hearing import Heard, hear
from providers.sandbox.minimax.answers import VendorError
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import SHORT_AUDIO_SECONDS, URL_HOURS, publish
from providers.sandbox.minimax.validation import read_text
from providers.sandbox.minimax.voices import (
    LARGEST_SAMPLE,
    LONGEST_SECONDS,
    PROMPT_SECONDS,
    SHORTEST_SECONDS,
)
from providers.sandbox.ppio.dialects import CLONE_MODELS
from providers.sandbox.ppio.gate import GatewayError
from providers.sandbox.speak import Delivery, Spoken, plan_speech, render
from providers.sandbox.timbre import Timbre

PREVIEW_LIMIT = 2000
FETCH_SECONDS = 30.0
MOST_REDIRECTS = 3
_MAGIC = {"wav": (0, b"RIFF"), "mp3 with a tag": (0, b"ID3"), "m4a": (4, b"ftyp")}


async def clone(call: Call) -> Response:
    """Make a voice. Whoever loses this answer has lost the voice: nothing lists it."""
    fields = Fields(call.body)
    sample_url = fields.text("audio_url")
    preview = _preview_ask(fields)
    _check_options(fields)
    heard = await in_thread(lambda: _fetched(sample_url))
    if not SHORTEST_SECONDS <= heard.seconds <= LONGEST_SECONDS:
        raise GatewayError(400, "INVALID_AUDIO_FILE", "audio duration must be between 10 seconds and 5 minutes")
    await _check_prompt(fields)
    voice_id = f"voice_{uuid.uuid4()}"
    call.voices.add(voice_id=voice_id, account=call.account, timbre=heard.timbre)
    demo = await _demo(call, voice_id, heard.timbre, *preview) if preview else ""
    return JSONResponse({"voice_id": voice_id, "demo_audio_url": demo})


def _preview_ask(fields: Fields) -> tuple[str, str] | None:
    if fields.get("text") in (None, ""):
        return None
    text, _ = read_text(fields, limit=PREVIEW_LIMIT)
    model = fields.choice("model", CLONE_MODELS)
    if model is None:
        raise fields.refuse("model")
    return text, str(model)


def _check_options(fields: Fields) -> None:
    fields.text("text_validation", default="", longest=200)
    fields.number("accuracy", default=0.7, low=0, high=1)
    for name in ("need_noise_reduction", "need_volume_normalization"):
        fields.flag(name)


async def _check_prompt(fields: Fields) -> None:
    if fields.get("clone_prompt") is None:
        return
    prompt = fields.inner("clone_prompt")
    url, text = prompt.text("prompt_audio_url"), prompt.text("prompt_text")
    if not text or not unicodedata.category(text[-1]).startswith("P"):
        raise prompt.refuse("prompt_text")
    heard = await in_thread(lambda: _fetched(url))
    if heard.seconds >= PROMPT_SECONDS:
        raise VendorError(2048)


def _fetched(url: str) -> Heard:
    """What is heard in the recording behind an address. Blocks, for a bounded time and size."""
    content = _pulled(url)
    if not _is_recording(content):
        raise GatewayError(400, "INVALID_AUDIO_FILE", "audio must be mp3, m4a or wav")
    try:
        return hear(content)
    except UndecodableError as error:
        raise GatewayError(400, "INVALID_AUDIO_FILE", "audio cannot be decoded") from error


def _is_recording(content: bytes) -> bool:
    if content[:1] == b"\xff" and content[1:2] and content[1] & 0xE0 == 0xE0:
        return True
    return any(content[place : place + len(mark)] == mark for place, mark in _MAGIC.values())


def _pulled(url: str) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise GatewayError(400, "INVALID_REQUEST_BODY", "audio_url must be http or https")
    deadline, content = time.monotonic() + FETCH_SECONDS, bytearray()
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=True, max_redirects=MOST_REDIRECTS, timeout=10.0) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise GatewayError(400, "INVALID_AUDIO_FILE", f"audio_url answered HTTP {answer.status_code}")
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > LARGEST_SAMPLE:
                    raise GatewayError(400, "INVALID_AUDIO_FILE", "audio is larger than 20MB")
                if time.monotonic() > deadline:
                    raise GatewayError(400, "INVALID_AUDIO_FILE", "audio_url is too slow")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise GatewayError(400, "INVALID_AUDIO_FILE", "audio_url cannot be fetched") from error
    return bytes(content)


async def _demo(call: Call, voice_id: str, timbre: Timbre, text: str, model: str) -> str:
    """The preview: charged as speech, activates nothing."""
    shape, emulator = AudioShape(), call.emulator
    plan = plan_speech(text)
    spoken: Spoken = await in_thread(
        lambda: render(emulator.engine, plan, Delivery(timbre), sample_rate=shape.sample_rate)
    )
    sound = spoken.sound
    if call.trouble == "short_audio":
        sound = Sound(sound.samples[: int(SHORT_AUDIO_SECONDS * sound.sample_rate)], sound.sample_rate)
    encoded: Encoded = await in_thread(lambda: encode(sound, shape))
    emulator.bill.charge_characters(
        call.account,
        operation="clone_preview",
        model=model,
        voice_id=voice_id,
        characters=emulator.bill.count(text),
        trace_id=call.trace_id,
        provider=call.provider,
    )
    return publish(call, encoded, shape.container, hours=URL_HOURS)
