"""What a provider's own list says about the voices we hold there. Asking is free."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import ProviderAccount
from accounts.provider_clients import adapter, capabilities_of, driver, wire_account
from providers.types import ListedVoice
from voicelib.flows.system_voices import catalogue_of
from voicelib.models import ProviderVoice, SystemVoice, SystemVoiceSighting, Voice


@dataclass(frozen=True, slots=True)
class ShelfList:
    """The provider's list of one moment. Absence of a never activated clone proves nothing: it may be hidden."""

    voices: tuple[ListedVoice, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(voice.voice_id for voice in self.voices)


def ask_list(account: ProviderAccount) -> ShelfList | None:
    """The list of an account; None where its provider offers none. No transaction may be open.

    Raises ProviderError, ConflictError `provider_key_unreadable`."""
    if "list" not in capabilities_of(account).operations:
        return None
    return ShelfList(tuple(driver().run(adapter(account).list_voices(wire_account(account)))))


def activated_homes(account: ProviderAccount) -> list[ProviderVoice]:
    """Cloned voices that were really used at the account: a list that is complete shows each of them."""
    homes = ProviderVoice.objects.filter(
        provider_account=account, state=ProviderVoice.State.PERMANENT, voice__kind=Voice.Kind.CLONED
    )
    return list(homes.select_related("voice__consent", "provider_account").order_by("id"))


def system_voice_at(account: ProviderAccount, shelf: ShelfList | None) -> str | None:
    """A system voice that should speak at the account: listed now, seen there, or published; None where none is
    known."""
    listed = next((voice.voice_id for voice in shelf.voices if voice.kind == "system"), None) if shelf else None
    if listed is not None:
        return listed
    seen = SystemVoiceSighting.objects.filter(provider_account=account, is_listed=True).order_by("id")
    known = seen.values_list("system_voice__voice_id", flat=True).first()
    if known is not None:
        return known
    published = SystemVoice.objects.known_to([account]).filter(provider=catalogue_of(account))
    return published.order_by("voice_id").values_list("voice_id", flat=True).first()
