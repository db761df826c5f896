"""voice_clone, get_voice, delete_voice (MiniMax voice references; refusals partly as measured)."""

import re
import sqlite3
import unicodedata
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from providers.sandbox.catalogue import system_voices
from providers.sandbox.encode import AudioShape, Sound, UndecodableError, encode
from providers.sandbox.hearing import Heard, hear
from providers.sandbox.minimax.answers import VendorError, answer, base_resp
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.files import INT64
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import SHORT_AUDIO_SECONDS, extra_info, publish
from providers.sandbox.minimax.validation import INTERJECTION_MODELS, read_boost, read_model, read_text
from providers.sandbox.speak import Delivery, Spoken, plan_speech, render
from providers.sandbox.timbre import Timbre
from providers.sandbox.voice_shelf import Clone

EXTENSIONS = frozenset({"mp3", "m4a", "wav"})
LARGEST_SAMPLE = 20 * 1024 * 1024
SHORTEST_SECONDS, LONGEST_SECONDS = 10.0, 300.0
PROMPT_SECONDS = 8.0
PREVIEW_LIMIT = 1000
DEMO_HOURS = 48
ACCURACY = 0.7
VOICE_TYPES = {"system": ("system_voice",), "voice_cloning": ("voice_cloning",), "voice_generation":
               ("voice_generation",), "all": ("system_voice", "voice_cloning", "voice_generation")}  # fmt: skip
_ID_BODY = re.compile(r"[A-Za-z0-9_-]+")


async def clone(call: Call) -> Response:
    """POST /v1/voice_clone. The answer has no voice_id; the preview is charged and activates nothing."""
    call.blanks = {"input_sensitive": False, "input_sensitive_type": 0, "demo_audio": ""}
    fields = Fields(call.body)
    voice_id = new_voice_id(call, fields)
    preview = _preview_ask(fields)
    expected, accuracy = _check_options(fields)
    row = _uploaded(call, fields.integer("file_id", low=1, high=INT64), "voice_clone")
    await _check_prompt(call, fields)
    timbre = await in_thread(lambda: _timbre_of_upload(row))
    _check_words(call, row["content"], expected, accuracy)
    # Two requests may have raced here while the sample was decoded.
    check_free(call, voice_id)
    call.voices.add(voice_id=voice_id, account=call.account, timbre=timbre)
    body: dict[str, Any] = {**call.blanks, "base_resp": base_resp()}
    if preview:
        body |= await _preview(call, voice_id, timbre, preview)
    return answer(body)


def new_voice_id(call: Call, fields: Fields) -> str:
    """The wanted id, if it keeps the rules and is free. Raises `VendorError`."""
    voice_id = fields.text("voice_id")
    if not voice_id or not (voice_id[0].isascii() and voice_id[0].isalpha()):
        raise VendorError(2013, "invalid params, voice_id first character")
    if not 8 <= len(voice_id) <= 256:
        raise VendorError(2013, "invalid params, voice_id length")
    if not _ID_BODY.fullmatch(voice_id):
        raise VendorError(2013, "invalid params, voice_id character")
    if voice_id[-1] in "-_":
        raise VendorError(2013, "invalid params, voice_id last character")
    check_free(call, voice_id)
    return voice_id


def check_free(call: Call, voice_id: str) -> None:
    """2039 for an id that anybody ever had."""
    if voice_id in system_voices() or call.voices.find(voice_id):
        raise VendorError(2039)


def _preview_ask(fields: Fields) -> tuple[str, str, str | None, float] | None:
    """Text, model, language and share of control characters of the preview, when one is asked for."""
    if fields.get("text") in (None, ""):
        return None
    model = read_model(fields)
    text, control_share = read_text(fields, limit=PREVIEW_LIMIT)
    return text, model, read_boost(fields, model), control_share


def _check_options(fields: Fields) -> tuple[str, float]:
    """The words that are expected in the recording ("" for none), and how much of them."""
    for name in ("need_noise_reduction", "need_volume_normalization", "aigc_watermark"):
        fields.flag(name)
    expected = fields.text("text_validation", default="", longest=200)
    # 0 means the default too.
    return expected, fields.number("accuracy", default=ACCURACY, low=0, high=1) or ACCURACY


def _check_words(call: Call, content: bytes, expected: str, accuracy: float) -> None:
    told = call.emulator.transcripts
    if expected and not told.are_met(account=call.account, content=content, expected=expected, accuracy=accuracy):
        raise VendorError(1043)


def _uploaded(call: Call, file_id: int, purpose: str) -> sqlite3.Row:
    row = call.emulator.files.find(account=call.account, file_id=file_id)
    if row is None or row["purpose"] != purpose:
        raise VendorError(20132)
    return row


def _heard(row: sqlite3.Row) -> Heard:
    if str(row["filename"]).rpartition(".")[2].lower() not in EXTENSIONS:
        raise VendorError(2013, "invalid file ext for voice clone")
    if len(row["content"]) > LARGEST_SAMPLE:
        raise VendorError(2013, "invalid params, file size exceeds 20MB")
    try:
        return hear(row["content"])
    except UndecodableError as error:
        raise VendorError(1000) from error


def _timbre_of_upload(row: sqlite3.Row) -> Timbre:
    heard = _heard(row)
    if heard.seconds < SHORTEST_SECONDS:
        raise VendorError(2037, "voice duration too short")
    if heard.seconds > LONGEST_SECONDS:
        raise VendorError(2037, "voice duration too long")
    return heard.timbre


async def _check_prompt(call: Call, fields: Fields) -> None:
    if fields.get("clone_prompt") is None:
        return
    prompt = fields.inner("clone_prompt")
    row = _uploaded(call, prompt.integer("prompt_audio", low=1, high=INT64), "prompt_audio")
    text = prompt.text("prompt_text")
    if not text or not unicodedata.category(text[-1]).startswith("P"):
        raise prompt.refuse("prompt_text")
    heard: Heard = await in_thread(lambda: _heard(row))
    if heard.seconds >= PROMPT_SECONDS:
        raise VendorError(2048)


async def _preview(
    call: Call, voice_id: str, timbre: Timbre, ask: tuple[str, str, str | None, float]
) -> dict[str, Any]:
    text, model, boost, control_share = ask
    shape = AudioShape()
    plan = plan_speech(text, boost=boost, interjections=model in INTERJECTION_MODELS)
    spoken: Spoken = await in_thread(
        lambda: render(call.emulator.engine, plan, Delivery(timbre), sample_rate=shape.sample_rate)
    )
    sound = spoken.sound
    if call.trouble == "short_audio":
        sound = Sound(sound.samples[: int(SHORT_AUDIO_SECONDS * sound.sample_rate)], sound.sample_rate)
    encoded = await in_thread(lambda: encode(sound, shape))
    characters = call.emulator.bill.count(text)
    call.emulator.bill.charge_characters(
        call.account,
        operation="clone_preview",
        model=model,
        voice_id=voice_id,
        characters=characters,
        trace_id=call.trace_id,
        provider=call.provider,
    )
    return {
        "demo_audio": publish(call, encoded, shape.container, hours=DEMO_HOURS),
        "extra_info": extra_info(
            text,
            encoded.duration_ms,
            shape,
            characters=characters,
            control_share=control_share,
            size=len(encoded.content),
        ),
    }


async def get_voice(call: Call) -> Response:
    """POST /v1/get_voice. Clones show up only once used; a list that is empty is null."""
    voice_type = Fields(call.body).choice("voice_type", VOICE_TYPES)
    if voice_type is None:
        raise Fields(call.body).refuse("voice_type")
    lists = {name: _listed(call, name) or None for name in VOICE_TYPES[voice_type]}
    return answer({**lists, "base_resp": base_resp()})


def _listed(call: Call, name: str) -> list[dict[str, Any]]:
    if name == "system_voice":
        return [
            {
                "voice_id": voice.voice_id,
                "voice_name": voice.name,
                "description": [f"{voice.name} ({voice.language})"],
                "created_time": "1970-01-01",
            }
            for voice in system_voices().values()
        ]
    kind = name.removeprefix("voice_")
    return [
        {"voice_id": clone.voice_id, "description": [], "created_time": _day(clone)}
        for clone in call.voices.listed(account=call.account)
        if clone.kind == kind
    ]


async def delete_voice(call: Call) -> Response:
    """POST /v1/delete_voice. A missing voice is 2013 here, where synthesis says 2054; a deleted id is burned."""
    fields = Fields(call.body)
    voice_type = fields.choice("voice_type", {"voice_cloning", "voice_generation"})
    if voice_type is None:
        raise fields.refuse("voice_type")
    voice_id = fields.text("voice_id")
    found = call.voices.living(voice_id)
    if found is None or found.account != call.account or f"voice_{found.kind}" != voice_type:
        raise VendorError(
            2013, "invalid params, voice_id does not exist", voice_id="", description=None, created_time=""
        )
    call.voices.delete(voice_id)
    return answer({"voice_id": voice_id, "created_time": _day(found), "base_resp": base_resp()})


def _day(voice: Clone) -> str:
    """The day it was submitted; the vendor gives no more."""
    return datetime.fromtimestamp(voice.created_at, UTC).date().isoformat()
