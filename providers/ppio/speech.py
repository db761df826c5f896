"""POST /v3/minimax-speech-…, whole and streamed (speech pages of PPIO and Novita)."""

from __future__ import annotations

from typing import Any

from providers.minimax import speech as minimax
from providers.minimax.checks import check_speech
from providers.minimax.emotion import speaking, streaming
from providers.minimax.speech import TIMEOUTS, longest_answer
from providers.minimax.streaming import TIMEOUTS as STREAM_TIMEOUTS
from providers.minimax.streaming import Decoder
from providers.ppio.answers import post, read
from providers.ppio.limits import OFFER, PATHS, spelling_of
from providers.stream import StreamExchange
from providers.types import JSON, Account, Operation, Request, SpeechRequest, SpeechResult

# Frames are small, so their envelopes may outweigh the audio; and the last one may repeat all of it.
_OVERHEAD = 4


def speech(account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    """One synthesis. Refuses before sending; raises ``ProviderError``. Only 2.8 tells what it billed.

    Hexadecimal is asked for, but what came decides: one report has an address all the same."""
    check_speech(account, request, offer=OFFER)
    return (yield from speaking(account, request, lambda wanted: _once(account, wanted)))


def _once(account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    asked = asking(account, request)
    return minimax.read_speech(asked, (yield asked), request, reader=read, allow_base64=True)


def stream_speech(account: Account, request: SpeechRequest) -> StreamExchange:
    """One streamed synthesis. Whether the flat stream repeats all audio at its end is not documented: it is asked not
    to, and what comes there after other audio is dropped."""
    check_speech(account, request, streamed=True, offer=OFFER)
    asked = asking(account, request, streamed=True)
    instead = streaming(account, request, lambda wanted: stream_speech(account, wanted))
    return StreamExchange(asked, Decoder(asked, request, reader=read), instead)


def asking(account: Account, request: SpeechRequest, *, streamed: bool = False) -> Request:
    """The request for a synthesis; the model is in its path."""
    longest = longest_answer(request)
    return post(
        account,
        f"/v3/{PATHS[request.model]}",
        operation="t2a_stream" if streamed else "t2a",
        json=body(account, request, streamed=streamed),
        timeout=STREAM_TIMEOUTS if streamed else TIMEOUTS,
        max_response_bytes=longest * _OVERHEAD if streamed else longest,
    )


def body(account: Account, request: SpeechRequest, *, streamed: bool = False) -> dict[str, JSON]:
    """MiniMax's body without the model and under the names of the model's generation; ``mix_weights_field`` of the
    account outranks them."""
    fields, spelling = minimax.body(account, request, streamed=streamed), spelling_of(request.model)
    fields.pop("model")
    fields.pop("subtitle_type", None)
    for written in ("timbre_weights", "timber_weights"):
        if written in fields:
            fields[str(account.options.get("mix_weights_field") or spelling.mix)] = fields.pop(written)
    respell(fields["voice_setting"], "text_normalization", spelling.normalization)
    return fields


def respell(fields: Any, name: str, other: str) -> None:
    """Rename one field of an object, where it is there."""
    if name != other and name in fields:
        fields[other] = fields.pop(name)
