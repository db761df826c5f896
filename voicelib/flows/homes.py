"""The homes of one voice: which of them speaks, which a person prefers, and a second one for a system voice."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import clock
from accounts.errors import ConflictError, InvalidInputError, NotFoundError
from accounts.flows.quotes import quote_speech
from accounts.models import ProviderAccount
from accounts.payer import Actor
from accounts.provider_clients import adapter
from voicelib.flows.history import note_home, note_voice
from voicelib.flows.system_voices import find_system_voice, place_system_home
from voicelib.flows.voices import speaking_homes
from voicelib.models import ProviderVoice, Voice
from voicelib.routing import Candidate, ranked

# Prices are compared for so many characters.
_COMPARED_CHARACTERS = 10_000


def routed_homes(*, voice: Voice, model: str | None, at: datetime) -> list[ProviderVoice]:
    """The homes that may speak for a voice at `at`, best first (voicelib.routing); at least one.

    `model` is the one that was asked for; without it each account's own is compared. Raises as `speaking_home`.
    """
    homes = speaking_homes(voice=voice, at=at)
    if len(homes) == 1:
        return homes
    prices = _prices(homes, model, at)
    by_id = {home.id: home for home in homes}
    order = ranked(_candidate(home, voice, prices.get(home.id)) for home in homes)
    return [by_id[home_id] for home_id in order]


def is_left_alone(account: ProviderAccount) -> bool:
    """Whether its circuit is open and the pause is not over."""
    if account.circuit == ProviderAccount.Circuit.CLOSED:
        return False
    return account.circuit_probe_at is not None and account.circuit_probe_at > clock.real_now()


def choose_primary(*, voice: Voice, account: ProviderAccount | None, actor: Actor) -> Voice:
    """Prefer the home at this account wherever its account works; None: no preference. Raises InvalidInputError
    `home_unknown` where the voice has no home there."""
    there = voice.homes.filter(provider_account=account).exclude(state=ProviderVoice.State.DELETED)
    if account is not None and not there.exists():
        raise InvalidInputError(
            f"{voice.slug} has no home at {account.slug}.", code="home_unknown", field="provider_account"
        )
    with transaction.atomic():
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        voice.primary_account = account
        voice.save(update_fields=["primary_account"])
        data = {"provider_account": account.slug if account else None}
        note_voice(voice=voice, kind="voice.primary_chosen", actor=actor, data=data)
    return voice


def home_of(*, voice: Voice, account: ProviderAccount, generation: int | None = None) -> ProviderVoice:
    """The voice's newest home at an account, or the one of that generation. Raises NotFoundError `home_not_found`."""
    homes = voice.homes.filter(provider_account=account).select_related("voice__consent", "provider_account")
    if generation is not None:
        homes = homes.filter(generation=generation)
    home = homes.order_by("-id").first()
    if home is None:
        raise NotFoundError(f"{voice.slug} has no such home at {account.slug}.", code="home_not_found")
    return home


def add_system_home(*, voice: Voice, account: ProviderAccount, voice_id: str, actor: Actor) -> ProviderVoice:
    """Let a system voice speak at another account too, as the system voice `voice_id` there: at once and free.

    Raises VoiceRefusedError... as `place_system_home`: ConflictError (`voice_not_system`, `home_exists`,
    `system_voice_taken`), InvalidInputError `system_voice_unknown`.
    """
    if voice.kind != Voice.Kind.SYSTEM:
        raise ConflictError("A voice of your own gets a home by cloning it there.", code="voice_not_system")
    known = find_system_voice(account=account, voice_id=voice_id)
    with transaction.atomic():
        voice = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
        if voice.homes.filter(provider_account=account).exists():
            raise ConflictError(f"{voice.slug} has a home at {account.slug} already.", code="home_exists")
        home = place_system_home(voice, account, known.voice_id, clock.now())
        note_home(home=home, kind="voice.home_added", actor=actor)
    return home


def _candidate(home: ProviderVoice, voice: Voice, price: int | None) -> Candidate:
    return Candidate(
        home_id=home.id,
        state=home.state,
        is_left_alone=is_left_alone(home.provider_account),
        is_missing=home.missing_since is not None,
        is_primary=home.provider_account_id == voice.primary_account_id,
        is_default=home.provider_account.is_default,
        price_micros=price,
    )


def _prices(homes: list[ProviderVoice], model: str | None, at: datetime) -> dict[str, int]:
    """What the same work costs at each, where all that have a price have it in one currency; else nothing."""
    quotes = {}
    for home in homes:
        account = home.provider_account
        wanted = model or adapter(account).capabilities.default_model
        try:
            quotes[home.id] = quote_speech(account=account, model=wanted, characters=_COMPARED_CHARACTERS, at=at)
        except ConflictError:
            continue
    if len({quote.currency for quote in quotes.values()}) > 1:
        return {}
    return {home_id: quote.amount_micros for home_id, quote in quotes.items()}
