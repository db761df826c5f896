"""What is ordered: a wish for speech, validated to the last field and counted, before anything is written or spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.flows.holds import Fee
from accounts.flows.quotes import quote_speech
from accounts.models import ProviderAccount, Team
from accounts.money import Money
from accounts.provider_clients import adapter, wire_account
from providers.errors import RefusedError
from providers.types import AudioFormat, SpeechRequest, SpeechSettings
from synthesis.fingerprint import fingerprint
from synthesis.formats import format_json, read_format
from synthesis.models import Clip
from synthesis.planning import PlannedSegment, applied, plan_segments
from synthesis.speech_settings import read_settings, settings_json
from voicelib.flows.voices import fee_of, speaking_home, voice_of
from voicelib.models import Dictionary, DictionaryVersion, ProviderVoice, Voice
from voicelib.pronunciation import rules_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One call to the provider: what is sent, its digest, and what it is expected to be billed."""

    position: int
    text: str
    request: SpeechRequest
    fingerprint: str
    characters: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A clip as it will be made: by which voice at which account, of which pieces."""

    voice: Voice
    home: ProviderVoice
    versions: tuple[DictionaryVersion, ...]
    text: str
    applied_text: str
    model: str
    format: AudioFormat
    settings: SpeechSettings
    pieces: tuple[Piece, ...]
    fee: Fee | None

    @property
    def characters(self) -> int:
        """Billed characters expected for all pieces."""
        return sum(piece.characters for piece in self.pieces)


def read_order(
    *,
    team: Team,
    voice_slug: str,
    text: str,
    model: str | None,
    audio_format: object,
    settings: object,
    dictionaries: Sequence[str],
    at: datetime,
) -> Order:
    """Validate a new wish; nothing is written and nothing sent.

    Dictionaries are pinned to their newest published version. Raises NotFoundError (`voice_not_found`,
    `dictionary_not_found`), InvalidInputError with the field at fault, ConflictError where the voice cannot speak, a
    dictionary has no published version, or no price stands.
    """
    home = speaking_home(voice=voice_of(team=team, slug=voice_slug), at=at)
    capabilities = adapter(home.provider_account).capabilities
    return _order(
        home=home,
        versions=tuple(_newest(team, slug) for slug in dict.fromkeys(dictionaries)),
        text=text,
        model=model or capabilities.default_model,
        audio_format=read_format(audio_format, capabilities),
        settings=read_settings(settings),
        at=at,
    )


def order_again(*, clip: Clip, at: datetime) -> Order:
    """The order of an existing clip, with its pinned dictionary versions and the voice as it speaks now.

    Raises like `read_order`.
    """
    return _order(
        home=speaking_home(voice=clip.voice, at=at),
        versions=tuple(pin.version for pin in clip.pins.select_related("version__dictionary")),
        text=clip.text,
        model=clip.model,
        audio_format=AudioFormat(**clip.format),
        settings=read_settings(clip.settings),
        at=at,
    )


def _order(
    *,
    home: ProviderVoice,
    versions: tuple[DictionaryVersion, ...],
    text: str,
    model: str,
    audio_format: AudioFormat,
    settings: SpeechSettings,
    at: datetime,
) -> Order:
    spoken = applied(text)
    limit = adapter(home.provider_account).capabilities.text_limit
    return Order(
        voice=home.voice,
        home=home,
        versions=versions,
        text=text,
        applied_text=spoken,
        model=model,
        format=audio_format,
        settings=settings,
        pieces=tuple(
            _piece(planned, home, versions, model, audio_format, settings, at)
            for planned in plan_segments(spoken, limit=limit)
        ),
        fee=fee_of(home=home, at=at),
    )


def _piece(
    planned: PlannedSegment,
    home: ProviderVoice,
    versions: tuple[DictionaryVersion, ...],
    model: str,
    audio_format: AudioFormat,
    settings: SpeechSettings,
    at: datetime,
) -> Piece:
    account = home.provider_account
    request = SpeechRequest(
        text=planned.text,
        model=model,
        voice_id=home.vendor_voice_id,
        settings=settings,
        format=audio_format,
        rules=rules_for(planned.text, versions),
    )
    _refuse_unsupported(account, request)
    wire = adapter(account)
    characters = wire.count_characters(planned.text)
    return Piece(
        position=planned.position,
        text=planned.text,
        request=request,
        fingerprint=fingerprint(
            provider_voice_id=home.id,
            generation=home.generation,
            vendor_voice_id=home.vendor_voice_id,
            model=model,
            text=planned.text,
            settings=settings_json(settings),
            rules=[wire.compile_rule(rule) for rule in request.rules],
            audio_format=format_json(audio_format),
        ),
        characters=characters,
        amount=quote_speech(account=account, model=model, characters=characters, at=at),
    )


def _refuse_unsupported(account: ProviderAccount, request: SpeechRequest) -> None:
    try:
        adapter(account).check_speech(wire_account(account), request)
    except RefusedError as refusal:
        raise InvalidInputError(refusal.message, code=str(refusal.category), field=refusal.field) from refusal


def _newest(team: Team, slug: str) -> DictionaryVersion:
    dictionary = Dictionary.objects.filter(team=team, slug=slug).first()
    if dictionary is None:
        raise NotFoundError(f"There is no dictionary {slug!r}.", code="dictionary_not_found", field="dictionaries")
    version = dictionary.versions.order_by("-number").first()
    if version is None:
        raise ConflictError(
            f"The dictionary {slug!r} was never published. Publish it first.",
            code="dictionary_not_published",
            field="dictionaries",
        )
    return version
