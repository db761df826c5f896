"""Whatever happens to a voice in whatever order: every clip ends, every hold is closed, the books equal the bill."""

import random
from datetime import timedelta

import pytest

from accounts import clock
from accounts.errors import PlatformError
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Hold, LedgerEntry
from synthesis.flows import waiting
from synthesis.flows.clips import cancel_clip
from synthesis.models import Clip, Rendering
from voicelib.flows.checks import check_home
from voicelib.models import ProviderVoice

State = ProviderVoice.State
WORDS = ("One.", "Two, two.", "Three, three, three.", "Four, four, four, four.")
REFUSALS = {"voice_lost", "voice_not_ready", "voice_failed"}


class Life:
    """One voice and those who use it; every public method is something that may happen at any time."""

    def __init__(self, seed, ada, ask, render_all, vendor):
        self._luck, self._ada, self._ask, self._vendor = random.Random(seed), ada, ask, vendor
        self._render_all, self._refused = render_all, set()

    def asked(self):
        try:
            self._ask(self._luck.choice(WORDS), failover=self._luck.random() < 0.5)
        except PlatformError as refusal:
            self._refused.add(refusal.code)

    def canceled(self):
        clip = Clip.objects.filter(state="queued").order_by("id").first()
        if clip is not None:
            cancel_clip(team=self._ada.cast.team, clip_id=clip.id, actor=self._ada.actor)

    def failing(self):
        self._vendor.fail(self._luck.choice(("voice_gone", "rate_limit")))

    def lost(self):
        if self._luck.random() < 0.5:
            # Long ago, so that the platform may do it again.
            made = ProviderVoice.objects.filter(revives__isnull=False)
            made.update(created_at=clock.now() - timedelta(days=8))
        if self._ada.home().state in ProviderVoice.SPEAKING:
            self._ada.lose()

    def checked(self):
        doubted = ProviderVoice.objects.filter(id=self._ada.home().id, check_due_at__isnull=False)
        doubted.update(check_due_at=clock.now())
        check_home(provider_voice_id=self._ada.home().id)

    def brought_back(self):
        # By a person, where the platform has done so lately.
        if self._ada.home().state in (State.LOST, State.FAILED) and self._ada.revive() is None:
            self._ada.order()

    def cloned(self):
        if self._ada.home().state == State.CLONING:
            self._ada.make()

    def worked(self):
        waiting.wake_voice(voice_id=self._ada.voice.id)
        self._render_all()

    def happen(self, times):
        things = {"asked": 4, "worked": 3, "brought_back": 2, "cloned": 2}
        things |= dict.fromkeys(("lost", "failing", "checked", "canceled"), 1)
        for thing in self._luck.choices(list(things), list(things.values()), k=times):
            getattr(self, thing)()

    def come_to_rest(self):
        self._vendor.heal()
        self.brought_back()
        self.cloned()
        for _ in range(4):
            self.checked()
            self.worked()
        assert self._refused <= REFUSALS


@pytest.fixture
def voice(ada):
    return ada.voice


@pytest.mark.parametrize("seed", range(6))
def test_every_clip_ends_every_hold_is_closed_and_the_books_equal_the_bill(seed, ada, ask, render_all, vendor):
    ada.live()
    life = Life(seed, ada, ask, render_all, vendor)
    life.happen(60)
    life.come_to_rest()

    assert set(Clip.objects.values_list("state", flat=True)) <= {"ready", "failed", "canceled"}
    assert not Rendering.objects.filter(state__in=["queued", "rendering"]).exists()
    spoken = LedgerEntry.objects.filter(kind="speech")
    assert spoken.count() == Rendering.objects.filter(state="ready").count() > 0
    assert Rendering.objects.filter(waits_since__isnull=False).exists()
    billed = sum(line["characters"] for line in vendor.bill())
    assert sum(LedgerEntry.objects.values_list("billed_characters", flat=True)) == billed
    assert set(Attempt.objects.values_list("state", flat=True)) <= {"settled", "released"}
    assert not Hold.objects.filter(state="open").exists()
    assert verify_ledger() == []
