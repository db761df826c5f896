"""A Clore-style proxy: one text in, audio bytes out, MiniMax behind it (the published guide's server).

What the guide's server does wrong is told apart here: it decodes MiniMax's hexadecimal as if it were base64, which does
not fail but yields bytes that are no audio. That step can be undone, byte for byte. Where the number of digits does not
suit base64, or MiniMax refused, the server falls over with a bare 500: by then the synthesis may be paid.
"""

from __future__ import annotations

import base64
from types import MappingProxyType

from providers.adapter import Adapter
from providers.audio import HEADERLESS, AudioUrl, PayloadError, decode_payload, sniff
from providers.characters import billed_characters
from providers.clore.about import ABOUT
from providers.errors import Category, InvalidInputError, ProviderError, UnsupportedError, lost_answer, malformed
from providers.options import VOICES
from providers.types import (
    Account,
    AccountCheck,
    AudioFormat,
    Capabilities,
    Finding,
    Operation,
    Request,
    Response,
    RetentionRule,
    SpeechRequest,
    SpeechResult,
    Timeouts,
)
from providers.verdicts import verdict_of

# The guide's server waits 30 s for MiniMax.
_TIMEOUTS = Timeouts(read=60.0, total=90.0)
_MODEL = "speech-02-hd"
# What the guide's server asks MiniMax for, whatever the container.
_RATE, _BITRATE = 32000, 128000
# MiniMax's containers that take 32 kHz.
_CONTAINERS = ("mp3", "wav", "flac", "pcm")
_TEXT_LIMIT = 9_999
_SPEED = (0.5, 2.0)
_LONGEST_ANSWER = 64 * 1024 * 1024
_HEX_DIGITS = frozenset(b"0123456789abcdefABCDEF")
# FastAPI refuses a body with 422; the others are those of a gate put before it. It refuses before MiniMax is asked.
_STATUSES = MappingProxyType(
    {
        401: Category.AUTH,
        403: Category.AUTH,
        404: Category.UNSUPPORTED,
        405: Category.UNSUPPORTED,
        413: Category.INVALID_INPUT,
        422: Category.INVALID_INPUT,
        429: Category.RATE_LIMITED,
    }
)


class CloreProxy(Adapter):
    """Speech only; the account behind the proxy is not ours to see, so nothing is reported and all is estimated."""

    name = "clore"
    price_list = "minimax-global"
    options = (VOICES,)
    about = ABOUT
    catalogue = "minimax"
    capabilities = Capabilities(
        operations=frozenset({"speech"}),
        models=(_MODEL,),
        formats=MappingProxyType(dict.fromkeys(_CONTAINERS, (_RATE,))),
        channels=(1,),
        bitrates=MappingProxyType({"mp3": (_BITRATE,)}),
        emotions=MappingProxyType({_MODEL: frozenset[str]()}),
        language_boosts=frozenset(),
        text_limit=_TEXT_LIMIT,
        rule_kinds=frozenset(),
        clone=None,
        # Voices are those of the account behind it; it keeps them by its own rule, which is MiniMax's.
        retention=RetentionRule("activation", 168),
        billing_source="estimated",
        cheapest_model=_MODEL,
        default_model=_MODEL,
        default_format=AudioFormat("mp3", _RATE, _BITRATE, 1),
        activation_text="Hi.",
        counts_characters="MiniMax's rule, as MiniMax is behind it: code points, and one more for each Han character.",
    )

    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        if request.model != _MODEL:
            raise UnsupportedError("model", f"The proxy speaks with {_MODEL}")
        if not request.text.strip():
            raise InvalidInputError("text", "There is nothing to say")
        if len(request.text) > _TEXT_LIMIT:
            raise InvalidInputError("text", f"At most {_TEXT_LIMIT} characters")
        if not request.voice_id:
            raise InvalidInputError("voice_id", "A voice has to be named")
        _check_format(request.format)
        _check_settings(request)

    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        self.check_speech(account, request)
        asked = speech_request(account, request)
        return read_speech(asked, (yield asked), request)

    def check_account(self, account: Account) -> Operation[AccountCheck]:
        """`GET /health`: says that the proxy is up, not that the account behind it can pay."""
        asked = Request(
            account=account,
            operation="check_account",
            method="GET",
            url=f"{account.base_url.rstrip('/')}/health",
            headers=_headers(account),
            repeatable=True,
        )
        try:
            response = yield asked
        except ProviderError as error:
            return AccountCheck(ok=False, verdict=verdict_of(error), finding=error.message, code=error.code)
        if response.status != 200 or not response.content.lstrip().startswith(b"{"):
            nowhere = f"This address has no /health of a speech proxy (HTTP {response.status})"
            return AccountCheck(ok=False, verdict="not_the_provider", finding=nowhere)
        return AccountCheck(ok=True, verdict="ok", finding="It is up; whether its own account can pay is not told")

    def count_characters(self, text: str) -> int:
        return billed_characters(text, "minimax")


def audio_of(content: bytes, *, headerless: bool) -> tuple[bytes, bool]:
    """The audio in an answer, and whether it had to be restored: plain bytes, hexadecimal or base64 as text, or what
    is left of hexadecimal that was decoded as base64. ``headerless`` audio has no mark to prove it by. Raises
    ``PayloadError``."""
    if sniff(content) is not None:
        return content, False
    for found in (_from_misread_hex(content), _from_text(content)):
        if found and (headerless or sniff(found) is not None):
            return found, True
    if headerless and content:
        return content, False
    raise PayloadError("the bytes are no audio" if content else "it is empty")


def _from_misread_hex(content: bytes) -> bytes:
    """Encoded as base64 again, such bytes are hexadecimal to the last digit; no other audio is."""
    digits = base64.b64encode(content)
    return bytes.fromhex(digits.decode()) if _HEX_DIGITS.issuperset(digits) else b""


def _from_text(content: bytes) -> bytes:
    try:
        found = decode_payload(content.decode("ascii").strip(), allow_base64=True)
    except (UnicodeDecodeError, PayloadError):
        return b""
    return b"" if isinstance(found, AudioUrl) else found


def speech_request(account: Account, request: SpeechRequest) -> Request:
    """The one paid exchange."""
    return Request(
        account=account,
        operation="t2a",
        method="POST",
        url=f"{account.base_url.rstrip('/')}/tts",
        headers=_headers(account),
        json={
            "text": request.text,
            "voice_id": request.voice_id,
            "speed": 1.0 if request.settings.speed is None else request.settings.speed,
            "output_format": request.format.container,
        },
        timeout=_TIMEOUTS,
        max_response_bytes=_LONGEST_ANSWER,
    )


def read_speech(asked: Request, response: Response, request: SpeechRequest) -> SpeechResult:
    """The audio of an answer, whatever it was mistaken for."""
    if response.status != 200:
        raise _refusal(asked, response)
    headerless = request.format.container in HEADERLESS
    if headerless and not response.headers.get("content-type", "").startswith("audio/"):
        raise malformed(asked, "it says itself that it is no audio", http_status=200)
    try:
        audio, restored = audio_of(response.content, headerless=headerless)
    except PayloadError as error:
        raise malformed(asked, str(error), http_status=200) from error
    container = sniff(audio) or request.format.container
    findings = []
    if restored:
        findings.append(Finding("payload_restored", "The proxy mistook the encoding of the audio; it was restored"))
    if container != request.format.container:
        findings.append(Finding("container_differs", f"{request.format.container} asked for, {container} received"))
    return SpeechResult(audio=audio, container=container, findings=tuple(findings))


def _refusal(asked: Request, response: Response) -> ProviderError:
    said = " ".join(response.content[:200].decode("utf-8", "replace").split())
    what = f"HTTP {response.status} {said}".strip()
    category = _STATUSES.get(response.status)
    if response.status == 500:
        # It hides everything: a refusal by MiniMax, or a synthesis that was paid and then not decoded.
        return ProviderError(
            what, category=Category.PROVIDER_DOWN, retryable=True, possibly_charged=True, code="500", http_status=500
        )
    if category is None:
        return lost_answer(asked, what, http_status=response.status)
    return ProviderError(
        what,
        category=category,
        retryable=category is Category.RATE_LIMITED,
        who_acts="caller" if category is Category.INVALID_INPUT else "operator",
        code=str(response.status),
        field="base_url" if category is Category.UNSUPPORTED else None,
        http_status=response.status,
    )


def _check_format(audio: AudioFormat) -> None:
    if audio.container not in _CONTAINERS:
        raise UnsupportedError("format.container", f"{audio.container!r} is none of {', '.join(_CONTAINERS)}")
    if audio.sample_rate != _RATE:
        raise UnsupportedError("format.sample_rate", f"The proxy makes {_RATE} Hz only")
    if audio.channels != 1:
        raise UnsupportedError("format.channels", "The proxy makes one channel only")
    if audio.bitrate not in (None, _BITRATE) or (audio.bitrate and audio.container != "mp3"):
        raise UnsupportedError("format.bitrate", f"The proxy makes mp3 at {_BITRATE} bit/s and nothing else at any")


def _check_settings(request: SpeechRequest) -> None:
    settings = request.settings
    if settings.speed is not None and not _SPEED[0] <= settings.speed <= _SPEED[1]:
        raise InvalidInputError("settings.speed", f"Speed goes from {_SPEED[0]} to {_SPEED[1]}")
    for name in ("volume", "pitch", "emotion", "language_boost", "text_normalization", "latex_read", "effects"):
        if getattr(settings, name) is not None:
            raise UnsupportedError(f"settings.{name}", "The proxy passes on speed only")
    for name in ("mix", "rules", "subtitles", "watermark", "force_cbr"):
        if getattr(request, name):
            raise UnsupportedError(name, "The proxy passes on text, voice, speed and container only")


def _headers(account: Account) -> dict[str, str]:
    # The guide's server asks for no key; one that was put before it does.
    return {"Authorization": f"Bearer {account.key}"} if account.key.isascii() and account.key.isprintable() else {}
