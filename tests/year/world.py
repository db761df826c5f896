"""A team's library over a year: everything is done by the flows and workers of the product, over the vendor's wire."""

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts import clock
from accounts.errors import PlatformError
from accounts.flows.provider_accounts import change_provider_account
from accounts.models import Event, ProviderAccount
from accounts.payer import Actor, Payer
from accounts.provider_clients import adapter, driver, wire_account
from providers.errors import ProviderError
from synthesis.flows.clips import ask_clip
from tests.cast import Cast
from tests.drain import hear_doorbells, run_ticks
from tests.year.auditor import resolve_by_the_bill
from tests.year.houses import DAY_HOURS, WRONG_KEY, Houses
from tests.year.plan import Newborn, Plan
from voicelib.flows.activation_orders import ask_activation, set_policy
from voicelib.flows.cloning import ask_clone
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.freezes import unfreeze
from voicelib.flows.samples import add_sample
from voicelib.flows.voices import change_voice, create_voice
from voicelib.models import ProviderVoice, Voice

SAMPLE = settings.BASE_DIR / "config" / "data" / "sample.mp3"
# The platform's clock is behind the vendor's by this.
SKEW = timedelta(minutes=7)
STEP, SHORT_STEP = timedelta(hours=6), timedelta(minutes=30)


class World:
    """One library, moved through its plan step by step. `refused` counts what the library would not do, by code."""

    def __init__(self, *, cast: Cast, houses: Houses, plan: Plan, seed: int, monkeypatch) -> None:
        self.cast, self.houses, self.plan = cast, houses, plan
        self.refused: Counter[str] = Counter()
        self.lines = 0
        self._luck = random.Random(seed + 1)
        self._offset = timedelta(0)
        self._answered = ""
        self._actor = Actor(user_id=cast.owner.id, name="Owner")
        self._payer = Payer(cast.team.id, user_id=cast.owner.id)
        # Leases and back-off wait in real time: with the vendor's year theirs has to pass too.
        monkeypatch.setattr("django.utils.timezone.now", self._read_clock)
        self.began = clock.now()
        with SAMPLE.open("rb") as file:
            self._sample = add_sample(team=cast.team, actor=self._actor, file=file, name="The one recording")

    def hour_of(self, moment: datetime) -> float:
        """Hours of the year at a moment."""
        return (moment - self.began).total_seconds() / 3600

    def live(self, *, hours: float) -> None:
        """Go on to this hour of the year, with everything that happens on the way."""
        waiting = [happening for happening in self.plan.happenings if happening.hour < hours]
        while (now := self.hour_of(clock.now())) < hours:
            while waiting and waiting[0].hour <= now:
                happening = waiting.pop(0)
                getattr(self, happening.what)(*happening.told)
            self._step()
            self._answer_questions()
        self.plan.happenings = [happening for happening in self.plan.happenings if happening.hour >= hours]

    def come_to_rest(self, *, days: int) -> None:
        """Nothing is broken any more; some days pass, and the books are audited."""
        self.houses.mend_all()
        self.plan.happenings = []
        for _ in range(2):
            self.audit()
            self.live(hours=self.hour_of(clock.now()) + days / 2 * DAY_HOURS)
        self.audit()
        run_ticks()
        hear_doorbells()

    def make_voice(self, newborn: Newborn) -> None:
        consent = self._consent(newborn.slug)
        voice = create_voice(
            team=self.cast.team,
            actor=self._actor,
            name=newborn.slug,
            slug=newborn.slug,
            language="en",
            consent=consent.id,
            sample=self._sample.id,
        )
        ask_clone(
            voice=voice,
            account=self._account(newborn.house),
            actor=self._actor,
            payer=self._payer,
            policy=newborn.policy,
            on_silence=newborn.on_silence,
        )

    def speak(self, slug: str) -> None:
        self.lines += 1
        with self._refusals():
            ask_clip(
                team=self.cast.team,
                payer=self._payer,
                actor=self._actor,
                voice_slug=slug,
                text=f"Line {self.lines}.",
                audio_format="mp3",
            )

    def delete_at_vendor(self, slug: str) -> None:
        home = ProviderVoice.objects.filter(voice__slug=slug, state=ProviderVoice.State.PERMANENT).last()
        if home is None:
            return
        account = home.provider_account
        try:
            driver().run(adapter(account).delete_voice(wire_account(account), home.vendor_voice_id, "cloned"))
        except ProviderError:
            # Its house is down: then nobody can delete there either.
            self.refused["vendor_down"] += 1

    def revoke(self, slug: str) -> None:
        consent = self._voice(slug).consent
        assert consent is not None
        revoke_consent(team=self.cast.team, consent_id=consent.id, actor=self._actor, reason="taken back")

    def consent_again(self, slug: str) -> None:
        change_voice(voice=self._voice(slug), actor=self._actor, changes={"consent": self._consent(slug).id})

    def swap_key(self, house: str) -> None:
        self._change_key(house, WRONG_KEY)

    def give_key_back(self, house: str) -> None:
        self._change_key(house, self.houses.by_name[house].key)
        account = self._account(house)
        if account.frozen_at is not None:
            unfreeze(account=account, actor=self._actor, accept_losses=False, at=clock.now())

    def break_down(self, house: str, trouble: str, faults: tuple[dict, ...]) -> None:
        self.houses.break_down(house, trouble, *faults)

    def mend(self, house: str, trouble: str) -> None:
        self.houses.mend(house, trouble)

    def audit(self) -> None:
        resolve_by_the_bill(self.cast.team, self.houses)

    def _read_clock(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self._offset - SKEW

    def _step(self) -> None:
        step = SHORT_STEP if self._is_close() else STEP
        self._offset = timedelta(seconds=self.houses.move_clock(step.total_seconds()))
        # What comes round seldom and sees no deadline (seals, what can be forgotten) waits for the rest.
        run_ticks(every=settings.TICK_SECONDS)
        hear_doorbells()

    def _is_close(self) -> bool:
        """A home that is wanted comes so near its deadline that the platform's own minute counts."""
        near = clock.now() + STEP + SHORT_STEP
        return ProviderVoice.objects.filter(
            state__in=ProviderVoice.SPEAKING,
            keepalive_due_at__lt=near,
            expires_at__lt=near,
            policy__in=("always", "ask"),
        ).exists()

    def _answer_questions(self) -> None:
        """Of those who are asked whether a voice shall be kept, half answer."""
        asked = Event.objects.filter(team=self.cast.team, kind="voice.decision_needed", id__gt=self._answered)
        for event in asked.order_by("id"):
            self._answered = event.id
            voice, account = self._voice(event.data["voice"]), self._account(event.data["provider_account"])
            answer = self._luck.choice(("activate", "lapse", None, None))
            with self._refusals():
                if answer == "activate":
                    ask_activation(voice=voice, account=account, actor=self._actor, payer=self._payer)
                elif answer == "lapse":
                    set_policy(voice=voice, account=account, actor=self._actor, policy="ask", on_silence="lapse")

    def _refusals(self):
        return _Refusals(self.refused)

    def _consent(self, slug: str):
        return give_consent(
            team=self.cast.team,
            actor=self._actor,
            speaker=f"Speaker of {slug}",
            company="",
            statement="I allow my voice to be cloned.",
            locale="en",
            valid_until=None,
            scope={},
        )

    def _change_key(self, house: str, key: str) -> None:
        change_provider_account(
            team=self.cast.team, account=self._account(house), changes={"key": key}, actor=self._actor
        )

    def _account(self, house: str) -> ProviderAccount:
        return ProviderAccount.objects.get(team=self.cast.team, slug=house)

    def _voice(self, slug: str) -> Voice:
        return Voice.objects.select_related("consent").get(team=self.cast.team, slug=slug)


class _Refusals:
    """What the library refuses is counted: a person reads it and goes on."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, error, trace) -> bool:
        if isinstance(error, PlatformError):
            self._counted[str(error.code)] += 1
            return True
        return False
