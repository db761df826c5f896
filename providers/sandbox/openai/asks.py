"""What a body asks for, as strictly (or as carelessly) as the server reads it."""

import re
from dataclasses import dataclass
from typing import Any

from providers.sandbox.minimax.gate import Call
from providers.sandbox.openai.gate import RefusedError
from providers.sandbox.openai.servers import ALL_FORMATS, Server, language_of_voice, timbre_of
from providers.sandbox.timbre import Timbre, blended

_OPENAI_FIELDS = {"model", "input", "voice", "instructions", "response_format", "speed", "stream_format"}
_MIX_PART = re.compile(r"([A-Za-z_]+)(?:\((\d+(?:\.\d+)?)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechAsk:
    """One text to speak: `container` as it will be given, `events` for server-sent events, `streamed` for chunks."""

    text: str
    model: str
    voice: str
    timbre: Timbre
    native: str
    container: str
    speed: float
    events: bool
    streamed: bool


def read_ask(call: Call, server: Server) -> SpeechAsk:
    """The ask of a body. Raises `RefusedError`."""
    body = call.body
    if not isinstance(body, dict):
        raise RefusedError(422 if server.errors != "openai" else 400, "Input should be a valid dictionary")
    unknown = sorted(set(body) - _OPENAI_FIELDS) if server.strict else []
    if unknown:
        raise RefusedError(400, f"Unrecognized request argument supplied: {unknown[0]}", field=unknown[0])
    model = _model(body, server)
    voice, timbre = _voice(call, server, body.get("voice"))
    events = _events(body, server, model)
    return SpeechAsk(
        text=_text(body, server),
        model=model,
        voice=voice,
        timbre=timbre,
        native=language_of_voice(server, voice),
        container=_container(body, server),
        speed=_speed(body, server),
        events=events,
        streamed=not events and body.get("stream", server.streams_unasked) is True,
    )


def _bad(server: Server, text: str, field: str) -> RefusedError:
    return RefusedError(400 if server.errors in ("openai", "text", "vllm") else 422, text, field=field)


def _text(body: dict[str, Any], server: Server) -> str:
    text = body.get("input")
    if not isinstance(text, str) or not text.strip():
        raise _bad(server, "input: a text is required", "input")
    if server.longest and len(text) > server.longest:
        raise _bad(server, f"input: string should have at most {server.longest} characters", "input")
    return text


def _model(body: dict[str, Any], server: Server) -> str:
    model = body.get("model")
    if model is None and not server.model_required:
        return ""
    if not isinstance(model, str) or not model:
        raise _bad(server, "model: a name is required", "model")
    if server.models is not None and model not in server.models:
        text = f"Unsupported model: {model}"
        raise RefusedError(server.unknown_model, text, field="model", code="model_not_found")
    return model


def _voice(call: Call, server: Server, asked: Any) -> tuple[str, Timbre]:
    voice = asked.get("id") if isinstance(asked, dict) and server.name == "openai" else asked
    if voice is None and server.default_voice:
        voice = server.default_voice
    if not isinstance(voice, str) or not voice:
        raise _bad(server, "voice: a name is required", "voice")
    if voice in server.stands_in:
        voice = server.voices[0]
    found = _timbre(call, server, voice)
    if found is not None:
        return voice, found
    if not server.unknown_voice:
        return server.default_voice, timbre_of(server.default_voice)
    listed = ", ".join(server.voices)
    raise RefusedError(server.unknown_voice, f"Voice '{voice}' not found. Available voices: {listed}", field="voice")


def _timbre(call: Call, server: Server, voice: str) -> Timbre | None:
    if voice in server.voices or voice == server.default_voice:
        return timbre_of(voice)
    made = call.voices.living(voice)
    if made is not None and made.account == call.account:
        return made.timbre
    return _mixed(server, voice) if server.name == "kokoro" else None


def _mixed(server: Server, voice: str) -> Timbre | None:
    """`af_bella(2)+af_sky`: Kokoro's mixes."""
    parts = [_MIX_PART.fullmatch(part) for part in voice.split("+")]
    if len(parts) < 2 or any(part is None or part.group(1) not in server.voices for part in parts):
        return None
    return blended([(timbre_of(part.group(1)), round(float(part.group(2) or 1) * 100)) for part in parts if part])


def _container(body: dict[str, Any], server: Server) -> str:
    asked = body.get("response_format") or server.default_format
    if server.always:
        return server.always
    if asked in server.formats:
        return str(asked)
    if server.name == "f5" and asked not in ALL_FORMATS:
        # A name it does not know is encoded as mp3.
        return "mp3"
    raise RefusedError(server.format_status, f"response_format: {asked!r} is not supported", field="response_format")


def _speed(body: dict[str, Any], server: Server) -> float:
    speed = body.get("speed", 1.0)
    if server.speeds is None or speed is None:
        return 1.0
    slowest, fastest = server.speeds
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not slowest <= speed <= fastest:
        raise _bad(server, f"speed: from {slowest} to {fastest}", "speed")
    return float(speed)


def _events(body: dict[str, Any], server: Server, model: str) -> bool:
    asked = body.get("stream_format")
    if asked in (None, "audio") or (not server.event_models and not server.strict):
        return False
    if asked != "sse" or (server.event_models != ("*",) and model not in server.event_models):
        raise _bad(server, f"stream_format: {asked!r} is not supported by {model or 'this server'}", "stream_format")
    return True
