"""Voices of the local servers: lists in their shapes, recordings they take, removal; and lists of models."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from providers.sandbox.clock import iso
from providers.sandbox.encode import UndecodableError
from providers.sandbox.hearing import Heard, hear
from providers.sandbox.minimax.gate import Call, in_thread
from providers.sandbox.openai.gate import RefusedError
from providers.sandbox.openai.servers import Server
from providers.sandbox.timbre import Timbre

Work = Callable[[Call], Awaitable[Response]]
LARGEST_SAMPLE = 10 * 1024 * 1024
LONGEST_SECONDS = 30.0
MADE_AT = 1_700_000_000
_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def models_at(server: Server) -> Work:
    """GET /v1/models: OpenAI's list; F5's has another key and other entries."""

    async def models(call: Call) -> Response:
        if server.name == "f5":
            return JSONResponse({"models": [{"name": "F5TTS_v1_Base", "loaded": True}]})
        names = server.models or (server.name,)
        return JSONResponse({"object": "list", "data": [_model(name) for name in names]})

    return models


def model_at(server: Server) -> Work:
    """GET /v1/models/{id}."""

    async def model(call: Call) -> Response:
        name = call.request.path_params["model"]
        if name not in (server.models or (server.name,)):
            raise RefusedError(404, f"The model '{name}' does not exist", field="model", code="model_not_found")
        return JSONResponse(_model(name))

    return model


def voices_at(server: Server) -> Work:
    """The list, in the shape of the server."""

    async def voices(call: Call) -> Response:
        made = _made(call)
        if server.name == "kokoro":
            if call.request.query_params.get("legacy") == "true":
                return JSONResponse({"voices": list(server.voices)})
            return JSONResponse({"voices": [{"id": name, "name": name} for name in server.voices]})
        if server.name == "speaches":
            known = [{"name": name, "language": "en-us", "gender": "female", "id": name} for name in server.voices]
            return JSONResponse({"voices": known, "object": "list"})
        if server.name == "chatterbox":
            # Predefined ones only: what was uploaded is listed elsewhere.
            return JSONResponse({"status": "ok", "voices": list(server.voices)})
        if server.name == "chatterbox_api":
            rows = [{"name": name, "aliases": [], "language": "en"} for name in (*server.voices, *made)]
            return JSONResponse({"voices": rows, "count": len(rows)})
        if server.name == "qwen3":
            uploaded = [{"name": name, "consent": "recorded", "mime_type": "audio/wav"} for name in made]
            return JSONResponse({"voices": list(server.voices), "uploaded_voices": uploaded})
        return JSONResponse({"voices": list(server.voices)})

    return voices


async def reference_files(call: Call) -> Response:
    """GET /get_reference_files (Chatterbox-TTS-Server): file names."""
    return JSONResponse(_made(call))


async def upload_reference(call: Call) -> Response:
    """POST /upload_reference (Chatterbox-TTS-Server). A file of a known name stays what it was and is reported as
    uploaded; one that fails its checks is reported among errors of a success."""
    form = await _form(call)
    uploaded: list[str] = []
    errors: list[dict[str, str]] = []
    for filename, content in form.files.get("files", []):
        name = _NAME.sub("_", filename)
        try:
            timbre = await _timbre(content, name, ("wav", "mp3"), longest=LONGEST_SECONDS)
        except RefusedError as error:
            errors.append({"filename": name, "error": error.text})
            continue
        if call.voices.living(name) is None:
            call.voices.put(voice_id=name, account=call.account, timbre=timbre)
        uploaded.append(name)
    if not uploaded and not errors:
        raise RefusedError(422, "Field required", field="files")
    body = {"message": f"Processed {len(uploaded) + len(errors)} file(s).", "uploaded_files": uploaded}
    return JSONResponse({**body, "all_reference_files": _made(call), "errors": errors})


async def add_voice(call: Call) -> Response:
    """POST /voices (chatterbox-tts-api): 201, or 409 for a name that is taken."""
    name, filename, content = (await _form(call)).one("voice_name", "voice_file")
    if call.voices.living(name) is not None:
        raise RefusedError(409, f"Voice '{name}' already exists")
    timbre = await _timbre(content, filename, ("mp3", "wav", "flac", "m4a", "ogg"))
    call.voices.put(voice_id=name, account=call.account, timbre=timbre)
    return JSONResponse({"message": "Voice uploaded successfully", "voice": {"name": name, "language": "en"}}, 201)


async def add_uploaded_voice(call: Call) -> Response:
    """POST /v1/audio/voices (vLLM-Omni): consent is required; a voice of the same name is replaced."""
    form = await _form(call)
    if not form.texts.get("consent"):
        raise RefusedError(400, "consent: field required", field="consent")
    name, filename, content = form.one("name", "audio_sample")
    timbre = await _timbre(content, filename, ("wav", "mp3", "flac", "ogg"))
    call.voices.put(voice_id=name, account=call.account, timbre=timbre)
    voice = {"name": name, "consent": form.texts["consent"], "created_at": iso(call.emulator.clock.now())}
    return JSONResponse({"success": True, "voice": voice})


async def remove_voice(call: Call) -> Response:
    """DELETE of an uploaded voice."""
    name = call.request.path_params["name"]
    made = call.voices.living(name)
    if made is None or made.account != call.account:
        raise RefusedError(404, f"Voice '{name}' not found")
    call.voices.delete(name)
    return JSONResponse({"success": True, "message": f"Voice '{name}' deleted"})


async def health(call: Call) -> Response:
    """GET /health, open to all."""
    body: dict[str, Any] = {"status": "healthy"}
    return JSONResponse(body | ({"tts_initialized": True} if call.provider == "kani" else {}))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": MADE_AT, "owned_by": "sandbox"}


def _made(call: Call) -> list[str]:
    return [voice.voice_id for voice in call.voices.listed(account=call.account)]


@dataclass(frozen=True, slots=True)
class _Form:
    """A multipart body: texts by field, and (file name, content) of each file by field."""

    texts: dict[str, str]
    files: dict[str, list[tuple[str, bytes]]]

    def one(self, name_field: str, file_field: str) -> tuple[str, str, bytes]:
        """(name, file name, recording)."""
        if not self.texts.get(name_field, "").strip():
            raise RefusedError(422, "Field required", field=name_field)
        if not self.files.get(file_field):
            raise RefusedError(422, "Field required", field=file_field)
        return self.texts[name_field], *self.files[file_field][0]


async def _form(call: Call) -> _Form:
    found = _Form({}, {})
    async with call.request.form() as form:
        for field, value in form.multi_items():
            if isinstance(value, str):
                found.texts[field] = value
            else:
                found.files.setdefault(field, []).append((value.filename or "", await value.read()))
    return found


async def _timbre(content: bytes, filename: str, endings: tuple[str, ...], *, longest: float = 0.0) -> Timbre:
    if filename.rpartition(".")[2].lower() not in endings:
        raise RefusedError(400, f"Unsupported file type: {filename}", field="file")
    if len(content) > LARGEST_SAMPLE:
        raise RefusedError(400, "File too large", field="file")
    try:
        heard: Heard = await in_thread(lambda: hear(content))
    except UndecodableError as error:
        raise RefusedError(400, "Invalid audio file", field="file") from error
    if longest and heard.seconds > longest:
        raise RefusedError(400, f"Audio is longer than {longest:g} s", field="file")
    return heard.timbre
