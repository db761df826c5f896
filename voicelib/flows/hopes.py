"""What a silent voice can be waited for: a home that is or will be cloned again, or whose existence is checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.flows.holds import Fee
from accounts.flows.quotes import quote_fee
from accounts.models import Price
from voicelib.errors import VoiceRefusedError
from voicelib.flows.deadlines import facts_of
from voicelib.flows.revival_facts import revival_facts
from voicelib.flows.voices import fee_of, next_fee_key, refuse_suspended, silence
from voicelib.keeping import is_wanted
from voicelib.models import ProviderVoice, Voice
from voicelib.revival import Facts, Step, next_step

State = ProviderVoice.State
_ENDED = (State.LAPSED, State.LOST, State.FAILED, State.DELETED)
CLONING_AGAIN = "voice_cloning"
IN_DOUBT = "voice_doubted"
_MESSAGES = {
    CLONING_AGAIN: "The voice is cloned again; it is spoken as soon as that is done.",
    IN_DOUBT: "The provider may not know the voice any more; that is being checked.",
}


@dataclass(frozen=True, slots=True)
class Hope:
    """A home that will speak, or be replaced by one that does; `code`: `voice_cloning` or `voice_doubted`."""

    home: ProviderVoice
    code: str

    def as_json(self) -> dict[str, str]:
        """What waits shows it as: {"code", "message"}."""
        return {"code": self.code, "message": _MESSAGES[self.code]}


def hopes_of(*, voice: Voice, at: datetime) -> list[Hope]:
    """What a voice can be waited for at each account where there is something, best first: what is being cloned before
    what is to be, the default account's first.

    A first clone is no hope: nobody uses its slug yet, and nothing says that it will ever speak.
    """
    if voice.retired_at is not None or _is_refused(voice, at):
        return []
    homes = list(voice.homes.select_related("provider_account", "voice").order_by("id"))
    was_there = any(home.state in _ENDED for home in homes)
    newest = {home.provider_account_id: home for home in homes}
    codes = [(home, _hope(home, was_there, at)) for home in newest.values()]
    hopes = [Hope(home, code) for home, code in codes if code is not None]
    return sorted(hopes, key=lambda hope: (hope.home.state != State.CLONING, not hope.home.provider_account.is_default))


def awaited_homes(*, voice: Voice, at: datetime) -> list[ProviderVoice]:
    """The homes that a new clip of a voice that cannot speak may wait for, best first; none where nobody clones it."""
    return [hope.home for hope in hopes_of(voice=voice, at=at) if hope.code == CLONING_AGAIN and not _speaks(hope.home)]


def awaited_fee(*, home: ProviderVoice, at: datetime) -> Fee | None:
    """The fee of the first use of what is waited for, as `fee_of`. Of a home that is not ordered yet it has a name that
    the order takes over, so that it is held once."""
    if home.state == State.CLONING:
        return fee_of(home=home, at=at)
    quoted = quote_fee(account=home.provider_account, unit=Price.Unit.CLONE, at=at)
    if quoted is None or quoted[1] != Price.ChargedOn.FIRST_USE:
        return None
    return Fee(key=next_fee_key(home), amount=quoted[0])


def is_doubted(home: ProviderVoice) -> bool:
    """Whether it is being checked that this home exists. At a frozen account nothing is."""
    suspected = home.check_due_at is not None or home.missing_since is not None
    return _speaks(home) and suspected and home.provider_account.frozen_at is None


def silence_at(*, home: ProviderVoice, at: datetime) -> VoiceRefusedError:
    """Why nothing can be waited for at the account of this home, and why it was not cloned again."""
    homes = ProviderVoice.objects.filter(voice=home.voice_id, provider_account=home.provider_account_id)
    newest = homes.select_related("voice", "provider_account").order_by("id").last() or home
    refused = silence(voice=newest.voice, homes=[newest], at=at)
    why = newest.last_error if newest.state == State.FAILED else newest.revival_refused
    if not why:
        return refused
    return VoiceRefusedError(f"{refused.detail} The reason: {why['message']} ({why['code']})", code=refused.code)


def _hope(home: ProviderVoice, was_there: bool, at: datetime) -> str | None:
    if home.state == State.CLONING:
        return CLONING_AGAIN if was_there else None
    if home.state in (State.LOST, State.LAPSED):
        is_due = home.revival_due_at is not None and home.revival_refused is None
        return CLONING_AGAIN if is_due and next_step(revival_facts(home), at) is Step.CLONE else None
    if is_doubted(home):
        # What only a person would bring back is not waited for. That it is too soon for the platform is no matter yet:
        # it may be found.
        return IN_DOUBT if next_step(_if_it_ended(home, revived_at=None), at) is Step.CLONE else None
    if _is_about_to_lapse(home, at):
        return IN_DOUBT if next_step(_if_it_ended(home), at) is Step.CLONE else None
    return None


def _if_it_ended(home: ProviderVoice, **changes: Any) -> Facts:
    return replace(revival_facts(home), state=State.LOST, **changes)


def _is_about_to_lapse(home: ProviderVoice, at: datetime) -> bool:
    """Its deadline has passed and no tick was here yet."""
    return _speaks(home) and home.expires_at is not None and home.expires_at <= at and is_wanted(facts_of(home))


def _speaks(home: ProviderVoice) -> bool:
    return home.state in ProviderVoice.SPEAKING


def _is_refused(voice: Voice, at: datetime) -> bool:
    try:
        refuse_suspended(voice, at)
    except VoiceRefusedError:
        return True
    return False
