"""PPIO on the sandbox: a recording is served where it can pull it."""

import contextlib

from providers.minimax.speech import read_speech
from providers.ppio.answers import read
from providers.ppio.limits import PREVIEW_MODELS
from providers.ppio.speech import asking
from providers.registry import adapter_for
from tests.providers.contract.stage import Refusal, Stage
from tests.providers.loopback import Loopback, http


def unchecked(account, request):
    asked = asking(account, request)
    return read_speech(asked, (yield asked), request, reader=read)


@contextlib.contextmanager
def served(recording):
    """How a recording goes into a clone request where the provider pulls it."""
    with Loopback(http(recording, headers=["Content-Type: audio/wav"])) as server:
        yield {
            "sample": recording,
            "sample_name": "take.wav",
            "sample_type": "audio/wav",
            "sample_url": f"{server.url}/take.wav",
        }


PPIO = Stage(
    adapter=adapter_for("ppio"),
    mount="ppio",
    voice_id="English_Graceful_Lady",
    other_voice_id="English_Diligent_Man",
    routes={"speech": "t2a", "stream": "t2a", "long_text": "t2a_async", "clone": "voice_clone"},
    refusal=Refusal(fault="error_in_200", fields={"status_code": 1008}, category="balance", code="1008"),
    unchecked=unchecked,
    hand_over=served,
    # The cheapest model is one of those that tell; a clone's preview is told nowhere.
    told=frozenset({"t2a", "t2a_async"}),
    # Only the nested answers carry one.
    traced=False,
    traced_lines=frozenset({"t2a"}),
    preview_model=PREVIEW_MODELS[0],
    long_settings={},
)
