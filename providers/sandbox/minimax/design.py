"""POST /v1/voice_design: a voice from a description (MiniMax voice design reference)."""

import re
import secrets
from datetime import UTC, datetime

from starlette.responses import Response

from providers.sandbox.encode import AudioShape, Encoded, Sound, encode
from providers.sandbox.minimax.answers import answer, base_resp
from providers.sandbox.minimax.fields import Fields
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.minimax.performance import SHORT_AUDIO_SECONDS
from providers.sandbox.minimax.validation import check_text
from providers.sandbox.minimax.voices import check_free, new_voice_id
from providers.sandbox.speak import Delivery, plan_speech, render
from providers.sandbox.timbre import Timbre, timbre_of_name

PREVIEW_LIMIT = 500
# Fundamental frequencies by what the description says; the first that is found counts.
_RANGES = (
    (re.compile(r"child|boy|kid|little|儿童|孩|童", re.I), 235, 290),
    (re.compile(r"female|woman|girl|lady|\bshe\b|\bher\b|女|妈|姐", re.I), 175, 240),
    (re.compile(r"deep|low|old|bass|低沉|老", re.I), 80, 100),
    (re.compile(r""), 95, 145),
)


async def design(call: Call) -> Response:
    """Make a voice, speak its preview as hex and charge that; keeping the voice costs its fee at the first use."""
    fields = Fields(call.body)
    prompt, text = fields.text("prompt"), fields.text("preview_text")
    if not prompt.strip():
        raise fields.refuse("prompt")
    check_text(text, limit=PREVIEW_LIMIT)
    fields.flag("aigc_watermark")
    voice_id = _made_up(call) if fields.get("voice_id") in (None, "") else new_voice_id(call, fields)
    timbre = described_timbre(prompt, voice_id)
    encoded: Encoded = await in_thread(lambda: _trial(call, text, timbre))
    # Two requests may have raced here while the preview was spoken.
    check_free(call, voice_id)
    call.voices.add(voice_id=voice_id, account=call.account, timbre=timbre, kind="generation")
    call.emulator.bill.charge_design_preview(
        call.account, voice_id=voice_id, characters=call.emulator.bill.count(text), trace_id=call.trace_id
    )
    return answer({"voice_id": voice_id, "trial_audio": encoded.content.hex(), "base_resp": base_resp()})


def _made_up(call: Call) -> str:
    """An id in the vendor's manner, with the second of the sandbox's clock."""
    moment = datetime.fromtimestamp(call.emulator.clock.now(), UTC)
    return f"ttv-voice-{moment:%Y%m%d%H%M%S}-{secrets.token_hex(4)}"


def described_timbre(prompt: str, voice_id: str) -> Timbre:
    """The timbre a description gets, always the same for the same id."""
    low, high = next((low, high) for pattern, low, high in _RANGES if pattern.search(prompt))
    return timbre_of_name(f"{prompt} {voice_id}", low_hz=low, high_hz=high)


def _trial(call: Call, text: str, timbre: Timbre) -> Encoded:
    shape = AudioShape()
    spoken = render(call.emulator.engine, plan_speech(text), Delivery(timbre), sample_rate=shape.sample_rate)
    sound = spoken.sound
    if call.trouble == "short_audio":
        sound = Sound(sound.samples[: int(SHORT_AUDIO_SECONDS * sound.sample_rate)], sound.sample_rate)
    return encode(sound, shape)
