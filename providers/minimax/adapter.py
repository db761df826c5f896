"""MiniMax, as the platform sees it."""

from __future__ import annotations

from providers.adapter import Adapter
from providers.characters import billed_characters
from providers.errors import Category, ProviderError
from providers.minimax import checks, rules, speech, streaming, subtitles, voices
from providers.minimax.limits import CAPABILITIES
from providers.minimax.text import normalized
from providers.stream import StreamExchange
from providers.types import (
    Account,
    AccountCheck,
    CloneRequest,
    CloneResult,
    DeleteResult,
    ListedVoice,
    Operation,
    PronunciationRule,
    SpeechRequest,
    SpeechResult,
    Subtitle,
    VoiceKind,
)

_REGIONS = (
    "The key was refused. A key of another region reads the same: international keys belong to api.minimax.io, "
    "mainland keys to api.minimaxi.com"
)


class MiniMax(Adapter):
    """Speech, clones and voices over MiniMax's v1 API, and over whatever speaks like it (the sandbox)."""

    name = "minimax"
    capabilities = CAPABILITIES

    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        checks.check_speech(account, request)

    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        return speech.speech(account, request)

    def check_stream(self, account: Account, request: SpeechRequest) -> None:
        checks.check_speech(account, request, streamed=True)

    def stream_speech(self, account: Account, request: SpeechRequest) -> StreamExchange:
        return streaming.stream_speech(account, request)

    def read_subtitles(self, content: bytes) -> tuple[Subtitle, ...]:
        return subtitles.read_subtitles(content)

    def check_clone(self, account: Account, request: CloneRequest) -> None:
        voices.check_clone(request)

    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        return voices.clone(account, request)

    def list_voices(self, account: Account) -> Operation[list[ListedVoice]]:
        return voices.list_voices(account)

    def delete_voice(self, account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
        return voices.delete_voice(account, voice_id, kind)

    def check_account(self, account: Account) -> Operation[AccountCheck]:
        """Lists the system voices: free, and refused without a valid key."""
        try:
            voices_shown = yield from voices.list_voices(account, "system")
        except ProviderError as error:
            return AccountCheck(ok=False, finding=_finding(error), code=error.code, trace_id=error.trace_id)
        return AccountCheck(ok=True, finding=f"{len(voices_shown)} system voices")

    def compile_rule(self, rule: PronunciationRule) -> str:
        return rules.compiled(rule)

    def count_characters(self, text: str) -> int:
        return billed_characters(normalized(text), "minimax")

    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        return voices.new_voice_id(hint, random_suffix)


def _finding(error: ProviderError) -> str:
    if error.category is not Category.AUTH or error.code is None:
        return error.message
    if "group" in error.message.lower():
        return f"The group id does not belong to the key ({error.message})"
    return f"{_REGIONS} ({error.message})"
