"""Voices at servers of the OpenAI shape: lists in every shape seen, recordings handed over, removal."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from providers.audio import sniff
from providers.errors import Category, InvalidInputError, ProviderError, UnsupportedError, malformed
from providers.openai.answers import get, post, read_object, root, trace
from providers.openai.profiles import Profile, StoredClone
from providers.types import (
    Account,
    CloneRequest,
    CloneResult,
    DeleteResult,
    ListedVoice,
    Operation,
    Request,
    UploadPart,
    VoiceKind,
)

VOICE_ID = r"[A-Za-z][A-Za-z0-9_-]{2,62}[A-Za-z0-9]"
FILE_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,126}[A-Za-z0-9]"
_MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "m4a": "audio/mp4", "ogg": "audio/ogg"}
_NAME_LENGTH = 48
# What stands for "somebody allowed it": the platform clones nothing without a consent in its own books.
_CONSENT = "recorded"


def list_voices(profile: Profile, account: Account) -> Operation[list[ListedVoice]]:
    """Everything the server shows; uploaded ones are ``cloned``."""
    shown = yield from _read_list(profile.voices_path, account)
    if profile.lists_uploads:
        shown = [replace(voice, kind="cloned") for voice in shown]
    if profile.more_voices_path:
        # Chatterbox-TTS-Server: references are listed apart, all of them uploaded.
        more = yield from _read_list(profile.more_voices_path, account)
        shown += [replace(voice, kind="cloned") for voice in more]
    return list({voice.voice_id: voice for voice in shown}.values())


def voice_names(profile: Profile, account: Account) -> Operation[frozenset[str]]:
    """Names that may be spoken with."""
    shown = yield from list_voices(profile, account)
    return frozenset(voice.voice_id for voice in shown)


def read_voices(body: Any) -> list[ListedVoice]:
    """One tolerant reader for the shapes seen: a list, or an object with ``voices`` or ``data``; entries are names or
    objects with ``id``, ``voice_id`` or ``name``; ``uploaded_voices`` beside them."""
    if isinstance(body, dict):
        entries = body.get("voices", body.get("data"))
        uploaded = body.get("uploaded_voices")
    else:
        entries, uploaded = body, None
    cloned = {name for name, _ in map(_named, uploaded) if name} if isinstance(uploaded, list) else set()
    found = [_named(entry) for entry in entries] if isinstance(entries, list) else []
    rows = [(name, title) for name, title in found if name] + [(name, name) for name in sorted(cloned)]
    kinds: dict[bool, VoiceKind] = {True: "cloned", False: "system"}
    unique = dict(rows)
    return [ListedVoice(voice_id=name, kind=kinds[name in cloned], name=unique[name]) for name in unique]


def check_clone(profile: Profile, request: CloneRequest) -> None:
    """Raise ``RefusedError`` for what this server would refuse or silently ignore."""
    clone = _offered(profile)
    if not re.fullmatch(VOICE_ID, request.voice_id):
        raise InvalidInputError("voice_id", "4 to 64 letters, digits, - and _; a letter first, no - or _ last")
    container = sniff(request.sample)
    if container not in clone.containers:
        raise UnsupportedError("sample", f"{profile.server} takes {', '.join(sorted(clone.containers))}")
    if len(request.sample) > clone.max_bytes:
        raise InvalidInputError("sample", f"{profile.server} takes {clone.max_bytes} bytes at most")
    length = request.sample_duration_ms
    if length is not None and not clone.min_ms <= length <= clone.max_ms:
        raise InvalidInputError("sample", f"{clone.min_ms // 1000} to {clone.max_ms // 1000} s are taken")
    for field, asked in (
        ("preview_text", request.preview_text),
        ("clone_prompt", request.clone_prompt),
        ("need_noise_reduction", request.need_noise_reduction),
        ("need_volume_normalization", request.need_volume_normalization),
        ("accuracy", request.accuracy),
        ("watermark", request.watermark),
        ("language_boost", request.language_boost),
        ("text_validation", request.text_validation and not clone.transcript_field),
    ):
        if asked:
            raise UnsupportedError(field, f"{profile.server} has no such thing")


def clone(profile: Profile, account: Account, request: CloneRequest) -> Operation[CloneResult]:
    """Hand the recording over; the server keeps it as a voice. Costs nothing.

    A server that replaces a voice of the same name is asked first whether there is one; one that quietly keeps the old
    recording gets a name made of the recording itself.
    """
    check_clone(profile, request)
    offered = _offered(profile)
    if offered.replaces == "overwritten" and request.voice_id in (yield from voice_names(profile, account)):
        raise ProviderError(
            f"{profile.server} has a voice {request.voice_id!r} and would replace it",
            category=Category.VOICE_DUPLICATE,
            who_acts="caller",
            field="voice_id",
        )
    asked = _handover(account, offered, request)
    response = yield asked
    answer = read_object(asked, response)
    voice_id = (
        _uploaded_name(asked, answer, response.status) if offered.answered_by == "uploaded_files" else request.voice_id
    )
    return CloneResult(voice_id=voice_id, trace_id=trace(response))


def delete_voice(profile: Profile, account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
    """Remove an uploaded voice. Raises ``ProviderError`` where the server offers no removal."""
    if kind == "system":
        raise UnsupportedError("kind", f"What came with {profile.server} is not removed")
    path = profile.clone.delete_path if profile.clone else ""
    if not path or not re.fullmatch(VOICE_ID, voice_id):
        raise UnsupportedError("voice_id", f"{profile.server} removes no such voice")
    asked = Request(
        account=account,
        operation="delete_voice",
        method="DELETE",
        url=root(account) + path.format(name=voice_id),
        headers=get(account, "", operation="delete_voice").headers,
        repeatable=True,
    )
    response = yield asked
    if response.status == 404:
        return DeleteResult(existed=False, trace_id=trace(response))
    read_object(asked, response)
    return DeleteResult(existed=True, trace_id=trace(response))


def new_voice_id(hint: str, random_suffix: str) -> str:
    """A name that begins like ``hint``: letters, digits, hyphens."""
    cleaned = re.sub(r"[^A-Za-z0-9-]+", "-", hint).strip("-")[: _NAME_LENGTH - len(random_suffix)]
    named = cleaned if cleaned[:1].isalpha() else f"voice-{cleaned}".rstrip("-")
    return f"{named}-{random_suffix}"


def _read_list(path: str, account: Account) -> Operation[list[ListedVoice]]:
    asked = get(account, path, operation="get_voice")
    response = yield asked
    return read_voices(read_object(asked, response))


def _named(entry: Any) -> tuple[str, str]:
    """(id, name for people) of one entry of a list; empty where it has none."""
    if isinstance(entry, str):
        return entry, entry
    if not isinstance(entry, dict):
        return "", ""
    texts = [entry[key] for key in ("id", "voice_id", "name") if isinstance(entry.get(key), str) and entry[key]]
    title = entry.get("name")
    return (texts[0], title if isinstance(title, str) and title else texts[0]) if texts else ("", "")


def _offered(profile: Profile) -> StoredClone:
    if profile.clone is None:
        raise UnsupportedError("operation", f"{profile.server} takes recordings from its own disk only")
    return profile.clone


def _handover(account: Account, offered: StoredClone, request: CloneRequest) -> Request:
    container = sniff(request.sample) or "wav"
    digest = hashlib.sha256(request.sample).hexdigest()[:12]
    name = request.voice_id if offered.name_field else f"{request.voice_id}-{digest}"
    form = {offered.name_field: request.voice_id} if offered.name_field else {}
    if offered.consent_field:
        form[offered.consent_field] = _CONSENT
    if offered.transcript_field and request.text_validation:
        form[offered.transcript_field] = request.text_validation
    part = UploadPart(f"{name}.{container}", request.sample, _MEDIA_TYPES[container])
    return post(account, offered.path, operation="voice_clone", form=form or None, files={offered.file_field: part})


def _uploaded_name(asked: Request, answer: Any, status: int) -> str:
    """The name the server gave the file. A file that failed its checks stands in ``errors`` of a success."""
    body = answer if isinstance(answer, dict) else {}
    errors, uploaded = body.get("errors"), body.get("uploaded_files")
    if isinstance(errors, list) and errors:
        said = errors[0].get("error") if isinstance(errors[0], dict) else errors[0]
        raise ProviderError(str(said)[:300], category=Category.INVALID_INPUT, who_acts="caller", field="sample")
    if not (isinstance(uploaded, list) and uploaded and isinstance(uploaded[0], str) and uploaded[0]):
        raise malformed(asked, "no name of the uploaded file", http_status=status)
    return uploaded[0]
