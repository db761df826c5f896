"""What every provider's adapter offers.

An adapter does no I/O. Each operation is a generator that yields ``Request`` and receives ``Response``; a driver
(``providers.driver``) runs it over a blocking or an asynchronous client. Everything a provider cannot honour is refused
before the first request, by field name. What a provider does not offer at all is refused by the defaults here: an
adapter implements what it declares in ``capabilities.operations``.

Where paid work is submitted and asked for later, the operation yields ``Accepted`` with the task's id as soon as it is
known, then ``Pause`` between its questions (``providers.polling``), and raises ``PendingError`` after its time;
``resume_…`` goes on from the id.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from providers.about import About
from providers.errors import UnsupportedError
from providers.known_voices import KnownVoice, VoiceTraits
from providers.long_text import LongTextRequest, LongTextResult, LongTextState, LongTextTask
from providers.options import Option
from providers.quotes import Balance, Quote
from providers.regions import Region
from providers.socket import SocketExchange, SocketRequest
from providers.stream import StreamExchange
from providers.types import (
    JSON,
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
from providers.webhooks import Webhooks


class Adapter(ABC):
    """One provider's wire. All methods raise ``ProviderError``; the pure ones raise its ``RefusedError`` branch."""

    name: str
    capabilities: Capabilities
    # Official hosts; a provider without any is reached by its address alone.
    regions: tuple[Region, ...] = ()
    # The price list for an address that is none of them; without prices nothing is spent.
    price_list: str
    # What an account may be set to, where the provider's documentation leaves something open.
    options: tuple[Option, ...] = ()
    about: About
    # Whose own voices it speaks with, where those are another provider's: a reseller has the maker's.
    catalogue: str = ""
    # How its webhooks are heard; None where it sends none, or none that we know.
    webhooks: Webhooks | None = None

    def capabilities_of(self, options: Mapping[str, JSON]) -> Capabilities:
        """What an account with these options can do: more than ``capabilities`` where an operator may turn something on
        that the provider does not document. Pure."""
        return self.capabilities

    def unsupported(self, operation: str) -> UnsupportedError:
        """The refusal of an operation this provider does not offer."""
        return UnsupportedError("operation", f"{self.name} does not offer {operation}")

    @abstractmethod
    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        """Refuse what the provider cannot honour. Pure; costs nothing; ``speech`` does the same before sending."""

    @abstractmethod
    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        """Synthesise one text in one paid exchange."""

    def resume_speech(self, account: Account, request: SpeechRequest, task: str) -> Operation[SpeechResult]:
        """Ask for a synthesis accepted earlier under ``task``: reads only, free. ``request`` is what it was made for.

        Raises ``PendingError`` while it is not finished, ``ProviderError`` only for what became of the work itself."""
        raise self.unsupported("resume_speech")

    def check_stream(self, account: Account, request: SpeechRequest) -> None:
        """Refuse what the provider cannot stream. Pure; ``stream_speech`` does the same."""
        raise self.unsupported("stream")

    def stream_speech(self, account: Account, request: SpeechRequest) -> StreamExchange:
        """Describe one paid synthesis whose audio comes while it is made. Refuses before anything is sent."""
        raise self.unsupported("stream")

    def check_socket(self, account: Account, request: SocketRequest) -> None:
        """Refuse how a session would have to speak. Pure; ``open_socket`` does the same."""
        raise self.unsupported("socket")

    def open_socket(self, account: Account, request: SocketRequest) -> SocketExchange:
        """Describe one session that speaks text after text, each paid for itself. Refuses before anything is sent."""
        raise self.unsupported("socket")

    def read_subtitles(self, content: bytes) -> tuple[Subtitle, ...]:
        """The times in a subtitle file the provider made. Pure; ``ProviderError`` (malformed) for anything else."""
        raise self.unsupported("subtitles")

    def check_long_text(self, account: Account, request: LongTextRequest) -> None:
        """Refuse a long text the provider cannot honour. Pure; ``submit_long_text`` does the same before sending."""
        raise self.unsupported("long_text")

    def submit_long_text(self, account: Account, request: LongTextRequest) -> Operation[LongTextTask]:
        """Hand over a long text: paid at once, spoken later. Yields ``Accepted`` with its id before it ends."""
        raise self.unsupported("long_text")

    def query_long_text(self, account: Account, task_id: str) -> Operation[LongTextState]:
        """How far a long text is. Free. "Failed" and "expired" are results."""
        raise self.unsupported("long_text")

    def fetch_long_text(
        self, account: Account, file_id: str, container: str, *, max_bytes: int = 256 * 1024 * 1024
    ) -> Operation[LongTextResult]:
        """The audio of a finished long text, unpacked; ``container`` is the one that was asked for."""
        raise self.unsupported("long_text")

    def upload_file(self, account: Account, part: UploadPart, purpose: FilePurpose) -> Operation[UploadedFile]:
        """Give the provider a file. Free."""
        raise self.unsupported("files")

    def list_files(self, account: Account, purpose: FilePurpose) -> Operation[list[StoredFile]]:
        """The files the provider keeps for one purpose."""
        raise self.unsupported("files")

    def retrieve_file(self, account: Account, file_id: str) -> Operation[StoredFile]:
        """One file and where it can be downloaded, not its bytes."""
        raise self.unsupported("files")

    def file_content(self, account: Account, file_id: str, *, max_bytes: int = 256 * 1024 * 1024) -> Operation[bytes]:
        """The bytes of a file; more than ``max_bytes`` are malformed."""
        raise self.unsupported("files")

    def delete_file(self, account: Account, file_id: str, purpose: FilePurpose) -> Operation[DeleteResult]:
        """Remove a file."""
        raise self.unsupported("files")

    def check_clone(self, account: Account, request: CloneRequest) -> None:
        """Refuse a clone the provider cannot make. Pure; ``clone`` does the same before sending."""
        raise self.unsupported("clone")

    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        """Hand over the recording and make a voice of it: several exchanges in one conversation."""
        raise self.unsupported("clone")

    def resume_clone(self, account: Account, request: CloneRequest, task: str) -> Operation[CloneResult]:
        """Ask for a clone accepted earlier under ``task``; as ``resume_speech``."""
        raise self.unsupported("resume_clone")

    def check_design(self, account: Account, request: DesignRequest) -> None:
        """Refuse a voice the provider cannot make up. Pure; ``design`` does the same before sending."""
        raise self.unsupported("design")

    def design(self, account: Account, request: DesignRequest) -> Operation[DesignResult]:
        """Make up a voice from a description; its preview is paid at once."""
        raise self.unsupported("design")

    def resume_design(self, account: Account, request: DesignRequest, task: str) -> Operation[DesignResult]:
        """Ask for a voice design accepted earlier under ``task``; as ``resume_speech``."""
        raise self.unsupported("resume_design")

    def list_voices(self, account: Account) -> Operation[list[ListedVoice]]:
        """All voices the provider is willing to show. Absence of a never used clone proves nothing."""
        raise self.unsupported("list")

    def delete_voice(self, account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
        """Remove a voice for good. "Does not exist" is a result (``existed`` false); a refused key is an error."""
        raise self.unsupported("delete")

    def known_voices(self) -> tuple[KnownVoice, ...]:
        """Voices the provider has by itself, as far as they are known without asking. Pure."""
        return ()

    def voice_traits(self, voice_id: str) -> VoiceTraits:
        """What the id of such a voice tells of it. Pure."""
        return VoiceTraits()

    @abstractmethod
    def check_account(self, account: Account) -> Operation[AccountCheck]:
        """Prove key and address by a free call. Never raises ``ProviderError``: the finding carries what went wrong."""

    def balance(self, account: Account) -> Operation[Balance]:
        """What is left of the account's money. Free."""
        raise self.unsupported("balance")

    def price(self, account: Account, request: SpeechRequest) -> Operation[Quote]:
        """What this synthesis would cost, in the provider's own words. Free; refuses as ``speech`` does."""
        raise self.unsupported("price")

    def compile_rule(self, rule: PronunciationRule) -> str:
        """The rule as this provider writes it. Raises ``RefusedError``: field "source", "replacement" or "kind"."""
        raise self.unsupported("dictionary")

    def rates(self, account: Account) -> Mapping[str, int]:
        """Calls per minute that the provider documents for this account, by family of operations. Pure."""
        return self.capabilities.rates

    @abstractmethod
    def count_characters(self, text: str) -> int:
        """Billed characters expected for ``text``, by this provider's rule."""

    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        """A legal voice id that begins like ``hint`` and ends in ``random_suffix`` (the caller's randomness)."""
        raise self.unsupported("clone")
