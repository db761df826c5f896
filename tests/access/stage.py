"""One of everything in one team, made directly by the models, so that every endpoint has something to act on."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from accounts import clock, keyring
from accounts.flows.holds import place_hold
from accounts.hook_links import hook_url
from accounts.models import Attempt, Budget, Token
from accounts.money import Money
from accounts.payer import Payer
from synthesis.flows.delivery import signed_path
from synthesis.flows.storing import store_audio
from synthesis.models import Clip, Rendering, Segment
from tests.access.wav import recording
from tests.cast import Cast, make_account, make_token
from voicelib.flows.sample_links import sample_url
from voicelib.flows.sample_uploads import begin_upload
from voicelib.models import (
    Consent,
    ConsentFile,
    Dictionary,
    DictionaryVersion,
    ProviderVoice,
    Purge,
    Rule,
    Sample,
    StatementText,
    Voice,
    VoiceSample,
)

FORMAT = {"container": "mp3", "sample_rate": 32000, "bitrate": 128000, "channels": 1}


def set_stage(cast: Cast) -> dict[str, str]:
    """Make the things; returns what routes call them (`clip`, `voice`, …) with their ids and slugs."""
    make_token(cast.editor, cast.team)
    names: dict[str, str] = {
        "account": cast.account.slug,
        "token_id": Token.objects.get(created_by=cast.editor).id,
        "budget_id": Budget.objects.create(team=cast.team, scope="team", target_id=cast.team.id, characters=9_000).id,
        "attempt_id": _attempt(cast).id,
        "hook": _hook(cast),
    }
    return names | _voices(cast) | _dictionaries(cast) | _clips(cast)


def _attempt(cast):
    hold = place_hold(payer=Payer(cast.team.id), key="stage", characters=10, amount=Money(1_000, "USD"), at=clock.now())
    return Attempt.objects.create(
        team=cast.team,
        provider_account=cast.account,
        hold=hold,
        kind="speech",
        subject="stage:1",
        model="speech-2.8-hd",
        state="unknown",
        estimated_characters=10,
        sent_at=clock.now(),
    )


def _hook(cast) -> str:
    account = make_account(
        cast.team,
        slug="hooked",
        provider="wavespeed",
        base_url=f"{settings.SANDBOX_URL}/wavespeed",
        is_default=False,
        hook_secret_encrypted=keyring.encrypt("whsec_of_the_stage"),
    )
    return urlsplit(hook_url(account) or "").path


def _voices(cast) -> dict[str, str]:
    consent = Consent.objects.create(team=cast.team, speaker="Ann", statement="I agree.", locale="en")
    paper = ConsentFile.objects.create(
        consent=consent,
        kind="evidence",
        name="Contract",
        storage_key=storages["samples"].save(f"{cast.team.id}/consents/x.pdf", ContentFile(b"%PDF-")),
        sha256="1" * 64,
        size=5,
        format="pdf",
        added_by="stage",
    )
    spoken = ConsentFile.objects.create(
        consent=consent,
        kind="spoken",
        name="Statement",
        storage_key=storages["samples"].save(f"{cast.team.id}/consents/x.wav", ContentFile(recording(11).read())),
        sha256="2" * 64,
        size=5,
        format="wav",
        duration_ms=11_000,
        added_by="stage",
    )
    text = StatementText.objects.create(
        team=cast.team, name="cloning", locale="en", version=1, words="I agree.", published_by="stage"
    )
    purged = Consent.objects.create(
        team=cast.team, speaker="Eve", statement="I agree.", locale="en", revoked_at=clock.now()
    )
    Purge.objects.create(consent=purged, asked_by="stage")
    sample = Sample.objects.create(
        team=cast.team,
        name="Ann",
        storage_key=storages["samples"].save(f"{cast.team.id}/ann.wav", ContentFile(recording().read())),
        sha256="0" * 64,
        size=1,
        format="wav",
        sample_rate=16000,
        channels=1,
        duration_ms=12_000,
    )
    spare = Sample.objects.create(
        team=cast.team,
        name="Ann, other room",
        storage_key=f"{cast.team.id}/spare.wav",
        sha256="1" * 64,
        size=1,
        format="wav",
        sample_rate=16000,
        channels=1,
        duration_ms=12_000,
    )
    lone = Sample.objects.create(
        team=cast.team,
        name="Nobody's",
        storage_key=f"{cast.team.id}/lone.wav",
        sha256="2" * 64,
        size=1,
        format="wav",
        sample_rate=16000,
        channels=1,
        duration_ms=12_000,
    )
    common = {"team": cast.team, "language": "en", "consent": consent, "sample": sample}
    fresh = Voice.objects.create(slug="fresh", name="Fresh", **common)
    VoiceSample.objects.create(voice=fresh, sample=spare)
    temporary = Voice.objects.create(slug="temporary", name="Temporary", **common)
    narrator = Voice.objects.create(slug="narrator", name="Narrator", **common)
    now = clock.now()
    ProviderVoice.objects.create(
        voice=temporary,
        provider_account=cast.account,
        vendor_voice_id=f"temporary-{cast.team.id}",
        state="temporary",
        policy="ask",
        cloned_at=now,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )
    ProviderVoice.objects.create(
        voice=narrator,
        provider_account=cast.account,
        vendor_voice_id=f"narrator-{cast.team.id}",
        state="permanent",
        preview_key=storages["samples"].save(f"{cast.team.id}/{'3' * 64}.mp3", ContentFile(b"ID3 not really")),
        cloned_at=now,
        activated_at=now,
    )
    return {
        "consent_id": consent.id,
        "purged_consent": purged.id,
        "consent_file": paper.id,
        "spoken_file": spoken.id,
        "statement_text": text.name,
        "sample_id": sample.id,
        "spare_sample": spare.id,
        "lone_sample": lone.id,
        "upload_id": _upload(cast),
        "signed_sample": urlsplit(sample_url(sample)).path,
        "fresh": fresh.slug,
        "temporary": temporary.slug,
        "voice": narrator.slug,
    }


def _upload(cast) -> str:
    upload, _ = begin_upload(team=cast.team, name="Ann, long", size=1_000_000, content_type="audio/wav")
    storages["samples"].save(upload.storage_key, ContentFile(recording(13).read()))
    return upload.id


def _dictionaries(cast) -> dict[str, str]:
    dictionary = Dictionary.objects.create(team=cast.team, slug="house", name="House")
    rule = Rule.objects.create(dictionary=dictionary, source="SQL", replacement="sequel", kind="respelling")
    DictionaryVersion.objects.create(dictionary=dictionary, number=1, rules=[], published_by="stage")
    return {"dictionary": dictionary.slug, "rule_id": rule.id, "number": "1"}


def _clips(cast) -> dict[str, str]:
    ready, failed, queued = (_clip(cast, state) for state in ("ready", "failed", "queued"))
    return {"clip": ready.id, "failed_clip": failed.id, "queued_clip": queued.id, "signed": signed_path(ready)}


def _clip(cast, state):
    voice = Voice.objects.get(team=cast.team, slug="narrator")
    stored = store_audio(team_id=cast.team.id, audio=b"ID3 not really", container="mp3")
    details = {"storage_key": stored.key, "sha256": stored.sha256, "size": stored.size, "format": "mp3"}
    rendering = Rendering.objects.create(
        team=cast.team,
        provider_voice=voice.homes.get(),
        fingerprint=state,
        request={},
        payer={"team_id": cast.team.id},
        state=state,
        estimated_characters=6,
        **(details if state == "ready" else {}),
    )
    clip = Clip.objects.create(
        team=cast.team,
        voice=voice,
        text="Hello.",
        applied_text="Hello.",
        model="speech-2.8-hd",
        format=FORMAT,
        state=state,
        estimated_characters=6,
    )
    Segment.objects.create(clip=clip, position=0, text="Hello.", rendering=rendering)
    return clip
