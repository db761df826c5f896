"""PPIO (and Novita, by its address), as the platform sees it."""

from __future__ import annotations

from providers.adapter import Adapter
from providers.characters import billed_characters
from providers.errors import ProviderError
from providers.long_text import LongTextRequest, LongTextResult, LongTextState, LongTextTask
from providers.minimax import rules, subtitles
from providers.minimax.checks import check_speech
from providers.minimax.text import normalized
from providers.minimax.voices import new_voice_id
from providers.options import (
    FAILURES_MAY_CHARGE,
    FLUENT_ON_28,
    LONG_TEXT_LIMIT,
    MIX_WEIGHTS_FIELD,
    RETRY_WITHOUT_EMOTION,
)
from providers.ppio import long_text, speech, voices
from providers.ppio.about import ABOUT
from providers.ppio.answers import task_of, task_request
from providers.ppio.limits import CAPABILITIES, OFFER
from providers.ppio.regions import REGIONS
from providers.stream import StreamExchange
from providers.types import (
    Account,
    AccountCheck,
    CloneRequest,
    CloneResult,
    Operation,
    PronunciationRule,
    SpeechRequest,
    SpeechResult,
    Subtitle,
)
from providers.verdicts import verdict_of

_NO_TASK = "00000000-0000-4000-8000-000000000000"


class Ppio(Adapter):
    """Speech, long texts and clones of MiniMax's models over PPIO's gateway."""

    name = "ppio"
    capabilities = CAPABILITIES
    regions = REGIONS
    price_list = "novita"
    options = (MIX_WEIGHTS_FIELD, FAILURES_MAY_CHARGE, FLUENT_ON_28, RETRY_WITHOUT_EMOTION, LONG_TEXT_LIMIT)
    about = ABOUT
    catalogue = "minimax"

    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        check_speech(account, request, offer=OFFER)

    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        return speech.speech(account, request)

    def check_stream(self, account: Account, request: SpeechRequest) -> None:
        check_speech(account, request, streamed=True, offer=OFFER)

    def stream_speech(self, account: Account, request: SpeechRequest) -> StreamExchange:
        return speech.stream_speech(account, request)

    def read_subtitles(self, content: bytes) -> tuple[Subtitle, ...]:
        return subtitles.read_subtitles(content)

    def check_long_text(self, account: Account, request: LongTextRequest) -> None:
        long_text.check(account, request)

    def submit_long_text(self, account: Account, request: LongTextRequest) -> Operation[LongTextTask]:
        return long_text.submit(account, request)

    def query_long_text(self, account: Account, task_id: str) -> Operation[LongTextState]:
        return long_text.query(account, task_id)

    def fetch_long_text(
        self, account: Account, file_id: str, container: str, *, max_bytes: int = 256 * 1024 * 1024
    ) -> Operation[LongTextResult]:
        """``file_id`` is the task's id; the audio is behind the address in the result, which bounds it itself."""
        return long_text.fetch(account, file_id, container)

    def check_clone(self, account: Account, request: CloneRequest) -> None:
        voices.check_clone(request)

    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        return voices.clone(account, request)

    def check_account(self, account: Account) -> Operation[AccountCheck]:
        """Asks for a task that nobody has: free, and no key gets as far as being told so."""
        try:
            asked = task_request(account, _NO_TASK)
            task_of(asked, (yield asked))
        except ProviderError as error:
            if error.code != "TASK_NOT_FOUND":
                return AccountCheck(
                    ok=False,
                    verdict=verdict_of(error),
                    finding=error.message,
                    code=error.code,
                    trace_id=error.trace_id,
                )
        return AccountCheck(ok=True, verdict="ok", finding="The key is known; nothing free shows more")

    def compile_rule(self, rule: PronunciationRule) -> str:
        return rules.compiled(rule)

    def count_characters(self, text: str) -> int:
        return billed_characters(normalized(text), "minimax")

    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        """A name for our own books until PPIO has picked the id."""
        return new_voice_id(hint, random_suffix)
