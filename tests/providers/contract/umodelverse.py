"""UModelverse on the sandbox, as it is documented: without MiniMax's other routes."""

from providers.minimax.speech import read_speech
from providers.registry import adapter_for
from providers.umodelverse.speech import asking, read
from tests.providers.contract.stage import Refusal, Stage


def unchecked(account, request):
    asked = asking(account, request)
    return read_speech(asked, (yield asked), request, reader=read)


UMODELVERSE = Stage(
    adapter=adapter_for("umodelverse"),
    mount="umodelverse",
    voice_id="English_Graceful_Lady",
    other_voice_id="English_Diligent_Man",
    routes={"speech": "t2a", "stream": "t2a"},
    refusal=Refusal(fault="error_in_200", fields={"status_code": 1008}, category="balance", code="1008"),
    unchecked=unchecked,
    # Whether 2.8 takes it is disputed, so it is an option of the account.
    stricter=frozenset({"fluent on speech-2.8-hd", "fluent on speech-2.8-turbo"}),
)
