"""POST /v1/t2a_v2, not streaming: the body that is sent and the answer that is read (T2A HTTP reference)."""

from __future__ import annotations

from typing import Any

from providers.audio import HEADERLESS, AudioUrl, PayloadError, decode_payload, sniff
from providers.errors import malformed
from providers.minimax.answers import Reader, billed_characters, mapping, post, read, text, trace, whole
from providers.minimax.checks import check_speech
from providers.minimax.emotion import speaking
from providers.minimax.rules import compiled_all
from providers.minimax.text import normalized
from providers.types import (
    JSON,
    Account,
    Finding,
    Operation,
    Request,
    Response,
    SpeechRequest,
    SpeechResult,
    SpeechSettings,
    Timeouts,
    VoiceEffects,
)

# Ten thousand characters are some twenty minutes of speech, made while the connection waits.
TIMEOUTS = Timeouts(read=300.0, total=600.0)
_SMALLEST_BOUND = 8 * 1024 * 1024
_LONGEST_SECONDS_PER_CHARACTER = 1.0


def speech(account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    """One synthesis. Refuses before sending; raises ``ProviderError``.

    An emotion the voice refuses is left out in a second exchange where the account says so, which is a finding.
    """
    check_speech(account, request)
    return (yield from speaking(account, request, lambda wanted: _once(account, wanted)))


def _once(account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    asked = _asked(account, request)
    return read_speech(asked, (yield asked), request)


def _asked(account: Account, request: SpeechRequest) -> Request:
    return post(
        account,
        "/v1/t2a_v2",
        operation="t2a",
        json=body(account, request),
        timeout=TIMEOUTS,
        max_response_bytes=longest_answer(request),
    )


def body(account: Account, request: SpeechRequest, *, streamed: bool = False) -> dict[str, JSON]:
    """The JSON body. What the caller left open is not sent. A stream is always hexadecimal and is asked not to repeat
    all of its audio at the end."""
    fields: dict[str, JSON] = {
        "text": normalized(request.text),
        "stream": streamed,
        **({"stream_options": {"exclude_aggregated_audio": True}} if streamed else {"output_format": "hex"}),
        **manner(account, request, normalization="text_normalization"),
    }
    if request.watermark:
        fields["aigc_watermark"] = True
    return fields


def manner(account: Account, request: SpeechRequest, *, normalization: str) -> dict[str, JSON]:
    """Everything but the text: how it is spoken. ``normalization`` is the name that switch has where this is sent."""
    fields: dict[str, JSON] = {
        "model": request.model,
        "voice_setting": _voice_setting(request, normalization),
        "audio_setting": _audio_setting(request),
    }
    tone: list[JSON] = [*compiled_all(request.rules)]
    if tone:
        fields["pronunciation_dict"] = {"tone": tone}
    if request.mix:
        # The documented spelling changed from timber to timbre; a wrong one is ignored without a word.
        spelling = str(account.options.get("mix_weights_field") or "timbre_weights")
        fields[spelling] = [{"voice_id": part.voice_id, "weight": part.weight} for part in request.mix]
    if request.settings.language_boost is not None:
        fields["language_boost"] = request.settings.language_boost
    if request.settings.effects is not None:
        fields["voice_modify"] = voice_modify(request.settings.effects)
    if request.subtitles is not None:
        fields |= {"subtitle_enable": True, "subtitle_type": request.subtitles}
    return fields


def read_speech(
    asked: Request,
    response: Response,
    request: SpeechRequest,
    *,
    reader: Reader = read,
    allow_base64: bool = False,
) -> SpeechResult:
    """The result in an answer. An answer that cannot be used still tells what was billed. ``reader`` gives the answer
    of a vendor with an envelope of its own in MiniMax's shape."""
    answer = reader(asked, response)
    trace_id, billed = trace(response, answer), billed_characters(answer)
    data, declared = mapping(answer.get("data")), mapping(answer.get("extra_info"))
    encoded = data.get("audio")
    try:
        if not isinstance(encoded, str):
            raise PayloadError("no audio in it")
        content = decode_payload(encoded, allow_base64=allow_base64)
        container = "" if isinstance(content, AudioUrl) else container_of(content, request.format.container)
    except PayloadError as error:
        raise malformed(asked, str(error), http_status=200, trace_id=trace_id, billed_characters=billed) from error
    audio, url = (b"", content.url) if isinstance(content, AudioUrl) else (content, None)
    return SpeechResult(
        audio=audio,
        container=container,
        audio_url=url,
        billed_characters=billed,
        duration_ms=duration_ms(declared),
        declared=declared,
        trace_id=trace_id,
        vendor_status=whole(data.get("status")),
        findings=oddities(len(audio), container, declared, request)
        + missing_subtitles(bool(subtitle_url(data)), request),
        subtitle_url=subtitle_url(data),
    )


def _voice_setting(request: SpeechRequest, normalization: str) -> dict[str, JSON]:
    settings: SpeechSettings = request.settings
    return {
        "voice_id": request.voice_id,
        **given(
            speed=settings.speed,
            vol=settings.volume,
            pitch=settings.pitch,
            emotion=settings.emotion,
            latex_read=settings.latex_read,
            **{normalization: settings.text_normalization},
        ),
    }


def _audio_setting(request: SpeechRequest) -> dict[str, JSON]:
    audio = request.format
    return {
        "format": audio.container,
        "sample_rate": audio.sample_rate,
        "channel": audio.channels,
        **given(bitrate=audio.bitrate, force_cbr=request.force_cbr or None),
    }


def voice_modify(effects: VoiceEffects) -> dict[str, JSON]:
    """The effects under MiniMax's names."""
    return given(pitch=effects.pitch, intensity=effects.intensity, timbre=effects.timbre, sound_effects=effects.sound)


def given(**fields: JSON) -> dict[str, JSON]:
    """The fields that have a value: what the caller left open is not sent."""
    return {name: value for name, value in fields.items() if value is not None}


def container_of(content: bytes, asked: str) -> str:
    """What the bytes are. Headerless audio has no mark, so what was asked for is believed unless a mark contradicts.
    Raises ``PayloadError``."""
    found = sniff(content)
    if found is not None:
        return found
    if asked in HEADERLESS:
        return asked
    raise PayloadError(f"the bytes are no {asked} and no other audio known")


def duration_ms(declared: dict[str, Any]) -> int | None:
    """``extra_info.audio_length``; None where it says nothing."""
    length = declared.get("audio_length")
    return whole(int(length) if isinstance(length, float) and abs(length) < 2**53 else length)


def oddities(size: int, container: str, declared: dict[str, Any], request: SpeechRequest) -> tuple[Finding, ...]:
    """What is strange about an answer that is usable. The size is declared as 0 when a URL was given (measured)."""
    found = []
    told = whole(declared.get("audio_size"))
    if size and told and told != size:
        found.append(Finding("audio_size_differs", f"{told} bytes declared, {size} received"))
    if size and container != request.format.container:
        found.append(Finding("container_differs", f"{request.format.container} asked for, {container} received"))
    return tuple(found)


def subtitle_url(data: dict[str, Any]) -> str | None:
    """``data.subtitle_file``, where it is an address."""
    said = text(data.get("subtitle_file"))
    return said if said.lower().startswith(("http://", "https://")) else None


def missing_subtitles(came: bool, request: SpeechRequest) -> tuple[Finding, ...]:
    """Subtitles that were asked for and did not come: the audio is there, so it is no failure."""
    if request.subtitles is None or came:
        return ()
    return (Finding("subtitles_missing", "The answer holds none of the subtitles asked for"),)


def longest_answer(request: SpeechRequest) -> int:
    """The longest answer this request can honestly have: slow speech, two digits per byte, with room to spare."""
    seconds = len(request.text) * _LONGEST_SECONDS_PER_CHARACTER / (request.settings.speed or 1.0) + 60
    if request.format.bitrate or request.format.container in ("mp3", "opus"):
        bytes_per_second = (request.format.bitrate or 256_000) / 8
    else:
        bytes_per_second = request.format.sample_rate * request.format.channels * 2
    return max(_SMALLEST_BOUND, int(seconds * bytes_per_second * 2))
