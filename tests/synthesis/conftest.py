"""A voice that speaks, the provider behind it, and a worker for tests that stay inside one transaction."""

import pytest

from accounts import clock, keyring, steps
from accounts.payer import Actor, Payer
from synthesis.flows import rendering
from synthesis.flows.clips import ask_clip
from synthesis.models import Clip, Rendering
from tests.synthesis.ada import Ada, make_ada
from tests.synthesis.vendor import Vendor
from voicelib.models import ProviderVoice, Voice

VENDOR_VOICE = "English_expressive_narrator"


@pytest.fixture
def vendor(cast, sandbox) -> Vendor:
    """The provider of the cast's account."""
    return Vendor(keyring.decrypt(cast.account.key_encrypted))


@pytest.fixture
def voice(cast, vendor) -> Voice:
    """The voice `narrator`: a system voice, permanent, free of fees."""
    return make_voice(cast, "narrator")


@pytest.fixture
def ada(cast, vendor) -> Ada:
    """The voice `ada`: of a person who consents, not cloned yet."""
    return make_ada(cast)


@pytest.fixture
def ask(cast, voice):
    """`ask(text, **wishes)` asks for a clip of the narrator as the owner."""

    def ask(text="Hello there.", **wishes) -> Clip:
        wishes.setdefault("voice_slug", voice.slug)
        return ask_clip(
            team=cast.team,
            payer=Payer(cast.team.id, user_id=cast.owner.id),
            actor=Actor(user_id=cast.owner.id, name="Owner"),
            text=text,
            **wishes,
        )

    return ask


@pytest.fixture
def render_all():
    """`render_all()` does every queued rendering, due or still backing off."""

    def render_all() -> None:
        for waiting in Rendering.objects.filter(state=Rendering.State.QUEUED).order_by("id"):
            rendering.render(rendering_id=waiting.id, at=max(waiting.due_at, clock.real_now()))

    return render_all


@pytest.fixture
def at_step():
    """`at_step("sent", action)` runs `action(ids)` once, when work reaches that step."""
    standing = []

    def register(step, action):
        def observe(reached, ids):
            if reached == step and observe in steps.observers:
                steps.observers.remove(observe)
                action(ids)

        steps.observers.append(observe)
        standing.append(observe)

    yield register
    for observe in standing:
        if observe in steps.observers:
            steps.observers.remove(observe)


def make_voice(cast, slug: str, vendor_voice_id: str = VENDOR_VOICE) -> Voice:
    """A system voice that speaks at the cast's account."""
    voice = Voice.objects.create(team=cast.team, slug=slug, name=slug.title(), kind=Voice.Kind.SYSTEM, language="en")
    ProviderVoice.objects.create(
        voice=voice,
        provider_account=cast.account,
        vendor_voice_id=vendor_voice_id,
        state=ProviderVoice.State.PERMANENT,
        activated_at=clock.now(),
    )
    return voice
