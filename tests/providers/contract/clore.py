"""The published proxy, repaired, on the sandbox."""

from providers.clore.adapter import read_speech, speech_request
from providers.registry import adapter_for
from tests.providers.contract.stage import Refusal, Stage


def unchecked(account, request):
    asked = speech_request(account, request)
    return read_speech(asked, (yield asked), request)


CLORE = Stage(
    adapter=adapter_for("clore"),
    mount="clore",
    voice_id="English_Graceful_Lady",
    other_voice_id="English_Diligent_Man",
    routes={"speech": "t2a"},
    refusal=Refusal(fault="rate_limit", category="rate_limited", code="429"),
    unchecked=unchecked,
    traced=False,
    hides_reasons=True,
)
