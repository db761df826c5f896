"""What every provider's adapter offers.

An adapter does no I/O. Each operation is a generator that yields ``Request`` and receives ``Response``; a driver
(``providers.driver``) runs it over a blocking or an asynchronous client. Everything a provider cannot honour is refused
before the first request, by field name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from providers.long_text import LongTextRequest, LongTextResult, LongTextState, LongTextTask
from providers.stream import StreamExchange
from providers.types import (
    Account,
    AccountCheck,
    Capabilities,
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


class Adapter(ABC):
    """One provider's wire. All methods raise ``ProviderError``; the pure ones raise its ``RefusedError`` branch."""

    name: str
    capabilities: Capabilities

    @abstractmethod
    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        """Refuse what the provider cannot honour. Pure; costs nothing; ``speech`` does the same before sending."""

    @abstractmethod
    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        """Synthesise one text in one paid exchange."""

    @abstractmethod
    def check_stream(self, account: Account, request: SpeechRequest) -> None:
        """Refuse what the provider cannot stream. Pure; ``stream_speech`` does the same."""

    @abstractmethod
    def stream_speech(self, account: Account, request: SpeechRequest) -> StreamExchange:
        """Describe one paid synthesis whose audio comes while it is made. Refuses before anything is sent."""

    @abstractmethod
    def read_subtitles(self, content: bytes) -> tuple[Subtitle, ...]:
        """The times in a subtitle file the provider made. Pure; ``ProviderError`` (malformed) for anything else."""

    @abstractmethod
    def check_long_text(self, account: Account, request: LongTextRequest) -> None:
        """Refuse a long text the provider cannot honour. Pure; ``submit_long_text`` does the same before sending."""

    @abstractmethod
    def submit_long_text(self, account: Account, request: LongTextRequest) -> Operation[LongTextTask]:
        """Hand over a long text: paid at once, spoken later."""

    @abstractmethod
    def query_long_text(self, account: Account, task_id: str) -> Operation[LongTextState]:
        """How far a long text is. Free. "Failed" and "expired" are results."""

    @abstractmethod
    def fetch_long_text(
        self, account: Account, file_id: str, container: str, *, max_bytes: int = 256 * 1024 * 1024
    ) -> Operation[LongTextResult]:
        """The audio of a finished long text, unpacked; ``container`` is the one that was asked for."""

    @abstractmethod
    def upload_file(self, account: Account, part: UploadPart, purpose: FilePurpose) -> Operation[UploadedFile]:
        """Give the provider a file. Free."""

    @abstractmethod
    def list_files(self, account: Account, purpose: FilePurpose) -> Operation[list[StoredFile]]:
        """The files the provider keeps for one purpose."""

    @abstractmethod
    def retrieve_file(self, account: Account, file_id: str) -> Operation[StoredFile]:
        """One file and where it can be downloaded, not its bytes."""

    @abstractmethod
    def file_content(self, account: Account, file_id: str, *, max_bytes: int = 256 * 1024 * 1024) -> Operation[bytes]:
        """The bytes of a file; more than ``max_bytes`` are malformed."""

    @abstractmethod
    def delete_file(self, account: Account, file_id: str, purpose: FilePurpose) -> Operation[DeleteResult]:
        """Remove a file."""

    @abstractmethod
    def check_clone(self, account: Account, request: CloneRequest) -> None:
        """Refuse a clone the provider cannot make. Pure; ``clone`` does the same before sending."""

    @abstractmethod
    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        """Hand over the recording and make a voice of it: several exchanges in one conversation."""

    @abstractmethod
    def check_design(self, account: Account, request: DesignRequest) -> None:
        """Refuse a voice the provider cannot make up. Pure; ``design`` does the same before sending."""

    @abstractmethod
    def design(self, account: Account, request: DesignRequest) -> Operation[DesignResult]:
        """Make up a voice from a description; its preview is paid at once."""

    @abstractmethod
    def list_voices(self, account: Account) -> Operation[list[ListedVoice]]:
        """All voices the provider is willing to show. Absence of a never used clone proves nothing."""

    @abstractmethod
    def delete_voice(self, account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
        """Remove a voice for good. "Does not exist" is a result (``existed`` false); a refused key is an error."""

    @abstractmethod
    def check_account(self, account: Account) -> Operation[AccountCheck]:
        """Prove key and address by a free call. Never raises ``ProviderError``: the finding carries what went wrong."""

    @abstractmethod
    def compile_rule(self, rule: PronunciationRule) -> str:
        """The rule as this provider writes it. Raises ``RefusedError``: field "source", "replacement" or "kind"."""

    @abstractmethod
    def count_characters(self, text: str) -> int:
        """Billed characters expected for ``text``, by this provider's rule."""

    @abstractmethod
    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        """A legal voice id that begins like ``hint`` and ends in ``random_suffix`` (the caller's randomness)."""
