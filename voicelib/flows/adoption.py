"""Adopting a voice that was made at the provider without us: it becomes a voice of the library, with consent."""

from __future__ import annotations

from dataclasses import asdict

from django.db import IntegrityError, transaction

from accounts import clock
from accounts.errors import ConflictError, InvalidInputError
from accounts.models import ProviderAccount, Team
from accounts.payer import Actor, Payer
from accounts.provider_errors import refused_by_provider
from providers.errors import ProviderError
from voicelib.errors import VoiceRefusedError
from voicelib.flows.deadlines import set_deadlines
from voicelib.flows.history import note_home
from voicelib.flows.shelf_lists import ask_list
from voicelib.flows.voices import create_voice, refuse_suspended
from voicelib.models import ProviderVoice, Voice

_ACTIVE_SINCE_UNKNOWN = "adopted"


def adopt_voice(
    *,
    team: Team,
    account: ProviderAccount,
    voice_id: str,
    slug: str,
    name: str,
    language: str,
    consent: str,
    sample: str | None,
    actor: Actor,
    payer: Payer,
) -> Voice:
    """Make a voice of the library of a clone that the account lists now and nobody of us made.

    A valid consent is needed as for cloning; with a sample it can be cloned again should it be lost. It is permanent:
    the list shows what was used. No fee is booked. Raises InvalidInputError (`voice_not_listed`, `consent_unknown`,
    `sample_unknown`, field), VoiceRefusedError (`consent_revoked`, `consent_expired`), ConflictError (`slug_taken`,
    `voice_adopted`), RefusedByProviderError.
    """
    _refuse_taken(account, voice_id)
    _refuse_unlisted(account, voice_id)
    at = clock.now()
    try:
        with transaction.atomic():
            voice = create_voice(
                team=team, actor=actor, name=name, slug=slug, language=language, consent=consent, sample=sample
            )
            if voice.consent is None:
                raise VoiceRefusedError("Nobody has consented to this voice.", code="consent_missing")
            refuse_suspended(voice, at)
            home = ProviderVoice(
                voice=voice,
                provider_account=account,
                vendor_voice_id=voice_id,
                state=ProviderVoice.State.PERMANENT,
                activated_at=at,
                activated_by=_ACTIVE_SINCE_UNKNOWN,
                last_used_at=at,
                requested_by=asdict(payer),
            )
            set_deadlines(home, born_at=at, at=at)
            home.save(force_insert=True)
            note_home(home=home, kind="voice.adopted", actor=actor)
    except IntegrityError:
        _refuse_taken(account, voice_id)
        raise
    return voice


def _refuse_taken(account: ProviderAccount, voice_id: str) -> None:
    standing = Voice.objects.filter(homes__provider_account=account, homes__vendor_voice_id=voice_id).first()
    if standing is not None:
        raise ConflictError(
            f"The voice {standing.slug} is this one already.",
            code="voice_adopted",
            field="voice_id",
            data={"voice": standing.slug},
        )


def _refuse_unlisted(account: ProviderAccount, voice_id: str) -> None:
    try:
        shelf = ask_list(account)
    except ProviderError as error:
        raise refused_by_provider(error) from error
    listed = {voice.voice_id: voice for voice in shelf.voices} if shelf else {}
    if voice_id not in listed or listed[voice_id].kind == "system":
        raise InvalidInputError(
            f"{account.slug} lists no voice of your own {voice_id!r}. Only what its list shows can be adopted.",
            code="voice_not_listed",
            field="voice_id",
        )
