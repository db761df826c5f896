"""WaveSpeedAI, as the platform sees it."""

from __future__ import annotations

from providers.adapter import Adapter
from providers.characters import billed_characters
from providers.minimax.text import normalized
from providers.minimax.voices import new_voice_id
from providers.options import FAILURES_MAY_CHARGE, seconds, switch, text
from providers.quotes import Balance, Quote
from providers.stream import StreamExchange
from providers.types import (
    Account,
    AccountCheck,
    CloneRequest,
    CloneResult,
    Operation,
    SpeechRequest,
    SpeechResult,
)
from providers.voice_design import DesignRequest, DesignResult
from providers.wavespeed import account as money
from providers.wavespeed import checks, speech, streaming, voices
from providers.wavespeed.about import ABOUT
from providers.wavespeed.limits import CAPABILITIES, REGIONS
from providers.wavespeed.webhooks import WEBHOOKS


class WaveSpeed(Adapter):
    """Speech, clones and designs by predictions: submitted once, then asked for until they end."""

    name = "wavespeed"
    capabilities = CAPABILITIES
    regions = REGIONS
    price_list = "wavespeed"
    options = (
        switch("sync_mode", "wait for the result in the submission"),
        seconds("poll_every_seconds", 0.01, 60, "the first pause between two questions after a task", default="2"),
        text(
            "emotion_when_none",
            "the emotion sent where none is chosen (without one its voices are happy); empty to send none",
            default="neutral",
        ),
        switch(
            "webhooks",
            "let WaveSpeed tell the end of a task (where it can reach `PUBLIC_URL`); asking goes on",
            default=True,
        ),
        FAILURES_MAY_CHARGE,
    )
    about = ABOUT
    webhooks = WEBHOOKS
    catalogue = "minimax"

    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        checks.check_speech(request)

    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        return speech.speech(account, request)

    def resume_speech(self, account: Account, request: SpeechRequest, task: str) -> Operation[SpeechResult]:
        return speech.resume_speech(account, request, task)

    def check_stream(self, account: Account, request: SpeechRequest) -> None:
        checks.check_speech(request, streamed=True)

    def stream_speech(self, account: Account, request: SpeechRequest) -> StreamExchange:
        return streaming.stream_speech(account, request)

    def check_clone(self, account: Account, request: CloneRequest) -> None:
        checks.check_clone(request)

    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        return voices.clone(account, request)

    def resume_clone(self, account: Account, request: CloneRequest, task: str) -> Operation[CloneResult]:
        return voices.resume_clone(account, request, task)

    def check_design(self, account: Account, request: DesignRequest) -> None:
        checks.check_design(request)

    def design(self, account: Account, request: DesignRequest) -> Operation[DesignResult]:
        return voices.design(account, request)

    def resume_design(self, account: Account, request: DesignRequest, task: str) -> Operation[DesignResult]:
        return voices.resume_design(account, request, task)

    def balance(self, account: Account) -> Operation[Balance]:
        return money.balance(account)

    def price(self, account: Account, request: SpeechRequest) -> Operation[Quote]:
        return money.price(account, request)

    def check_account(self, account: Account) -> Operation[AccountCheck]:
        return money.check_account(account)

    def count_characters(self, text: str) -> int:
        return billed_characters(normalized(text), "code_points")

    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        return new_voice_id(hint, random_suffix)
