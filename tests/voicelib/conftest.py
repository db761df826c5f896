"""A library with a consented voice, the provider's side of the truth, a worker and a clock that can be moved."""

import io
import wave
from datetime import timedelta

import httpx
import numpy as np
import pytest
from django.conf import settings

from accounts import clock, keyring, steps
from accounts.payer import Actor, Payer
from providers.types import AudioFormat, SpeechRequest
from tests.studio import add_studio_sample
from tests.voicelib.crashes import WorkerDiedError
from tests.voicelib.vendor import Vendor
from voicelib.flows.activation import keep_home, keepalive_tick
from voicelib.flows.cloning import ask_clone, clone_home
from voicelib.flows.consents import give_consent
from voicelib.flows.voices import create_voice
from voicelib.models import Consent, ProviderVoice, Sample


@pytest.fixture
def vendor(cast, sandbox) -> Vendor:
    """The provider of the cast's account."""
    return Vendor(keyring.decrypt(cast.account.key_encrypted))


@pytest.fixture
def actor(cast) -> Actor:
    return Actor(user_id=cast.owner.id, name="Owner")


@pytest.fixture
def payer(cast) -> Payer:
    return Payer(cast.team.id, user_id=cast.owner.id)


@pytest.fixture
def consent(cast, actor) -> Consent:
    """Valid until it is revoked."""
    return give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada Speaker",
        company="Example Ltd",
        statement="I allow my voice to be cloned.",
        locale="en-GB",
        valid_until=None,
        scope={},
    )


@pytest.fixture
def sample(cast, actor) -> Sample:
    return add_studio_sample(team=cast.team, actor=actor)


@pytest.fixture
def make_voice(cast, actor, consent, sample):
    """`make_voice(slug)` makes a voice that can be cloned."""

    def make(slug="ada"):
        return create_voice(
            team=cast.team,
            actor=actor,
            name=slug.title(),
            slug=slug,
            language="en",
            consent=consent.id,
            sample=sample.id,
        )

    return make


@pytest.fixture
def voice(make_voice):
    return make_voice()


@pytest.fixture
def order_clone(cast, actor, payer, voice, vendor):
    """`order_clone(**wishes)` asks for a clone and leaves it to the worker."""

    def order(of=voice, **wishes):
        return ask_clone(voice=of, account=wishes.pop("account", cast.account), actor=actor, payer=payer, **wishes)

    return order


@pytest.fixture
def clone(order_clone):
    """`clone(**wishes)` asks for a clone and makes it."""

    def make(**wishes):
        home = order_clone(**wishes)
        clone_home(provider_voice_id=home.id)
        home.refresh_from_db()
        return home

    return make


@pytest.fixture
def tick():
    """`tick()` is one tick at the business time, which also does the work of the worker."""

    def tick():
        return keepalive_tick(at=clock.now(), call=lambda home: keep_home(provider_voice_id=home.id, claim=home.claim))

    return tick


@pytest.fixture
def advance(sandbox, tick):
    """`advance(hours=192, step_hours=6)` moves the provider's clock and ours together, with a tick after every step."""

    def advance(*, hours: float, step_hours: float | None = None, ticks: bool = True) -> None:
        left = timedelta(hours=hours)
        while left > timedelta(0):
            step = min(left, timedelta(hours=step_hours or hours))
            left -= step
            _move(step)
            if ticks:
                tick()

    return advance


@pytest.fixture
def at_step():
    """`at_step("sent", action)` runs `action()` once, when work reaches that step."""
    standing = []

    def register(step, action):
        def observe(reached, ids):
            if reached == step and observe in steps.observers:
                steps.observers.remove(observe)
                action()

        steps.observers.append(observe)
        standing.append(observe)

    yield register
    for observe in standing:
        if observe in steps.observers:
            steps.observers.remove(observe)


@pytest.fixture
def die_at(at_step):
    """`die_at("sent")` ends the work at that step, once."""

    def die():
        raise WorkerDiedError

    return lambda step: at_step(step, die)


def _move(step: timedelta) -> None:
    with httpx.Client(trust_env=False, verify=False, timeout=30) as client:
        url = f"{settings.SANDBOX_URL}/_sandbox/clock"
        moved = client.post(url, json={"advance_seconds": step.total_seconds()}).raise_for_status().json()
    clock.follow_offset(moved["offset_seconds"])


def speech_request(home: ProviderVoice, text: str = "Hello there.") -> SpeechRequest:
    """A synthesis as any client of the provider would ask for it."""
    return SpeechRequest(
        text=text, model="speech-2.6-turbo", voice_id=home.vendor_voice_id, format=AudioFormat("mp3", 32000, 128000)
    )


def wav(seconds: float, *, level: float = 0.3, rate: int = 24_000, channels: int = 1, sounding: float = 1.0) -> bytes:
    """A recording made of a buzzing tone for the share `sounding` of its length and silence after it."""
    count = int(seconds * rate)
    time = np.arange(count) / rate
    tone = level * np.sign(np.sin(2 * np.pi * 220 * time))
    tone[int(count * sounding) :] = 0
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat((tone * 32767).astype("<i2"), channels).tobytes())
    return packed.getvalue()
