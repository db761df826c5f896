"""Giving out audio: by a signed URL of our own that carries no credentials.

Where the audio is in an object store it leads on to a presigned URL that ends soon: links given out before a voice was
suspended are refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.storage import FileSystemStorage
from django.urls import reverse

from accounts import clock
from accounts.errors import ConflictError, NotFoundError, PermissionDeniedError
from synthesis.flows.storing import clip_storage
from synthesis.formats import file_ending, media_type
from synthesis.models import Clip
from voicelib.errors import VoiceRefusedError
from voicelib.flows.voices import refuse_suspended

_SALT = "synthesis.audio"
# The store cannot take a presigned URL back, so one lives only as long as a player needs to follow it.
_STORE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFile:
    """A finished clip's file in STORAGES["clips"], and how it is called when it is given out."""

    key: str
    size: int
    sha256: str
    media_type: str
    filename: str


def audio_of(clip: Clip) -> AudioFile:
    """The file of a clip. Raises ConflictError `clip_not_ready`, PermissionDeniedError `voice_suspended` (or why the
    consent does not hold): suspension refuses what was made before it, too."""
    try:
        refuse_suspended(clip.voice, clock.now())
    except VoiceRefusedError as refused:
        raise PermissionDeniedError(refused.detail, code=refused.code, field="voice") from refused
    if clip.state != Clip.State.READY:
        raise ConflictError(f"The clip is {clip.state}, not ready.", code="clip_not_ready", data={"state": clip.state})
    rendering = clip.segments.all()[0].rendering
    return AudioFile(
        key=rendering.storage_key,
        size=rendering.size or 0,
        sha256=rendering.sha256,
        media_type=media_type(rendering.format),
        filename=f"{clip.voice.slug}-{clip.id}.{file_ending(rendering.format)}",
    )


def audio_url(clip: Clip) -> str | None:
    """A URL that plays the clip for `settings.AUDIO_URL_SECONDS` (real time); None while it may not be heard."""
    try:
        audio_of(clip)
    except (ConflictError, PermissionDeniedError):
        return None
    return f"{settings.PUBLIC_URL}{signed_path(clip)}"


def presigned_url(audio: AudioFile) -> str | None:
    """The object store's own URL for the file, for at most a minute; None where files are local."""
    storage: Any = clip_storage()
    if isinstance(storage, FileSystemStorage):
        return None
    shown = {
        "ResponseContentType": audio.media_type,
        "ResponseContentDisposition": disposition(audio),
        "ResponseCacheControl": "private",
    }
    return str(storage.url(audio.key, parameters=shown, expire=min(_STORE_SECONDS, settings.AUDIO_URL_SECONDS)))


def signed_path(clip: Clip) -> str:
    """The path of our own view for one clip; it names the clip and its team and ends on its own."""
    token = signing.dumps({"clip": clip.id, "team": clip.team_id}, salt=_SALT)
    return reverse("clip-audio-signed", kwargs={"token": token})


def clip_of_token(token: str) -> Clip:
    """The clip a signed URL names. Raises PermissionDeniedError: `audio_url_expired`, `audio_url_invalid`."""
    try:
        named = signing.loads(token, salt=_SALT, max_age=settings.AUDIO_URL_SECONDS)
    except signing.SignatureExpired:
        raise PermissionDeniedError("This link has ended. Ask for the clip again.", code="audio_url_expired") from None
    except signing.BadSignature:
        raise PermissionDeniedError("This link is not one of ours.", code="audio_url_invalid") from None
    clip = Clip.objects.filter(id=named["clip"], team_id=named["team"]).select_related("voice__consent").first()
    if clip is None:
        raise NotFoundError("There is no such clip.", code="clip_not_found")
    return clip


def disposition(audio: AudioFile) -> str:
    """How a browser names the file; slugs and ids need no quoting."""
    return f'inline; filename="{audio.filename}"'
