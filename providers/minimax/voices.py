"""Voices at MiniMax: clone, list, delete (voice clone, get voice and delete voice references)."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Any

from providers.audio import sniff
from providers.errors import Category, InvalidInputError, ProviderError, UnsupportedError
from providers.minimax import limits
from providers.minimax.answers import billed_characters, listed, post, read, text, trace, whole
from providers.minimax.checks import check_language_boost, check_model
from providers.minimax.files import upload
from providers.minimax.text import check_text, normalized
from providers.types import (
    JSON,
    Account,
    ClonePrompt,
    CloneRequest,
    CloneResult,
    DeleteResult,
    ListedVoice,
    Operation,
    Timeouts,
    UploadPart,
    VoiceKind,
)

TIMEOUTS = Timeouts(read=180.0, total=240.0)
_LISTS: MappingProxyType[str, VoiceKind] = MappingProxyType(
    {"system_voice": "system", "voice_cloning": "cloned", "voice_generation": "designed"}
)
_DELETABLE = MappingProxyType({"cloned": "voice_cloning", "designed": "voice_generation"})
_SENSITIVE = ("severe", "sexual", "advertising", "prohibited", "abuse", "violence", "other")
_MEDIA_TYPES = MappingProxyType({"mp3": "audio/mpeg", "m4a": "audio/mp4", "wav": "audio/wav"})
_NO_DATE = "1970-01-01"


def check_clone(request: CloneRequest) -> None:
    """Raise ``RefusedError`` for what the voice clone reference forbids, before the recording is uploaded."""
    if not re.fullmatch(limits.VOICE_ID, request.voice_id):
        raise InvalidInputError("voice_id", "8 to 256 letters, digits, - and _; a letter first, no - or _ last")
    check_sample(request)
    if request.preview_text is not None:
        check_text(request.preview_text, field="preview_text", limit=limits.PREVIEW_LIMIT)
        if request.model is None:
            raise InvalidInputError("model", "A preview needs a model")
    if request.model is not None:
        check_model(request.model)
    check_language_boost(request.language_boost, request.model, "language_boost")
    check_validation(request)
    if request.clone_prompt is not None:
        check_prompt(request.clone_prompt)


def clone(account: Account, request: CloneRequest) -> Operation[CloneResult]:
    """Upload the recording (and the prompt), then make the voice: synchronous, the voice speaks at once.

    Not idempotent: when the second answer is lost the voice may exist (a repeat meets 2039): an unknown outcome.
    The answer carries no voice_id; the id that was sent is the id. The preview costs characters but activates nothing.
    """
    check_clone(request)
    sample = yield from upload(account, _part(request.sample, "sample"), purpose="voice_clone")
    prompt_id = None
    if request.clone_prompt is not None:
        prompt = yield from upload(account, _part(request.clone_prompt.audio, "prompt"), purpose="prompt_audio")
        prompt_id = prompt.file_id
    asked = post(
        account,
        "/v1/voice_clone",
        operation="voice_clone",
        json=clone_body(request, sample.file_id, prompt_id),
        timeout=TIMEOUTS,
    )
    response = yield asked
    answer = read(asked, response)
    return CloneResult(
        voice_id=request.voice_id,
        preview_url=text(answer.get("demo_audio")) or None,
        billed_characters=billed_characters(answer),
        moderation=moderation(answer),
        trace_id=trace(response, answer),
    )


def clone_body(request: CloneRequest, file_id: str, prompt_id: str | None = None) -> dict[str, JSON]:
    """The JSON body. Ids of files go as integers: text is refused."""
    body: dict[str, JSON] = {"file_id": int(file_id), "voice_id": request.voice_id}
    if request.clone_prompt is not None and prompt_id is not None:
        body["clone_prompt"] = {"prompt_audio": int(prompt_id), "prompt_text": request.clone_prompt.text.strip()}
    if request.preview_text is not None:
        body["text"] = normalized(request.preview_text)
    optional: dict[str, JSON] = {
        "model": request.model if request.preview_text is not None else None,
        "language_boost": request.language_boost,
        "text_validation": request.text_validation,
        "accuracy": request.accuracy,
        "need_noise_reduction": request.need_noise_reduction or None,
        "need_volume_normalization": request.need_volume_normalization or None,
        "aigc_watermark": request.watermark or None,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def moderation(answer: dict[str, Any]) -> str | None:
    """What MiniMax's moderation saw in the input. The schema nests ``{"type": n}``, the wire was measured flat."""
    flag = answer.get("input_sensitive")
    kind = whole(flag.get("type") if isinstance(flag, dict) else answer.get("input_sensitive_type"))
    if not kind:
        return "unspecified" if flag is True else None
    return _SENSITIVE[kind - 1] if kind <= len(_SENSITIVE) else f"type {kind}"


def list_voices(account: Account, voice_type: str = "all") -> Operation[list[ListedVoice]]:
    """All voices MiniMax shows. Clones and designs appear only after their first real use, and not even then always:
    absence proves nothing. Any list may be missing or null; ids are kept byte for byte."""
    asked = post(
        account,
        "/v1/get_voice",
        operation="get_voice",
        json={"voice_type": voice_type},
        max_response_bytes=16 * 1024 * 1024,
        repeatable=True,
    )
    answer = read(asked, (yield asked))
    return [
        _listed(entry, kind)
        for name, kind in _LISTS.items()
        for entry in listed(answer.get(name))
        if text(entry.get("voice_id"))
    ]


def delete_voice(account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
    """Delete for good; the id is burnt. A missing voice (2013 here, 2054 elsewhere) is ``existed=False``, all else an
    error: a refused key must never look like a voice that is gone."""
    if kind not in _DELETABLE:
        raise UnsupportedError("kind", "System voices cannot be deleted")
    if not voice_id:
        raise InvalidInputError("voice_id", "A voice has to be named")
    asked = post(
        account,
        "/v1/delete_voice",
        operation="delete_voice",
        json={"voice_type": _DELETABLE[kind], "voice_id": voice_id},
        repeatable=True,
    )
    response = yield asked
    try:
        answer = read(asked, response)
    except ProviderError as error:
        if error.category is Category.VOICE_MISSING and error.gone:
            return DeleteResult(existed=False, trace_id=error.trace_id)
        raise
    return DeleteResult(existed=True, trace_id=trace(response, answer))


def new_voice_id(hint: str, random_suffix: str) -> str:
    """A legal id: letters of ``hint``, then ``random_suffix``. Older documentation wants a digit in it: there is one.

    Ids are burnt on deletion and may be shared by all accounts, so the suffix has to be random."""
    suffix = re.sub(r"[^A-Za-z0-9]", "", random_suffix)
    if not suffix:
        raise InvalidInputError("random_suffix", "It needs letters or digits")
    if not re.search(r"[0-9]", suffix):
        suffix += "0"
    stem = re.sub(r"[^A-Za-z0-9]+", "_", hint).strip("_")
    if not stem[:1].isalpha():
        stem = f"voice_{stem}".rstrip("_")
    stem = stem[: limits.VOICE_ID_LONGEST - len(suffix) - 1].rstrip("_")
    return f"{stem}_{suffix}".ljust(limits.VOICE_ID_SHORTEST, "0")


def check_sample(request: CloneRequest) -> None:
    """Refuse a recording that is too long, too short, too big or in another container."""
    _check_recording("sample", request.sample)
    duration = request.sample_duration_ms
    if duration is not None and not limits.CLONE_MIN_MS <= duration <= limits.CLONE_MAX_MS:
        raise InvalidInputError("sample", f"Recordings last 10 s to 5 min; this one lasts {duration / 1000:.1f} s")


def check_prompt(prompt: ClonePrompt) -> None:
    """Refuse a second recording that cannot be used, or what is said in it."""
    _check_recording("clone_prompt.audio", prompt.audio)
    if prompt.duration_ms is not None and prompt.duration_ms >= limits.CLONE_PROMPT_BELOW_MS:
        lasts = f"{prompt.duration_ms / 1000:.1f} s"
        raise InvalidInputError("clone_prompt.audio", f"It lasts less than 8 s; this one lasts {lasts}")
    check_text(prompt.text, field="clone_prompt.text")
    if not unicodedata.category(prompt.text.rstrip()[-1]).startswith("P"):
        raise InvalidInputError("clone_prompt.text", "It ends with a punctuation mark")


def _check_recording(field: str, content: bytes) -> None:
    if not content:
        raise InvalidInputError(field, "There is no recording")
    if len(content) > limits.CLONE_MAX_BYTES:
        raise InvalidInputError(field, "Recordings are at most 20 MB")
    found = sniff(content)
    if found not in limits.CLONE_CONTAINERS:
        raise UnsupportedError(field, f"Recordings are mp3, m4a or wav; this is {found or 'no audio we know'}")


def check_validation(request: CloneRequest) -> None:
    """Refuse an expected transcript that is too long, or a threshold without one."""
    if request.text_validation is not None:
        check_text(request.text_validation, field="text_validation", limit=limits.VALIDATION_LIMIT)
    if request.accuracy is None:
        return
    if request.text_validation is None:
        raise InvalidInputError("accuracy", "It is the threshold of text_validation, which is missing")
    if isinstance(request.accuracy, bool) or not 0 <= request.accuracy <= 1:
        raise InvalidInputError("accuracy", "It goes from 0 to 1")


def _part(content: bytes, stem: str) -> UploadPart:
    """A recording under a name of ours: MiniMax judges the file by the name's ending."""
    container = sniff(content) or ""
    return UploadPart(f"{stem}.{container}", content, _MEDIA_TYPES[container])


def _listed(entry: dict[str, Any], kind: VoiceKind) -> ListedVoice:
    description = entry.get("description")
    lines = description if isinstance(description, list) else [description]
    created = text(entry.get("created_time"))
    return ListedVoice(
        voice_id=text(entry["voice_id"]),
        kind=kind,
        name=text(entry.get("voice_name")),
        description=tuple(line for line in lines if isinstance(line, str) and line),
        created=None if created in ("", _NO_DATE) else created,
    )
