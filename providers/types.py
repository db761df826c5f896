"""The words in which the platform and its adapters speak: values only, no wire and no I/O.

Units are in the names: ``_ms`` milliseconds, ``_bytes`` bytes, ``_seconds`` seconds. Every class is frozen; mappings
that outlive a call are read-only.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeVar

JSON = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None
"""Anything a JSON document can hold."""

RuleKind = Literal["respelling", "pinyin", "ipa", "kana", "jyutping"]
VoiceKind = Literal["system", "cloned", "designed"]
FilePurpose = Literal["voice_clone", "prompt_audio", "t2a_async_input", "t2a_async"]
SubtitleKind = Literal["sentence", "word", "word_streaming"]
CheckVerdict = Literal[
    "ok",
    "legacy_address",
    "key_refused",
    "key_malformed",
    "group_refused",
    "not_permitted",
    "not_verified",
    "balance_empty",
    "quota_used_up",
    "rate_limited",
    "provider_down",
    "no_connection",
    "address_refused",
    "not_the_provider",
    "refused",
]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One set of credentials at one provider.

    ``base_url`` is the address before ``/v1``. ``options`` holds what the provider's documentation leaves open; MiniMax
    knows ``group_id`` (str), ``mix_weights_field`` ("timbre_weights" or "timber_weights"), ``failures_may_charge``
    (bool, default true), ``fluent_on_28`` (bool, default false), ``retry_without_emotion`` (bool, default false: the
    refusal of an emotion fails the call), ``long_text_limit`` (int, default 50,000 code points), ``trusted_hosts``
    (list of "host:port"). PPIO and UModelverse know ``mix_weights_field``, ``failures_may_charge``, ``fluent_on_28``
    and ``long_text_limit`` too, UModelverse also ``native_routes`` (bool, default false: MiniMax's other routes are
    passed through, though undocumented).
    """

    provider: str
    base_url: str
    key: str = field(repr=False)
    options: Mapping[str, JSON] = field(default_factory=lambda: MappingProxyType({}))
    # Where the provider is to tell the end of accepted work, if it does that (``Adapter.webhooks``).
    webhook_url: str | None = field(default=None, repr=False)


class Headers(Mapping[str, str]):
    """Header fields whose names compare without regard to case."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str] | None = None) -> None:
        self._fields = {name.lower(): value for name, value in (fields or {}).items()}

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds for each phase of one exchange; ``total`` bounds the whole of it, however slowly bytes trickle in."""

    connect: float = 5.0
    read: float = 60.0
    write: float = 30.0
    pool: float = 10.0
    total: float = 120.0

    def within(self, seconds: float) -> Timeouts:
        """The same, none longer than ``seconds``."""
        return Timeouts(
            connect=min(self.connect, seconds),
            read=min(self.read, seconds),
            write=min(self.write, seconds),
            pool=min(self.pool, seconds),
            total=min(self.total, seconds),
        )


@dataclass(frozen=True, slots=True)
class UploadPart:
    """One file of a multipart body."""

    filename: str
    content: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP exchange an adapter asks the driver for.

    At most one of ``json`` and ``files`` is set; ``form`` goes with ``files``. ``repeatable`` is true when sending it a
    second time neither costs nor creates anything that counts, so that a lost answer may simply be asked for again.
    """

    account: Account = field(repr=False)
    operation: str
    method: Literal["GET", "POST", "DELETE"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict)
    json: JSON = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    files: Mapping[str, UploadPart] | None = None
    timeout: Timeouts = field(default_factory=Timeouts)
    max_response_bytes: int = 4 * 1024 * 1024
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status, headers, the whole (bounded) body."""

    status: int
    headers: Headers = field(default_factory=Headers)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken paid work on under an id and will bill it: from here on the work is asked for, never
    submitted again. The driver tells ``on_accepted`` before anything else happens and answers ``Response(204)``."""

    task: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next request. The driver sleeps within what is left of its bound and answers
    ``Response(204)``; a pause that no longer fits is answered by ``PendingError``."""

    seconds: float


Operation = Generator[Request | Accepted | Pause, Response, _T]
"""One conversation with a provider: yields requests (and ``Accepted``, ``Pause``), receives responses, returns the
result, raises ProviderError, or PendingError when accepted work is not finished in time."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How audio is packed: container ("mp3", "wav", "flac", "pcm", "opus", "pcmu_raw", "pcmu_wav"), sample rate in
    Hz, bitrate in bit/s (None where the container has none), channels."""

    container: str
    sample_rate: int
    bitrate: int | None = None
    channels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceEffects:
    """Colouring of a voice: each amount -100..100, ``sound`` a named effect of the provider."""

    pitch: int | None = None
    intensity: int | None = None
    timbre: int | None = None
    sound: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """How to speak. None everywhere means: leave it to the provider, send nothing."""

    speed: float | None = None
    volume: float | None = None
    pitch: int | None = None
    emotion: str | None = None
    language_boost: str | None = None
    text_normalization: bool | None = None
    latex_read: bool | None = None
    effects: VoiceEffects | None = None


@dataclass(frozen=True, slots=True)
class PronunciationRule:
    """Say ``source`` as ``replacement``; ``kind`` says in which notation the replacement is written."""

    source: str
    replacement: str
    kind: RuleKind = "respelling"


@dataclass(frozen=True, slots=True)
class MixWeight:
    """One ingredient of a mixed voice; weight 1..100."""

    voice_id: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequest:
    """One text to speak. ``mix`` replaces ``voice_id``, which is then empty. ``force_cbr`` asks for a constant bitrate,
    where a provider only promises one on demand (streamed mp3). ``subtitles`` asks for times along with the audio,
    ``watermark`` for an audible mark at its end."""

    text: str
    model: str
    voice_id: str
    format: AudioFormat
    settings: SpeechSettings = field(default_factory=SpeechSettings)
    rules: tuple[PronunciationRule, ...] = ()
    mix: tuple[MixWeight, ...] = ()
    force_cbr: bool = False
    subtitles: SubtitleKind | None = None
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noticed that is no error: a stable code and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtitleWord:
    """One word and when it is spoken, in milliseconds from the beginning. ``spoken`` is what it is read as; ``begin``
    and ``end`` are its place in the text in code points, not to be relied on where the text has pauses."""

    text: str
    begin_ms: float
    end_ms: float
    spoken: str = ""
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtitle:
    """One stretch of text and when it is spoken; the same units as in ``SubtitleWord``. ``words`` is empty unless times
    of words were asked for."""

    text: str
    begin_ms: float
    end_ms: float
    spoken: str = ""
    begin: int | None = None
    end: int | None = None
    words: tuple[SubtitleWord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechResult:
    """A synthesis that succeeded.

    Either ``audio`` holds the bytes, or it is empty and ``audio_url`` says where they are (for a limited time; the
    caller fetches them through the guarded fetcher). ``container`` is what the bytes are, not what was asked for; empty
    with a URL. After a stream ``audio`` is empty too: it was handed on piece by piece. ``billed_characters`` is None
    when the provider reported nothing. ``declared`` is the provider's own description of the audio, untouched.
    ``vendor_status`` is ``data.status`` (2: finished). ``subtitle_url`` says where the times asked for are, for an
    unknown time; what is fetched from there is read by ``Adapter.read_subtitles``. ``subtitles`` holds times that came
    along with a stream.
    """

    audio: bytes = field(repr=False)
    container: str
    audio_url: str | None = None
    billed_characters: int | None = None
    duration_ms: int | None = None
    declared: Mapping[str, JSON] = field(default_factory=dict)
    trace_id: str = ""
    vendor_status: int | None = None
    findings: tuple[Finding, ...] = ()
    subtitle_url: str | None = None
    subtitles: tuple[Subtitle, ...] = ()


@dataclass(frozen=True, slots=True)
class ClonePrompt:
    """A second, short recording that makes a clone sound more alike, and word for word what is said in it. ``url`` is
    where a provider that pulls recordings finds it."""

    audio: bytes = field(repr=False)
    text: str
    duration_ms: int | None = None
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneRequest:
    """A voice to clone from one recording. ``text_validation`` is the expected transcript, not a flag.

    ``sample_url`` is where a provider that pulls the recording (handover "url") finds it: reachable from outside, for a
    limited time, whoever knows it may read it. ``voice_id`` is only a hint where the provider picks the id."""

    voice_id: str
    sample: bytes = field(repr=False)
    sample_name: str
    sample_type: str
    sample_duration_ms: int | None = None
    model: str | None = None
    preview_text: str | None = None
    language_boost: str | None = None
    need_noise_reduction: bool = False
    need_volume_normalization: bool = False
    text_validation: str | None = None
    accuracy: float | None = None
    clone_prompt: ClonePrompt | None = None
    watermark: bool = False
    sample_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneResult:
    """A clone the provider accepted. ``voice_id`` is the id to speak with, whoever picked it; ``moderation`` names
    what the provider's moderation saw in the input (None: nothing); ``preview_url`` has to be fetched soon."""

    voice_id: str
    preview_url: str | None = None
    billed_characters: int | None = None
    moderation: str | None = None
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVoice:
    """A voice in the provider's list. Ids are opaque, kept byte for byte; ``created`` is the provider's date text."""

    voice_id: str
    kind: VoiceKind
    name: str = ""
    description: tuple[str, ...] = ()
    created: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """A file the provider keeps. The id is text: it may exceed what a float holds. ``size`` in bytes."""

    file_id: str
    size: int
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file in the provider's list. ``created_at`` is in Unix seconds; ``download_url``, where there is one, works
    without a key and for a limited time (9 hours for results of long texts)."""

    file_id: str
    filename: str
    size: int | None = None
    purpose: str = ""
    created_at: int | None = None
    download_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteResult:
    """The voice or file is gone now; ``existed`` says whether this call removed it."""

    existed: bool
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCheck:
    """Whether an account can be used, found out by a free call; ``finding`` says why not, in a sentence, ``verdict`` in
    one word, ``code`` in the provider's own."""

    ok: bool
    verdict: CheckVerdict = "refused"
    finding: str = ""
    code: str | None = None
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """When a voice dies: ``activation`` (unless used once within ``hours``), ``rolling`` (after ``hours`` without use),
    ``fixed`` (``hours`` after creation, whatever is done), ``none``."""

    kind: Literal["activation", "rolling", "fixed", "none"]
    hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneCapabilities:
    """How a provider takes a recording and names the voice made of it. ``handover`` "upload": the recording is sent;
    "url": the provider pulls ``CloneRequest.sample_url``. ``who_picks_id`` "provider": the id is in the answer, and
    nowhere else. ``voice_id_pattern`` is for ids the caller picks. ``obligatory_preview`` is the text of the preview
    that is spoken, and billed, where a request asks for none (empty: none is spoken). ``preview_models`` speak it
    (empty: all), the cheapest first. ``validation_limit`` is the longest ``text_validation`` that the provider compares
    with what it hears, refusing what differs (0: it compares nothing, or that it does is not certain);
    ``validation_accuracy`` the threshold it has by itself."""

    handover: Literal["upload", "url"]
    sample_containers: frozenset[str]
    min_ms: int
    max_ms: int
    max_bytes: int
    preview_limit: int
    who_picks_id: Literal["caller", "provider"]
    voice_id_pattern: str
    obligatory_preview: str = ""
    preview_models: tuple[str, ...] = ()
    validation_limit: int = 0
    validation_accuracy: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do. ``text_limit`` is the longest accepted text in code points; ``formats`` maps a container
    to its sample rates; ``stream_formats`` are the containers that can be streamed; ``long_text_limit`` is the
    ``text_limit`` of asynchronous synthesis, ``long_text_formats`` its containers (empty: all); ``subtitle_kinds`` come
    with a whole answer, ``stream_subtitle_kinds`` with a stream; ``activation_text`` is the cheapest text that proves
    and keeps a voice.

    ``operations`` are words of: speech, stream, socket (a WebSocket session), long_text, subtitles, watermark, mix,
    effects, dictionary, clone, clone_prompt, design, list, delete, files, balance, price. ``task_hours``: how long the
    provider answers for work it accepted under an id (0: it accepts none that way). ``counts_characters`` says, for
    people, by which rule it counts and where that was seen. ``rates`` are documented calls per minute by family of
    operations (speech, clone, design)."""

    operations: frozenset[str]
    models: tuple[str, ...]
    formats: Mapping[str, tuple[int, ...]]
    channels: tuple[int, ...]
    bitrates: Mapping[str, tuple[int, ...]]
    emotions: Mapping[str, frozenset[str]]
    language_boosts: frozenset[str]
    text_limit: int
    rule_kinds: frozenset[RuleKind]
    clone: CloneCapabilities | None
    retention: RetentionRule
    billing_source: Literal["provider", "estimated"]
    cheapest_model: str
    default_model: str
    default_format: AudioFormat
    activation_text: str
    stream_formats: frozenset[str] = frozenset()
    long_text_limit: int = 0
    task_hours: int = 0
    long_text_formats: frozenset[str] = frozenset()
    subtitle_kinds: frozenset[SubtitleKind] = frozenset({"sentence", "word"})
    stream_subtitle_kinds: frozenset[SubtitleKind] = frozenset({"sentence", "word", "word_streaming"})
    counts_characters: str = ""
    rates: Mapping[str, int] = field(default_factory=dict)
