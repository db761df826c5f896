"""Rows of every kind in a team, as the flows would have left them: what pages are made of."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from accounts import clock, events, ledger
from accounts.flows.budgets import set_budget
from accounts.flows.tokens import create_token
from accounts.ids import new_id
from accounts.ledger import Spoken
from accounts.models import Attempt, Budget, Event, Hold, LedgerEntry, Mail, Token
from accounts.money import Money
from accounts.payer import Actor, Payer
from synthesis.models import Clip, Rendering, Segment
from voicelib.models import Consent, Dictionary, DictionaryVersion, ProviderVoice, Rule, Sample, StatementText, Voice

NAMED = "Xylophon"


@dataclass(frozen=True)
class Shelf:
    """One of everything; names carry a word that stands nowhere else."""

    consent: Consent
    sample: Sample
    voice: Voice
    home: ProviderVoice
    dictionary: Dictionary
    clip: Clip
    failed_clip: Clip
    attempt: Attempt
    entry: LedgerEntry | None
    budget: Budget
    token: Token
    event: Event | None
    secret: str


def stock(team, account, user, *, word=NAMED, project=None, at=None) -> Shelf:
    """Fill the shelf of a team."""
    at = at or clock.now()
    actor = Actor(user_id=user.id, name=str(user))
    text = StatementText.objects.create(
        team=team, name=f"{word.lower()}-text", locale="en", version=1, words=f"{word} agrees.", published_by=str(user)
    )
    consent = Consent.objects.create(
        team=team, speaker=f"{word} Speaker", statement="I agree.", locale="en", statement_text=text
    )
    sample = make_sample(team, f"{word} sample")
    voice = Voice.objects.create(
        team=team, slug=f"{word.lower()}-voice", name=f"{word} voice", language="en", consent=consent, sample=sample
    )
    home = make_home(voice, account, at=at)
    Mail.objects.create(team=team, key=word, address=f"{word}@example.com", subject=f"{word} mail", text=word)
    dictionary = Dictionary.objects.create(team=team, slug=f"{word.lower()}-words", name=f"{word} words", language="en")
    Rule.objects.create(dictionary=dictionary, source=f"{word}SQL", replacement="sequel", kind="respelling")
    DictionaryVersion.objects.create(
        dictionary=dictionary,
        number=1,
        rules=[{"source": f"{word}SQL", "replacement": "sequel", "kind": "respelling"}],
        published_by=str(user),
    )
    clip, rendering = make_clip(team, voice, home, f"{word} says hello", at=at, project=project)
    failed_clip, _ = make_clip(team, voice, home, f"{word} fails", at=at, state="failed")
    attempt = make_attempt(team, account, rendering, state=Attempt.State.UNKNOWN, word=word, at=at)
    token, secret = create_token(
        team=team, creator=user, name=f"{word} service", scopes=["clips:read"], project=project, actor=actor
    )
    entry = ledger.book(
        ledger.Booking(
            key=f"attempt:{new_id()}",
            kind=LedgerEntry.Kind.SPEECH,
            at=at,
            payer=Payer(team_id=team.id, project_id=project.id if project else None, token_id=token.id),
            spoken=Spoken(account=account, model="speech-2.6-hd", voice_slug=voice.slug, vendor_voice_id="vendor-1"),
            amount=Money(12_500, "USD"),
            source=LedgerEntry.Source.PROVIDER,
            billed_characters=125,
            estimated_characters=120,
            trace_id=f"{word}-trace",
        )
    )
    budget = set_budget(
        team=team, scope="team", target=None, characters=150, amount=None, name=f"{word} budget", actor=actor
    )
    event = events.record(
        team_id=team.id,
        kind="budget.changed",
        subject_type="budget",
        subject_id=budget.id,
        subject_title=f"{word} budget",
        actor=actor,
    )
    return Shelf(
        consent, sample, voice, home, dictionary, clip, failed_clip, attempt, entry, budget, token, event, secret
    )


def make_sample(team, name, content=b"ID3 not really audio"):
    key = storages["samples"].save(f"{team.id}/{new_id()}.mp3", ContentFile(content))
    return Sample.objects.create(
        team=team,
        name=name,
        storage_key=key,
        sha256=new_id().ljust(64, "0"),
        size=len(content),
        format="mp3",
        sample_rate=44100,
        channels=1,
        duration_ms=14_200,
        loudness_lufs=-19.4,
        findings=[{"code": "sample_quiet", "severity": "warning", "message": "It is rather quiet."}],
    )


def make_home(voice, account, *, at, state=ProviderVoice.State.TEMPORARY, **fields):
    mortal = state in (ProviderVoice.State.TEMPORARY, ProviderVoice.State.UNPROVEN)
    values = {
        "vendor_voice_id": f"vendor-{new_id()}",
        "state": state,
        "model": "speech-2.6-hd",
        "cloned_at": at,
        "expires_at": at + timedelta(days=5, hours=3, minutes=1) if mortal else None,
        "activated_at": at if state == ProviderVoice.State.PERMANENT else None,
        "ended_at": at if state in (ProviderVoice.State.LAPSED, ProviderVoice.State.LOST) else None,
    }
    return ProviderVoice.objects.create(voice=voice, provider_account=account, **(values | fields))


def make_clip(team, voice, home, text, *, at, state="ready", project=None):
    failed = state == "failed"
    error = {
        "code": "outcome_unknown",
        "message": "The answer was lost.",
        "provider": {"code": "1001", "trace_id": "t1"},
    }
    clip = Clip.objects.create(
        team=team,
        project=project,
        voice=voice,
        text=text,
        applied_text=text,
        model="speech-2.6-hd",
        format={"container": "mp3", "sample_rate": 32000, "bitrate": 128000, "channels": 1},
        state=state,
        estimated_characters=len(text),
        error=error if failed else None,
        created_at=at,
    )
    key = storages["clips"].save(f"{team.id}/{new_id()}.mp3", ContentFile(b"ID3 sound"))
    rendering = Rendering.objects.create(
        team=team,
        provider_voice=home,
        fingerprint=new_id().ljust(64, "0"),
        request={"text": text, "model": "speech-2.6-hd"},
        payer={"team_id": team.id},
        state="failed" if failed else "ready",
        estimated_characters=len(text),
        billed_characters=None if failed else len(text),
        amount_micros=None if failed else 1500,
        currency="" if failed else "USD",
        trace_id="trace-of-clip",
        storage_key="" if failed else key,
        sha256="ab" * 32,
        size=9,
        format="mp3",
        sample_rate=32000,
        channels=1,
        duration_ms=None if failed else 4_300,
    )
    Segment.objects.create(
        clip=clip,
        position=0,
        text=text,
        rendering=rendering,
        billed_characters=None if failed else len(text),
        amount_micros=None if failed else 1500,
        currency="" if failed else "USD",
    )
    return clip, rendering


def make_attempt(team, account, rendering, *, state, word=NAMED, at):
    hold = Hold.objects.create(
        team=team,
        key=f"rendering:{rendering.id}:1:{new_id()}",
        period=f"{at.astimezone(UTC):%Y-%m}",
        characters=0,
        amount_micros=0,
    )
    return Attempt.objects.create(
        team=team,
        provider_account=account,
        hold=hold,
        kind=Attempt.Kind.SPEECH,
        subject=f"rendering:{rendering.id}",
        model="speech-2.6-hd",
        voice_slug=f"{word.lower()}-voice",
        vendor_voice_id="vendor-1",
        state=state,
        estimated_characters=40,
        prepared_at=at,
        sent_at=at,
        ended_at=at,
        trace_id=f"{word}-lost",
    )


A_DAY = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
