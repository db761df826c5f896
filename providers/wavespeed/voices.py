"""Voices: minimax/voice-clone and minimax/voice-design (their pages). There is no list and no deletion."""

from __future__ import annotations

from providers.audio import sniff
from providers.errors import malformed
from providers.minimax.answers import text
from providers.minimax.text import normalized
from providers.types import JSON, Account, CloneRequest, CloneResult, Operation, Timeouts, UploadPart
from providers.voice_design import DesignRequest, DesignResult
from providers.wavespeed import answers, limits
from providers.wavespeed.checks import check_clone, check_design
from providers.wavespeed.predictions import Prediction, resume, submit

CLONE, DESIGN = "voice_clone", "voice_design"
UPLOAD_TIMEOUTS = Timeouts(read=120.0, write=60.0, total=240.0)
_MEDIA_TYPES = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "wav": "audio/wav"}


def clone(account: Account, request: CloneRequest) -> Operation[CloneResult]:
    """Upload the recording, or name the address where it is, then make the voice.

    Not idempotent: a repeat meets "duplicate". The answer carries no voice id; the id that was sent is the id. A
    preview is always spoken and billed: without a text of the request's, a short one of ours, never the vendor's.
    """
    check_clone(request)
    address = (yield from _upload(account, request.sample)) if request.sample else request.sample_url or ""
    made = yield from submit(account, limits.CLONE_PATH, clone_body(request, address), operation=CLONE)
    return _cloned(request, made)


def resume_clone(account: Account, request: CloneRequest, task: str) -> Operation[CloneResult]:
    """Ask for a clone accepted earlier: reads only; the recording is not needed again."""
    made = yield from resume(account, limits.CLONE_PATH, clone_body(request, ""), task, operation=CLONE)
    return _cloned(request, made)


def clone_body(request: CloneRequest, address: str) -> dict[str, JSON]:
    """The JSON body. The preview is spoken by the cheapest model unless the request names one."""
    return {
        "audio": address,
        "custom_voice_id": request.voice_id,
        "model": request.model or limits.CAPABILITIES.cheapest_model,
        "need_noise_reduction": request.need_noise_reduction,
        "need_volume_normalization": request.need_volume_normalization,
        "text": normalized(request.preview_text or limits.OBLIGATORY_PREVIEW),
    }


def design(account: Account, request: DesignRequest) -> Operation[DesignResult]:
    """Make up a voice under the id that was sent; its preview is paid at once."""
    check_design(request)
    made = yield from submit(account, limits.DESIGN_PATH, design_body(request), operation=DESIGN)
    return _designed(request, made)


def resume_design(account: Account, request: DesignRequest, task: str) -> Operation[DesignResult]:
    """Ask for a voice design accepted earlier: reads only."""
    made = yield from resume(account, limits.DESIGN_PATH, design_body(request), task, operation=DESIGN)
    return _designed(request, made)


def design_body(request: DesignRequest) -> dict[str, JSON]:
    """The JSON body."""
    return {
        "prompt": normalized(request.prompt),
        "custom_voice_id": request.voice_id,
        "text": normalized(request.preview_text),
    }


def _upload(account: Account, content: bytes) -> Operation[str]:
    """Where WaveSpeed keeps an uploaded recording, for seven days. The long-standing way (upload page): the newer one
    wants a PUT to another host, which must never see the key."""
    container = sniff(content) or ""
    asked = answers.post(
        account,
        "media/upload/binary",
        operation="files_upload",
        files={"file": UploadPart(f"sample.{container}", content, _MEDIA_TYPES[container])},
        timeout=UPLOAD_TIMEOUTS,
        repeatable=True,
    )
    data = answers.read(asked, (yield asked))
    address = text(data.get("download_url")) or text(data.get("url"))
    if not address.lower().startswith(("http://", "https://")):
        raise malformed(asked, "no address in it", http_status=200)
    return address


def _cloned(request: CloneRequest, made: Prediction) -> CloneResult:
    return CloneResult(
        voice_id=request.voice_id,
        preview_url=made.outputs[0],
        moderation="unspecified" if made.flagged else None,
        trace_id=made.task,
    )


def _designed(request: DesignRequest, made: Prediction) -> DesignResult:
    return DesignResult(
        voice_id=request.voice_id or "",
        preview=b"",
        trace_id=made.task,
        preview_url=made.outputs[0],
    )
