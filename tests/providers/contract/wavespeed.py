"""WaveSpeed on the sandbox."""

from providers.registry import adapter_for
from providers.types import SpeechResult
from providers.wavespeed.limits import MODEL_PATHS
from providers.wavespeed.predictions import submit
from providers.wavespeed.speech import body
from tests.providers.contract.stage import Refusal, Stage


def unchecked(account, request):
    made = yield from submit(account, MODEL_PATHS[request.model], body(account, request), operation="t2a")
    return SpeechResult(audio=b"", container="", audio_url=made.outputs[0])


WAVESPEED = Stage(
    adapter=adapter_for("wavespeed"),
    mount="wavespeed",
    voice_id="Wise_Woman",
    other_voice_id="Deep_Voice_Man",
    routes={"speech": "t2a", "stream": "t2a", "clone": "voice_clone", "design": "voice_design"},
    refusal=Refusal(fault="error_in_200", fields={"status_code": 1401}, category="invalid_input", code="1401"),
    unchecked=unchecked,
    options={"poll_every_seconds": 0.02},
    fees=False,
    names_designs=True,
    pace={"async_task_seconds": 0},
)
