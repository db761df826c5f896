"""System voices: what an account really shows, and making one a voice of the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import clock, events
from accounts.errors import ConflictError, InvalidInputError
from accounts.models import ProviderAccount, Team
from accounts.payer import Actor
from accounts.provider_clients import adapter, driver, wire_account
from accounts.provider_errors import refused_by_provider
from accounts.slugs import checked_slug, unique_slug
from providers.errors import ProviderError
from providers.legible import legible
from providers.registry import ADAPTERS, adapter_for
from providers.types import ListedVoice
from voicelib.flows.history import note_voice
from voicelib.models import ProviderVoice, SystemVoice, SystemVoiceSighting, Voice
from voicelib.names import checked_line

_LONGEST_ID = 256
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_LONGEST_NAME = 200
_LONGEST_LANGUAGE = 35
_LONGEST_DESCRIPTION = 1000
# Fifteen times what MiniMax lists today.
MOST_VOICES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedVoices:
    """What an import found: voices listed now, of them new at this account, gone since the last time, and entries that
    were left out because they cannot be stored."""

    listed: int
    added: int
    vanished: int
    skipped: int


def import_system_voices(*, account: ProviderAccount, actor: Actor) -> ImportedVoices:
    """Ask the account for its voices, by a free call, and note which system voices it shows.

    Ids are kept byte for byte. Voices that are not shown any more are marked, not forgotten; a list without a single
    system voice says nothing and marks nothing (the vendor leaves lists out). No transaction is open during the call.
    Raises RefusedByProviderError, ConflictError `provider_key_unreadable`.
    """
    try:
        told = driver().run(adapter(account).list_voices(wire_account(account)))
    except ProviderError as error:
        raise refused_by_provider(error) from error
    entries = [voice for voice in told if voice.kind == "system"]
    shown = {voice.voice_id: voice for voice in entries if _is_exact(voice.voice_id)}
    shown = dict(list(shown.items())[:MOST_VOICES])
    with transaction.atomic():
        # One import of an account at a time.
        ProviderAccount.objects.select_for_update(no_key=True).get(id=account.id)
        added, vanished = _note(account, shown, clock.real_now()) if shown else (0, 0)
        found = ImportedVoices(
            listed=len(shown),
            added=added,
            vanished=vanished,
            skipped=len({row.voice_id for row in entries}) - len(shown),
        )
        events.record(
            team_id=account.team_id,
            kind="system_voices.imported",
            subject_type="provider_account",
            subject_id=account.id,
            subject_title=account.name,
            actor=actor,
            data={"listed": found.listed, "added": added, "vanished": vanished, "skipped": found.skipped},
        )
    return found


def add_system_voice(
    *, team: Team, actor: Actor, name: str, slug: str, language: str | None, account: ProviderAccount, voice_id: str
) -> Voice:
    """Make a system voice of a provider a voice of the team: it speaks at once, for good, and costs no fee.

    It must be in the catalogue, have been shown by this account or be named in the account's option `voices`, so that
    nobody's clone comes in by this door.
    Without `language`, what the catalogue says. Raises InvalidInputError (`system_voice_unknown`, field), ConflictError
    (`slug_taken`, `system_voice_taken`).
    """
    if voice_id in account.options.get("voices", ()) and _is_exact(voice_id):
        # Whoever set the option answers for it as a list of the provider would.
        _show(account, {voice_id: ListedVoice(voice_id=voice_id, kind="system")}, clock.real_now())
    known = find_system_voice(account=account, voice_id=voice_id)
    at = clock.now()
    voice = Voice(
        team=team,
        slug=checked_slug(slug),
        name=checked_line("name", name, _LONGEST_NAME),
        kind=Voice.Kind.SYSTEM,
        language=checked_line("language", language or known.language, _LONGEST_LANGUAGE),
    )
    with unique_slug(slug):
        voice.save(force_insert=True)
        place_system_home(voice, account, known.voice_id, at)
        where = {"provider_account": account.slug, "provider_voice_id": known.voice_id}
        data = {"language": voice.language, "kind": voice.kind, **where}
        note_voice(voice=voice, kind="voice.created", actor=actor, data=data)
    return voice


def catalogue_of(account: ProviderAccount) -> str:
    """The provider whose own voices this account speaks with: its own, or the one whose models it resells."""
    return adapter(account).catalogue or account.provider


def providers_sharing(catalogue: str) -> list[str]:
    """The providers that speak with this provider's own voices, itself among them."""
    return [name for name, known in ADAPTERS.items() if (known.catalogue or name) == catalogue]


def find_system_voice(*, account: ProviderAccount, voice_id: str) -> SystemVoice:
    """The system voice of exactly this id that an account may use. Raises InvalidInputError `system_voice_unknown`."""
    known = SystemVoice.objects.known_to([account]).filter(provider=catalogue_of(account), voice_id=voice_id).first()
    if known is None:
        raise InvalidInputError(
            f"{account.slug} has shown no system voice {voice_id!r}, and the published list has none. Import its list.",
            code="system_voice_unknown",
            field="system_voice.voice_id",
        )
    return known


def place_system_home(voice: Voice, account: ProviderAccount, voice_id: str, at: datetime) -> ProviderVoice:
    """Write a home of a system voice. In the caller's transaction. Raises ConflictError `system_voice_taken`."""
    home = ProviderVoice(
        voice=voice,
        provider_account=account,
        vendor_voice_id=voice_id,
        state=ProviderVoice.State.PERMANENT,
        activated_at=at,
        activated_by="system",
    )
    try:
        with transaction.atomic():
            home.save(force_insert=True)
    except IntegrityError:
        standing = Voice.objects.get(homes__provider_account=account, homes__vendor_voice_id=voice_id)
        raise ConflictError(
            f"The voice {standing.slug} is this system voice at {account.slug} already.",
            code="system_voice_taken",
            field="system_voice.voice_id",
            data={"voice": standing.slug},
        ) from None
    return home


def _note(account: ProviderAccount, shown: dict[str, ListedVoice], at: datetime) -> tuple[int, int]:
    seen = SystemVoiceSighting.objects.filter(provider_account=account)
    before = set(seen.values_list("system_voice_id", flat=True))
    rows = _show(account, shown, at)
    vanished = seen.filter(is_listed=True).exclude(system_voice__in=[row.id for row in rows]).update(is_listed=False)
    return sum(row.id not in before for row in rows), vanished


def _show(account: ProviderAccount, shown: dict[str, ListedVoice], at: datetime) -> list[SystemVoice]:
    """Note that an account has these; their rows in the catalogue."""
    rows = _catalogued(catalogue_of(account), list(shown))
    SystemVoiceSighting.objects.bulk_create(
        [_sighting(account, row, shown[row.voice_id], at) for row in rows],
        update_conflicts=True,
        unique_fields=["system_voice", "provider_account"],
        update_fields=["name", "description", "is_listed", "last_seen_at"],
        batch_size=500,
    )
    return rows


def _catalogued(provider: str, voice_ids: Sequence[str]) -> list[SystemVoice]:
    """The rows of these ids; those that are new get one with what the id tells, and nothing of what an account says."""
    known = SystemVoice.objects.filter(provider=provider, voice_id__in=voice_ids)
    missing = set(voice_ids) - set(known.values_list("voice_id", flat=True))
    fresh = [_untold(provider, voice_id) for voice_id in voice_ids if voice_id in missing]
    # Another account's import may be adding the same.
    SystemVoice.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return list(known.all())


def _untold(provider: str, voice_id: str) -> SystemVoice:
    traits = adapter_for(provider).voice_traits(voice_id)
    return SystemVoice(provider=provider, voice_id=voice_id, language=traits.language or "", gender=traits.gender or "")


def _sighting(account: ProviderAccount, row: SystemVoice, told: ListedVoice, at: datetime) -> SystemVoiceSighting:
    return SystemVoiceSighting(
        system_voice=row,
        provider_account=account,
        name=legible(told.name, _LONGEST_NAME),
        description=legible(" ".join(told.description), _LONGEST_DESCRIPTION),
        is_listed=True,
        first_seen_at=at,
        last_seen_at=at,
    )


def _is_exact(voice_id: str) -> bool:
    """Whether this can be the id that the provider knows: an id of which something had to be replaced is another."""
    return len(voice_id) <= _LONGEST_ID and legible(voice_id) == voice_id and _REPLACED not in voice_id
