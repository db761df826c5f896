"""MiniMax, as the platform sees it."""

from __future__ import annotations

from collections.abc import Mapping

from providers.adapter import Adapter
from providers.characters import billed_characters
from providers.known_voices import KnownVoice, VoiceTraits
from providers.long_text import LongTextRequest, LongTextResult, LongTextState, LongTextTask
from providers.minimax import (
    account_check,
    checks,
    design,
    files,
    long_text,
    rules,
    socket,
    speech,
    streaming,
    subtitles,
    system_voices,
    voice_traits,
    voices,
)
from providers.minimax.about import ABOUT
from providers.minimax.limits import CAPABILITIES, MAINLAND_RATES, RATES
from providers.minimax.regions import REGIONS
from providers.minimax.text import normalized
from providers.options import (
    FAILURES_MAY_CHARGE,
    FLUENT_ON_28,
    LONG_TEXT_LIMIT,
    MIX_WEIGHTS_FIELD,
    RETRY_WITHOUT_EMOTION,
    text,
)
from providers.regions import region_of
from providers.socket import SocketExchange, SocketRequest
from providers.stream import StreamExchange
from providers.types import (
    Account,
    AccountCheck,
    CloneRequest,
    CloneResult,
    DeleteResult,
    FilePurpose,
    ListedVoice,
    Operation,
    PronunciationRule,
    SpeechRequest,
    SpeechResult,
    StoredFile,
    Subtitle,
    UploadedFile,
    UploadPart,
    VoiceKind,
)
from providers.voice_design import DesignRequest, DesignResult


class MiniMax(Adapter):
    """Speech, clones and voices over MiniMax's v1 API, and over whatever speaks like it (the sandbox)."""

    name = "minimax"
    capabilities = CAPABILITIES
    regions = REGIONS
    price_list = "minimax-global"
    options = (
        text("group_id", "sent with every call, where it is set", default="none is sent"),
        MIX_WEIGHTS_FIELD,
        FAILURES_MAY_CHARGE,
        FLUENT_ON_28,
        RETRY_WITHOUT_EMOTION,
        LONG_TEXT_LIMIT,
    )
    about = ABOUT

    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        checks.check_speech(account, request)

    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        return speech.speech(account, request)

    def check_stream(self, account: Account, request: SpeechRequest) -> None:
        checks.check_speech(account, request, streamed=True)

    def stream_speech(self, account: Account, request: SpeechRequest) -> StreamExchange:
        return streaming.stream_speech(account, request)

    def check_socket(self, account: Account, request: SocketRequest) -> None:
        checks.check_socket(account, request)

    def open_socket(self, account: Account, request: SocketRequest) -> SocketExchange:
        return socket.open_socket(account, request)

    def read_subtitles(self, content: bytes) -> tuple[Subtitle, ...]:
        return subtitles.read_subtitles(content)

    def check_long_text(self, account: Account, request: LongTextRequest) -> None:
        checks.check_long_text(account, request)

    def submit_long_text(self, account: Account, request: LongTextRequest) -> Operation[LongTextTask]:
        return long_text.submit(account, request)

    def query_long_text(self, account: Account, task_id: str) -> Operation[LongTextState]:
        return long_text.query(account, task_id)

    def fetch_long_text(
        self, account: Account, file_id: str, container: str, *, max_bytes: int = files.MAX_CONTENT_BYTES
    ) -> Operation[LongTextResult]:
        return long_text.fetch(account, file_id, container, max_bytes=max_bytes)

    def upload_file(self, account: Account, part: UploadPart, purpose: FilePurpose) -> Operation[UploadedFile]:
        return files.upload(account, part, purpose=purpose)

    def list_files(self, account: Account, purpose: FilePurpose) -> Operation[list[StoredFile]]:
        return files.list_files(account, purpose)

    def retrieve_file(self, account: Account, file_id: str) -> Operation[StoredFile]:
        return files.retrieve_file(account, file_id)

    def file_content(
        self, account: Account, file_id: str, *, max_bytes: int = files.MAX_CONTENT_BYTES
    ) -> Operation[bytes]:
        return files.file_content(account, file_id, max_bytes=max_bytes)

    def delete_file(self, account: Account, file_id: str, purpose: FilePurpose) -> Operation[DeleteResult]:
        return files.delete_file(account, file_id, purpose)

    def check_clone(self, account: Account, request: CloneRequest) -> None:
        voices.check_clone(request)

    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        return voices.clone(account, request)

    def check_design(self, account: Account, request: DesignRequest) -> None:
        design.check_design(request)

    def design(self, account: Account, request: DesignRequest) -> Operation[DesignResult]:
        return design.design(account, request)

    def list_voices(self, account: Account) -> Operation[list[ListedVoice]]:
        return voices.list_voices(account)

    def delete_voice(self, account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
        return voices.delete_voice(account, voice_id, kind)

    def known_voices(self) -> tuple[KnownVoice, ...]:
        return system_voices.known_voices()

    def voice_traits(self, voice_id: str) -> VoiceTraits:
        return voice_traits.voice_traits(voice_id)

    def check_account(self, account: Account) -> Operation[AccountCheck]:
        return account_check.check_account(account)

    def compile_rule(self, rule: PronunciationRule) -> str:
        return rules.compiled(rule)

    def rates(self, account: Account) -> Mapping[str, int]:
        region = region_of(account.base_url, self.regions)
        return MAINLAND_RATES if region is not None and region.market == "mainland" else RATES

    def count_characters(self, text: str) -> int:
        return billed_characters(normalized(text), "minimax")

    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        return voices.new_voice_id(hint, random_suffix)
