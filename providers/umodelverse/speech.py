"""POST /v1/t2a_v2, whole and streamed (UModelverse's speech page): MiniMax's body and answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from providers.errors import PendingError, ProviderError
from providers.minimax import answers as minimax
from providers.minimax import speech as minimax_speech
from providers.minimax.checks import check_speech
from providers.minimax.emotion import speaking, streaming
from providers.minimax.speech import TIMEOUTS, longest_answer
from providers.minimax.streaming import TIMEOUTS as STREAM_TIMEOUTS
from providers.minimax.streaming import Decoder
from providers.stream import StreamExchange
from providers.types import JSON, Account, Operation, Request, Response, SpeechRequest, SpeechResult
from providers.umodelverse.errors import refuse_gateway
from providers.umodelverse.limits import MIX_FIELD, OFFER

T = TypeVar("T")
# Frames are small, so their envelopes may outweigh the audio; and the last one may repeat all of it.
_OVERHEAD = 4


def read(request: Request, response: Response) -> dict[str, Any]:
    """The body of a successful answer. Raises ``ProviderError``, whether the gateway refused or MiniMax did."""
    refuse_gateway(request, response)
    return minimax.read(request, response)


def native(account: Account) -> Account:
    """The account as MiniMax's requests are made for it: no group in the query, the weights spelled as here."""
    options = {"mix_weights_field": MIX_FIELD, **account.options}
    options.pop("group_id", None)
    return replace(account, options=options)


def speech(account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    """One synthesis. Refuses before sending; raises ``ProviderError``."""
    check_speech(account, request, offer=OFFER)
    return (yield from speaking(account, request, lambda wanted: _once(account, wanted)))


def _once(account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
    asked = asking(account, request)
    return minimax_speech.read_speech(asked, (yield asked), request, reader=read, allow_base64=True)


def stream_speech(account: Account, request: SpeechRequest) -> StreamExchange:
    """One streamed synthesis; the aggregate frame is declined and ignored when it comes anyway."""
    check_speech(account, request, streamed=True, offer=OFFER)
    asked = asking(account, request, streamed=True)
    instead = streaming(account, request, lambda wanted: stream_speech(account, wanted))
    return StreamExchange(asked, Decoder(asked, request, reader=read), instead)


def asking(account: Account, request: SpeechRequest, *, streamed: bool = False) -> Request:
    """The request for a synthesis."""
    longest = longest_answer(request)
    return minimax.post(
        native(account),
        "/v1/t2a_v2",
        operation="t2a_stream" if streamed else "t2a",
        json=body(account, request, streamed=streamed),
        timeout=STREAM_TIMEOUTS if streamed else TIMEOUTS,
        max_response_bytes=longest * _OVERHEAD if streamed else longest,
    )


def body(account: Account, request: SpeechRequest, *, streamed: bool = False) -> dict[str, JSON]:
    """MiniMax's body; the kind of subtitles cannot be chosen here."""
    fields = minimax_speech.body(native(account), request, streamed=streamed)
    fields.pop("subtitle_type", None)
    return fields


def behind_gateway(operation: Operation[T]) -> Operation[T]:
    """One of MiniMax's own conversations, in which the gateway may refuse too."""
    try:
        asked = next(operation)
        while True:
            try:
                response = yield asked
                if isinstance(asked, Request):
                    refuse_gateway(asked, response)
            except (ProviderError, PendingError) as error:
                asked = operation.throw(error)
            else:
                asked = operation.send(response)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        operation.close()
