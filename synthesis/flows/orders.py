"""What is ordered: a wish for speech, validated to the last field and counted, before anything is written or spent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

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
from voicelib.errors import VoiceRefusedError
from voicelib.flows.homes import routed_homes
from voicelib.flows.hopes import awaited_fee, awaited_homes
from voicelib.flows.voices import fee_of, voice_of
from voicelib.models import Dictionary, DictionaryVersion, ProviderVoice, Voice
from voicelib.pronunciation import rules_for

# Of the right shape, and nobody's.
_SUFFIX = "000000000000"


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
    """A clip as it will be made: by which voice at which account, of which pieces. One that `waits` is made by the
    home that takes the place of `home`, which does not speak."""

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
    waits: bool = False

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
    dictionary has no published version, or no price stands. Where no home speaks and one is cloned again, the order is
    for that one and waits.
    """
    voice = voice_of(team=team, slug=voice_slug)
    versions = tuple(_newest(team, slug) for slug in dict.fromkeys(dictionaries))
    wished = read_settings(settings)

    def at_home(home: ProviderVoice, waits: bool) -> Order:
        capabilities = adapter(home.provider_account).capabilities
        return _order(
            home=home,
            waits=waits,
            versions=versions,
            text=text,
            model=model or capabilities.default_model,
            audio_format=read_format(audio_format, capabilities),
            settings=wished,
            at=at,
        )

    return _routed(voice, model, at, at_home)


def order_again(*, clip: Clip, at: datetime) -> Order:
    """The order of an existing clip, with its pinned dictionary versions and the voice as it speaks now.

    Raises like `read_order`.
    """
    versions = tuple(pin.version for pin in clip.pins.select_related("version__dictionary"))

    def at_home(home: ProviderVoice, waits: bool) -> Order:
        return _order(
            home=home,
            waits=waits,
            versions=versions,
            text=clip.text,
            model=clip.model,
            audio_format=AudioFormat(**clip.format),
            settings=read_settings(clip.settings),
            at=at,
        )

    return _routed(clip.voice, clip.model, at, at_home)


def moved_piece(*, home: ProviderVoice, request: SpeechRequest, at: datetime) -> Piece:
    """The same words, settings and rules at another home. Raises InvalidInputError where it cannot speak them."""
    return _piece_of(home, 0, replace(request, voice_id=home.vendor_voice_id), at, waits=False)


def _routed(voice: Voice, model: str | None, at: datetime, at_home: Callable[[ProviderVoice, bool], Order]) -> Order:
    """The order at the best home that can speak it; at one whose audio is there already, wherever that is.

    Raises what the best home says where none can."""
    homes, waits = _homes(voice, model, at)
    if len(homes) == 1:
        return at_home(homes[0], waits)
    orders, refusals = [], []
    for home in homes:
        try:
            orders.append(at_home(home, waits))
        except PlatformError as refusal:
            refusals.append(refusal)
    if not orders:
        raise refusals[0]
    return next((order for order in orders if _is_ready(order)), orders[0])


def _homes(voice: Voice, model: str | None, at: datetime) -> tuple[list[ProviderVoice], bool]:
    """Those that speak now, or those that can be waited for where none does (True)."""
    try:
        return routed_homes(voice=voice, model=model, at=at), False
    except VoiceRefusedError:
        awaited = awaited_homes(voice=voice, at=at)
        if not awaited:
            raise
        return awaited, True


def _is_ready(order: Order) -> bool:
    fingerprints = {piece.fingerprint for piece in order.pieces}
    ready = Rendering.objects.filter(
        team_id=order.voice.team_id, fingerprint__in=fingerprints, take=1, state=Rendering.State.READY
    )
    return ready.count() == len(fingerprints)


def _order(
    *,
    home: ProviderVoice,
    waits: bool,
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
            _piece(planned, home, versions, model, audio_format, settings, at, waits)
            for planned in plan_segments(spoken, limit=limit)
        ),
        fee=awaited_fee(home=home, at=at) if waits else fee_of(home=home, at=at),
        waits=waits,
    )


def _piece(
    planned: PlannedSegment,
    home: ProviderVoice,
    versions: tuple[DictionaryVersion, ...],
    model: str,
    audio_format: AudioFormat,
    settings: SpeechSettings,
    at: datetime,
    waits: bool,
) -> Piece:
    request = SpeechRequest(
        text=planned.text,
        model=model,
        voice_id="" if waits else home.vendor_voice_id,
        settings=settings,
        format=audio_format,
        rules=rules_for(planned.text, versions),
    )
    return _piece_of(home, planned.position, request, at, waits)


def _piece_of(home: ProviderVoice, position: int, request: SpeechRequest, at: datetime, waits: bool) -> Piece:
    account = home.provider_account
    wire = adapter(account)
    # A voice that has no id yet is checked under one that it could get.
    named = replace(request, voice_id=wire.new_voice_id(home.voice.slug, _SUFFIX)) if waits else request
    _refuse_unsupported(account, named)
    characters = wire.count_characters(request.text)
    return Piece(
        position=position,
        text=request.text,
        request=request,
        fingerprint=fingerprint(
            **_speaker(home, waits),
            model=request.model,
            text=request.text,
            settings=settings_json(request.settings),
            rules=[wire.compile_rule(rule) for rule in request.rules],
            audio_format=format_json(request.format),
        ),
        characters=characters,
        amount=quote_speech(account=account, model=request.model, characters=characters, at=at),
    )


def _speaker(home: ProviderVoice, waits: bool) -> dict[str, Any]:
    """Who is heard: of what waits, whoever will speak for the voice at this account. That is one for all who ask
    meanwhile, and nobody who spoke before: the audio of an earlier generation is not served for it."""
    if waits:
        return {"provider_voice_id": home.voice_id, "generation": 0, "vendor_voice_id": home.provider_account_id}
    return {
        "provider_voice_id": home.id,
        "generation": home.generation,
        "vendor_voice_id": home.vendor_voice_id,
    }


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
