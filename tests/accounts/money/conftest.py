"""A paid call as the voice packages make them, against the sandbox."""

from dataclasses import dataclass

import httpx
import pytest

from accounts import clock, keyring
from accounts.flows.attempts import PaidOrder
from accounts.flows.holds import Fee, place_hold
from accounts.flows.paid_call import paid_call
from accounts.flows.quotes import quote_speech
from accounts.ids import new_id
from accounts.models import Attempt
from accounts.payer import Payer
from accounts.provider_clients import adapter, wire_account
from accounts.spool import Answer
from providers.sandbox.server import SandboxServer
from providers.types import AudioFormat, SpeechRequest
from tests.cast import Cast

MODEL = "speech-2.8-hd"
VOICE = "English_expressive_narrator"


@dataclass
class Till:
    """Makes holds and paid calls of one team, and asks the sandbox for its bill."""

    cast: Cast
    sandbox: SandboxServer

    @property
    def account(self):
        return self.cast.account

    @property
    def payer(self):
        return Payer(team_id=self.cast.team.id, project_id=self.cast.project.id)

    def hold(self, text="Hello.", *, key=None, fee: Fee | None = None, payer=None):
        characters = adapter(self.account).count_characters(text)
        amount = quote_speech(account=self.account, model=MODEL, characters=characters, at=clock.now())
        return place_hold(
            payer=payer or self.payer,
            key=key or f"test:{new_id()}",
            characters=characters,
            amount=amount,
            at=clock.now(),
            fee=fee,
        )

    def order(self, hold, text="Hello."):
        return PaidOrder(
            hold_id=hold.id,
            kind=Attempt.Kind.SPEECH,
            subject="test:1",
            account=self.account,
            model=MODEL,
            voice_slug="narrator",
            vendor_voice_id=VOICE,
            estimated_characters=adapter(self.account).count_characters(text),
        )

    def speech(self, text="Hello."):
        request = SpeechRequest(text=text, model=MODEL, voice_id=VOICE, format=AudioFormat("mp3", 32000, 128000, 1))
        return adapter(self.account).speech(wire_account(self.account), request)

    def pay(
        self,
        hold,
        text="Hello.",
        *,
        guard=lambda: None,
        on_settled=lambda attempt: None,
        answer_of=None,
        operation=None,
    ):
        return paid_call(
            order=self.order(hold, text),
            operation=operation or self.speech(text),
            answer_of=answer_of or _answer,
            guard=guard,
            on_settled=on_settled,
        )

    def bill(self):
        key = keyring.decrypt(self.account.key_encrypted)
        answer = httpx.get(f"{self.sandbox.base_url}/_sandbox/bill", params={"key": key}, trust_env=False)
        return answer.json()["lines"]

    def fault(self, fault, **details):
        body = {"provider": "minimax", "operation": "t2a", "fault": fault, "count": 1, **details}
        httpx.post(f"{self.sandbox.base_url}/_sandbox/faults", json=body, trust_env=False).raise_for_status()


def _answer(result):
    return Answer(audio=result.audio, billed_characters=result.billed_characters, trace_id=result.trace_id)


@pytest.fixture
def till(cast, sandbox):
    yield Till(cast, sandbox)
    httpx.request(
        "DELETE",
        f"{sandbox.base_url}/_sandbox/faults",
        headers={"Content-Type": "application/json"},
        content=b"{}",
        trust_env=False,
    )
