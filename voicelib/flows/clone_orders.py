"""Asking for a clone: everything that can be refused is refused here, before anything is spent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts import clock
from accounts.doorbell import ring
from accounts.errors import ConflictError
from accounts.flows.holds import Fee, place_hold
from accounts.flows.quotes import quote_fee, quote_speech
from accounts.models import Hold, Price, ProviderAccount
from accounts.money import Money
from accounts.payer import Actor, Payer
from accounts.provider_clients import adapter
from voicelib.clone_options import NO_OPTIONS, CloneOptions
from voicelib.errors import VoiceRefusedError
from voicelib.flows.clone_checks import CloneFinding, CloneWish, add_notes, examine_clone
from voicelib.flows.history import note_home
from voicelib.flows.voices import fee_key, next_fee_key, refuse_suspended
from voicelib.models import ProviderVoice, Voice
from voicelib.revival import is_too_soon
from voicelib.states import LIVING

CLONE_TASK = "voicelib.tasks.clone_home"


def ask_clone(
    *,
    voice: Voice,
    account: ProviderAccount,
    actor: Actor,
    payer: Payer,
    model: str | None = None,
    preview_text: str | None = None,
    policy: str | None = None,
    on_silence: str | None = None,
    revival: str = "",
    revives: ProviderVoice | None = None,
    options: CloneOptions = NO_OPTIONS,
) -> ProviderVoice:
    """Order a clone of the voice's sample at an account; a worker makes it. `check_clone` tells beforehand what this
    refuses. A provider that does not take the recording's format is handed one made of it.

    The characters of the preview are held (none without a preview), and the clone fee where the price charges it on
    cloning. After a failure, a lapse or a loss this makes the next generation under a new provider voice id. What is
    not said (`policy`, `on_silence`, `revival`) is as the team's defaults. `revives` is the home that the platform
    replaces by itself, at most once a voice in seven days.

    Raises VoiceRefusedError (`voice_suspended`, `consent_missing`, `consent_revoked`, `consent_expired`,
    `outside_consent`, `account_frozen`, `sample_missing`, `sample_not_stored`, `sample_unreachable`, `home_exists`,
    `revived_recently`, `voice_retired`),
    InvalidInputError with the field, BudgetExceededError, ConflictError `price_missing`.
    """
    wish = CloneWish(
        model=model,
        preview_text=preview_text,
        policy=policy,
        on_silence=on_silence,
        revival=revival,
        revives=revives,
        options=options,
    )
    found = examine_clone(voice=voice, account=account, payer=payer, wish=wish)
    if found.refusals or found.home is None:
        raise found.refusals[0]
    made_over = None if found.recipe is None else found.recipe.as_json()
    return _place(found.home, actor=actor, payer=payer, at=clock.now(), made_over=made_over)


def check_clone(
    *,
    voice: Voice,
    account: ProviderAccount,
    actor: Actor,
    payer: Payer,
    model: str | None = None,
    preview_text: str | None = None,
    policy: str | None = None,
    on_silence: str | None = None,
    revival: str = "",
    options: CloneOptions = NO_OPTIONS,
) -> list[CloneFinding]:
    """What `ask_clone` would say to the same order, and what is worth knowing before it is paid; errors first.

    Nothing is sent, held or kept: the order is placed and taken back in one transaction.
    """
    wish = CloneWish(
        model=model,
        preview_text=preview_text,
        policy=policy,
        on_silence=on_silence,
        revival=revival,
        options=options,
    )
    found = examine_clone(voice=voice, account=account, payer=payer, wish=wish)
    home = found.home
    if home is not None:
        found.hold(lambda: _rehearse(home, actor=actor, payer=payer, at=clock.now()))
    add_notes(found, account=account, payer=payer)
    return found.findings()


def clone_hold_key(home: ProviderVoice) -> str:
    """Under which the cost of this clone is held."""
    return f"clone:{home.id}"


def preview_characters(home: ProviderVoice) -> int:
    """Billed characters expected for the preview; 0 without one."""
    return adapter(home.provider_account).count_characters(home.preview_text) if home.preview_text else 0


def _rehearse(home: ProviderVoice, *, actor: Actor, payer: Payer, at: datetime) -> None:
    with transaction.atomic():
        _place(home, actor=actor, payer=payer, at=at)
        transaction.set_rollback(True)


def _place(
    home: ProviderVoice, *, actor: Actor, payer: Payer, at: datetime, made_over: dict[str, Any] | None = None
) -> ProviderVoice:
    account, voice = home.provider_account, home.voice
    characters = preview_characters(home)
    amount = (
        quote_speech(account=account, model=home.model, characters=characters, at=at) if characters else Money(0, "")
    )
    try:
        with transaction.atomic():
            # One ask at a time for a voice, so that generations count up and revocations are seen.
            standing = Voice.objects.select_for_update(no_key=True).get(id=voice.id)
            refuse_suspended(standing, at)
            refuse_retired(standing)
            _refuse_second_home(voice, account)
            _refuse_soon_revival(home, at)
            newest = voice.homes.filter(provider_account=account).aggregate(newest=Max("generation"))["newest"]
            home.generation = (newest or 0) + 1
            home.save(force_insert=True)
            fee = _fee_on_cloning(home, at)
            if fee is None:
                # Clips that wait for it have set the fee of its first use aside before it had a name.
                Hold.objects.filter(key=next_fee_key(home), state=Hold.State.OPEN).update(key=fee_key(home))
            place_hold(
                payer=payer,
                key=clone_hold_key(home),
                characters=characters,
                amount=amount,
                at=at,
                fee=fee,
            )
            _note_asked(home, actor, characters, made_over)
            ring(CLONE_TASK, home.id)
    except IntegrityError:
        raise _home_exists(voice, account) from None
    return home


def _refuse_second_home(voice: Voice, account: ProviderAccount) -> None:
    if voice.homes.filter(provider_account=account, state__in=LIVING).exists():
        raise _home_exists(voice, account)


def refuse_retired(voice: Voice) -> None:
    """Raises VoiceRefusedError `voice_retired`."""
    if voice.retired_at is not None:
        raise VoiceRefusedError(f"The voice {voice.slug} is retired. Restore it first.", code="voice_retired")


def last_revival(voice: Voice) -> datetime | None:
    """When a home of this voice was last made without anybody asking."""
    made: datetime | None = ProviderVoice.objects.filter(voice=voice, revives__isnull=False).aggregate(
        latest=Max("created_at")
    )["latest"]
    return made


def _refuse_soon_revival(home: ProviderVoice, at: datetime) -> None:
    if home.revives is not None and is_too_soon(last_revival(home.voice), at):
        raise VoiceRefusedError("It was cloned again by itself in the last seven days.", code="revived_recently")


def _note_asked(home: ProviderVoice, actor: Actor, characters: int, made_over: dict[str, Any] | None) -> None:
    data: dict[str, Any] = {"policy": home.policy, "preview_characters": characters, "sample": home.sample_id}
    data |= {"made_over": made_over} if made_over else {}
    data |= {"options": home.options} if home.options else {}
    if home.revives is None:
        note_home(home=home, kind="voice.clone_asked", actor=actor, data=data)
    else:
        data |= {"revives": home.revives.generation, "was": home.revives.state}
        note_home(home=home, kind="voice.revival_asked", actor=actor, data=data)


def _home_exists(voice: Voice, account: ProviderAccount) -> ConflictError:
    return VoiceRefusedError(f"{voice.slug} has a living home at {account.slug} already.", code="home_exists")


def _fee_on_cloning(home: ProviderVoice, at: datetime) -> Fee | None:
    quoted = quote_fee(account=home.provider_account, unit=Price.Unit.CLONE, at=at)
    if quoted is None or quoted[1] != Price.ChargedOn.CLONE:
        return None
    return Fee(key=fee_key(home), amount=quoted[0])
