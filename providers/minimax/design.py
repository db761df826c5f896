"""POST /v1/voice_design: a voice made up from a description (voice design reference)."""

from __future__ import annotations

import re
from typing import Any

from providers.audio import AudioUrl, PayloadError, decode_payload, sniff
from providers.errors import InvalidInputError, malformed
from providers.minimax import limits
from providers.minimax.answers import billed_characters, post, read, text, trace
from providers.minimax.text import check_text, normalized
from providers.types import JSON, Account, Finding, Operation, Timeouts
from providers.voice_design import DesignRequest, DesignResult

TIMEOUTS = Timeouts(read=180.0, total=240.0)
# 500 characters of slow speech, two digits per byte.
_LONGEST_ANSWER = 64 * 1024 * 1024


def check_design(request: DesignRequest) -> None:
    """Raise ``RefusedError`` for what the reference forbids. The rule for ids is the one of clones."""
    check_text(request.prompt, field="prompt")
    check_text(request.preview_text, field="preview_text", limit=limits.DESIGN_PREVIEW_LIMIT)
    if request.voice_id is not None and not re.fullmatch(limits.VOICE_ID, request.voice_id):
        raise InvalidInputError("voice_id", "8 to 256 letters, digits, - and _; a letter first, no - or _ last")


def design(account: Account, request: DesignRequest) -> Operation[DesignResult]:
    """Make the voice. The preview is paid at once, the voice on its first use, within 168 hours as for a clone.

    Not idempotent. Raises ``ProviderError``; a success that names no voice is malformed, a preview that cannot be read
    only a finding.
    """
    check_design(request)
    asked = post(
        account,
        "/v1/voice_design",
        operation="voice_design",
        json=body(request),
        timeout=TIMEOUTS,
        max_response_bytes=_LONGEST_ANSWER,
    )
    response = yield asked
    answer = read(asked, response)
    trace_id, billed = trace(response, answer), billed_characters(answer)
    voice_id = text(answer.get("voice_id")) or request.voice_id
    if not voice_id:
        raise malformed(asked, "no voice_id in it", http_status=200, trace_id=trace_id, billed_characters=billed)
    preview, findings = _preview(answer)
    return DesignResult(
        voice_id=voice_id,
        preview=preview,
        container=sniff(preview) or "",
        billed_characters=billed,
        trace_id=trace_id,
        findings=findings,
    )


def body(request: DesignRequest) -> dict[str, JSON]:
    """The JSON body; there is no model in it."""
    fields: dict[str, JSON] = {
        "prompt": normalized(request.prompt),
        "preview_text": normalized(request.preview_text),
    }
    if request.voice_id is not None:
        fields["voice_id"] = request.voice_id
    if request.watermark:
        fields["aigc_watermark"] = True
    return fields


def _preview(answer: dict[str, Any]) -> tuple[bytes, tuple[Finding, ...]]:
    """``trial_audio``: hexadecimal, not an address as after cloning."""
    try:
        content = decode_payload(text(answer.get("trial_audio")))
    except PayloadError as error:
        return b"", (Finding("preview_unreadable", f"The preview cannot be used: {error}"),)
    if isinstance(content, AudioUrl) or sniff(content) is None:
        return b"", (Finding("preview_unreadable", "The preview cannot be used: it is no audio we know"),)
    return content, ()
