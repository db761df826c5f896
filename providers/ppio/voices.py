"""POST /v3/minimax-voice-cloning (voice cloning page). There is no list of voices and no deletion."""

from __future__ import annotations

from providers.errors import InvalidInputError, UnsupportedError, malformed
from providers.minimax import voices as minimax
from providers.minimax.answers import identifier, mapping, text, trace
from providers.minimax.text import check_text, normalized
from providers.ppio.answers import post, read
from providers.ppio.limits import PREVIEW_LIMIT, PREVIEW_MODELS
from providers.types import JSON, Account, CloneRequest, CloneResult, Operation, Timeouts

# It pulls the recording and makes the voice while we wait: tens of seconds are plausible, nothing is promised.
TIMEOUTS = Timeouts(read=180.0, total=240.0)


def check_clone(request: CloneRequest) -> None:
    """Raise ``RefusedError`` for what cannot be honoured. ``voice_id`` is not looked at: PPIO picks it."""
    _check_address("sample_url", request.sample_url)
    minimax.check_sample(request)
    if request.preview_text is not None:
        check_text(request.preview_text, field="preview_text", limit=PREVIEW_LIMIT)
        if request.model is None:
            raise InvalidInputError("model", "A preview needs a model")
        if request.model not in PREVIEW_MODELS:
            raise UnsupportedError("model", f"Previews are spoken by {', '.join(PREVIEW_MODELS)}")
    for name in ("language_boost", "watermark"):
        if getattr(request, name):
            raise UnsupportedError(name, "PPIO's clones do not know it")
    minimax.check_validation(request)
    if request.clone_prompt is not None:
        minimax.check_prompt(request.clone_prompt)
        _check_address("clone_prompt.url", request.clone_prompt.url)


def clone(account: Account, request: CloneRequest) -> Operation[CloneResult]:
    """Let PPIO pull the recording and make the voice. Never repeated: the id is in this one answer and nowhere else, so
    a lost answer is a lost voice. What the preview costs is not told; it keeps no voice."""
    check_clone(request)
    asked = post(
        account, "/v3/minimax-voice-cloning", operation="voice_clone", json=clone_body(request), timeout=TIMEOUTS
    )
    response = yield asked
    answer = read(asked, response)
    inner, trace_id = mapping(answer.get("data")), trace(response, answer)
    voice_id = identifier(answer.get("voice_id")) or identifier(inner.get("voice_id"))
    if voice_id is None:
        raise malformed(asked, "no voice_id in it", http_status=200, trace_id=trace_id)
    preview = text(answer.get("demo_audio_url")) or text(inner.get("demo_audio_url"))
    return CloneResult(voice_id=voice_id, preview_url=preview or None, trace_id=trace_id)


def clone_body(request: CloneRequest) -> dict[str, JSON]:
    """The JSON body. A model without a preview text would be of no use, so it is left out."""
    body: dict[str, JSON] = {"audio_url": request.sample_url}
    if request.clone_prompt is not None:
        prompt = request.clone_prompt
        body["clone_prompt"] = {"prompt_audio_url": prompt.url, "prompt_text": prompt.text.strip()}
    if request.preview_text is not None:
        body |= {"text": normalized(request.preview_text), "model": request.model}
    optional: dict[str, JSON] = {
        "text_validation": request.text_validation,
        "accuracy": request.accuracy,
        "need_noise_reduction": request.need_noise_reduction or None,
        "need_volume_normalization": request.need_volume_normalization or None,
    }
    return body | {name: value for name, value in optional.items() if value is not None}


def _check_address(field: str, url: str | None) -> None:
    if not url:
        raise InvalidInputError(field, "PPIO pulls the recording, so it needs an address it can reach")
    if not url.lower().startswith(("http://", "https://")):
        raise InvalidInputError(field, "The address begins with https://")
