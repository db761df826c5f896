"""MiniMax on the sandbox."""

from providers.minimax.answers import post
from providers.minimax.speech import TIMEOUTS, body, read_speech
from providers.registry import adapter_for
from tests.providers.contract.stage import Refusal, Stage


def unchecked(account, request):
    asked = post(account, "/v1/t2a_v2", operation="t2a", json=body(account, request), timeout=TIMEOUTS)
    return read_speech(asked, (yield asked), request)


MINIMAX = Stage(
    adapter=adapter_for("minimax"),
    mount="minimax",
    voice_id="English_Graceful_Lady",
    other_voice_id="English_Diligent_Man",
    routes={
        "speech": "t2a",
        "stream": "t2a",
        "long_text": "t2a_async",
        "clone": "voice_clone",
        "design": "voice_design",
        "list": "get_voice",
        "delete": "delete_voice",
        "files": "files_upload",
    },
    refusal=Refusal(fault="error_in_200", fields={"status_code": 1008}, category="balance", code="1008"),
    unchecked=unchecked,
    # Whether 2.8 takes it is disputed, so it is an option of the account.
    clone_extras={"watermark": True},
    stricter=frozenset({"fluent on speech-2.8-hd", "fluent on speech-2.8-turbo"}),
)
