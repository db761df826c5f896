"""POST /api/v3/{model}/stream: MiniMax's frames, relayed as they are (streaming page).

The last frame repeats all of the audio and nothing can decline that; the shared decoder drops it. What the relay says
of billed characters is what MiniMax counts, not what WaveSpeed charges, so it is not passed on.
"""

from __future__ import annotations

from typing import Any

from providers.errors import malformed
from providers.minimax import answers as minimax
from providers.minimax.answers import json_object, mapping
from providers.minimax.speech import longest_answer
from providers.minimax.streaming import TIMEOUTS, Decoder
from providers.stream import StreamExchange
from providers.types import Account, Request, Response, SpeechRequest
from providers.wavespeed import answers, limits
from providers.wavespeed.checks import check_speech
from providers.wavespeed.errors import task_failed
from providers.wavespeed.speech import body

# Every byte twice in hexadecimal, once in pieces and once more at the end, in small envelopes.
_OVERHEAD = 4


def stream_speech(account: Account, request: SpeechRequest) -> StreamExchange:
    """One streamed synthesis. Refuses at once."""
    check_speech(request, streamed=True)
    asked = answers.post(
        account,
        f"{limits.MODEL_PATHS[request.model]}/stream",
        operation="t2a_stream",
        json=body(account, request),
        timeout=TIMEOUTS,
        max_response_bytes=_OVERHEAD * longest_answer(request),
    )
    return StreamExchange(asked, Decoder(asked, request, reader=read))


def read(asked: Request, response: Response) -> dict[str, Any]:
    """One frame, or the whole of a plain answer: MiniMax's own, else one of WaveSpeed's two kinds of failure."""
    answer = json_object(response.content)
    if answer is not None and "base_resp" in answer:
        told = minimax.read(asked, response)
        declared = {name: value for name, value in mapping(told.get("extra_info")).items() if name != _THEIR_COUNT}
        return {**told, "extra_info": declared}
    data = answers.read(asked, response)
    if data.get("status") == "failed":
        code, task = minimax.whole(data.get("code")), minimax.text(data.get("id"))
        raise task_failed(asked, code or None, minimax.text(data.get("error")), trace_id=task)
    raise malformed(asked, "a plain answer, not a stream", http_status=200)


_THEIR_COUNT = "usage_characters"
