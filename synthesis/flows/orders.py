"""What is ordered: a wish for speech, validated to the last field and counted, before anything is written or spent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.errors import ConflictError, InvalidInputError, NotFoundError, PlatformError
from accounts.flows.holds import Fee
from accounts.flows.quotes import quote_speech
from accounts.models import ProviderAccount, Team
from accounts.money import Money
from accounts.provider_clients import adapter, wire_account
from providers.errors import RefusedError
from providers.types import AudioFormat, SpeechRequest, SpeechSettings
from synthesis.fingerprint import fingerprint
from synthesis.formats import format_json, read_format
from synthesis.models import Clip, Rendering
from synthesis.planning import PlannedSegment, applied, plan_segments
from synthesis.speech_settings import read_settings, settings_json
from voicelib.flows.homes import routed_homes
from voicelib.flows.voices import fee_of, voice_of
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
    voice = voice_of(team=team, slug=voice_slug)
    versions = tuple(_newest(team, slug) for slug in dict.fromkeys(dictionaries))
    wished = read_settings(settings)

    def at_home(home: ProviderVoice) -> Order:
        capabilities = adapter(home.provider_account).capabilities
        return _order(
            home=home,
            versions=versions,
            text=text,
            model=model or capabilities.default_model,
            audio_format=read_format(audio_format, capabilities),
            settings=wished,
            at=at,
        )

    return _routed(routed_homes(voice=voice, model=model, at=at), at_home)


def order_again(*, clip: Clip, at: datetime) -> Order:
    """The order of an existing clip, with its pinned dictionary versions and the voice as it speaks now.

    Raises like `read_order`.
    """
    versions = tuple(pin.version for pin in clip.pins.select_related("version__dictionary"))

    def at_home(home: ProviderVoice) -> Order:
        return _order(
            home=home,
            versions=versions,
            text=clip.text,
            model=clip.model,
            audio_format=AudioFormat(**clip.format),
            settings=read_settings(clip.settings),
            at=at,
        )

    return _routed(routed_homes(voice=clip.voice, model=clip.model, at=at), at_home)


def moved_piece(*, home: ProviderVoice, request: SpeechRequest, at: datetime) -> Piece:
    """The same words, settings and rules at another home. Raises InvalidInputError where it cannot speak them."""
    return _piece_of(home, 0, replace(request, voice_id=home.vendor_voice_id), at)


def _routed(homes: Sequence[ProviderVoice], at_home: Callable[[ProviderVoice], Order]) -> Order:
    """The order at the best home that can speak it; at one whose audio is there already, wherever that is.

    Raises what the best home says where none can."""
    if len(homes) == 1:
        return at_home(homes[0])
    orders, refusals = [], []
    for home in homes:
        try:
            orders.append(at_home(home))
        except PlatformError as refusal:
            refusals.append(refusal)
    if not orders:
        raise refusals[0]
    return next((order for order in orders if _is_ready(order)), orders[0])


def _is_ready(order: Order) -> bool:
    fingerprints = {piece.fingerprint for piece in order.pieces}
    ready = Rendering.objects.filter(
        team_id=order.voice.team_id, fingerprint__in=fingerprints, take=1, state=Rendering.State.READY
    )
    return ready.count() == len(fingerprints)


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
    request = SpeechRequest(
        text=planned.text,
        model=model,
        voice_id=home.vendor_voice_id,
        settings=settings,
        format=audio_format,
        rules=rules_for(planned.text, versions),
    )
    return _piece_of(home, planned.position, request, at)


def _piece_of(home: ProviderVoice, position: int, request: SpeechRequest, at: datetime) -> Piece:
    account = home.provider_account
    _refuse_unsupported(account, request)
    wire = adapter(account)
    characters = wire.count_characters(request.text)
    return Piece(
        position=position,
        text=request.text,
        request=request,
        fingerprint=fingerprint(
            provider_voice_id=home.id,
            generation=home.generation,
            vendor_voice_id=home.vendor_voice_id,
            model=request.model,
            text=request.text,
            settings=settings_json(request.settings),
            rules=[wire.compile_rule(rule) for rule in request.rules],
            audio_format=format_json(request.format),
        ),
        characters=characters,
        amount=quote_speech(account=account, model=request.model, characters=characters, at=at),
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
