"""A voice of a person, and what may happen to it: cloned, lost, cloned again."""

from dataclasses import dataclass

from accounts import clock
from accounts.models import ProviderAccount
from accounts.payer import Actor, Payer
from accounts.provider_clients import adapter, driver, wire_account
from tests.cast import Cast
from tests.studio import add_studio_sample
from voicelib.flows.claims import take
from voicelib.flows.clone_orders import ask_clone
from voicelib.flows.cloning import clone_home
from voicelib.flows.consents import give_consent
from voicelib.flows.endings import end_home
from voicelib.flows.revivals import revive_home
from voicelib.flows.voices import create_voice
from voicelib.models import Consent, ProviderVoice, Voice

State = ProviderVoice.State


@dataclass(frozen=True)
class Ada:
    """The voice `ada` with her consent, and the hands of those who change it."""

    cast: Cast
    voice: Voice
    consent: Consent
    actor: Actor

    def home(self) -> ProviderVoice:
        """The newest home."""
        home = self.voice.homes.order_by("id").last()
        assert home is not None
        return home

    def order(self, account: ProviderAccount | None = None, **wishes) -> ProviderVoice:
        """A clone that a person orders and nobody has made yet."""
        return ask_clone(
            voice=self.voice,
            account=account or self.cast.account,
            actor=self.actor,
            payer=Payer(self.cast.team.id, user_id=self.cast.owner.id),
            **wishes,
        )

    def make(self) -> ProviderVoice:
        """The work of the worker on the newest home."""
        clone_home(provider_voice_id=self.home().id)
        return self.home()

    def live(self, account: ProviderAccount | None = None, **wishes) -> ProviderVoice:
        """A home that was cloned and used, so that it is permanent and owes no fee."""
        self.order(account, **wishes)
        home = self.make()
        ProviderVoice.objects.filter(id=home.id).update(
            state=State.PERMANENT, activated_at=clock.now(), expires_at=None, keepalive_due_at=None
        )
        return self.home()

    def lose(self, home: ProviderVoice | None = None) -> ProviderVoice:
        """The second proof."""
        claimed = take(provider_voice_id=(home or self.home()).id, claim="")
        assert claimed is not None
        assert end_home(home=claimed, state=State.LOST, at=clock.now())
        claimed.refresh_from_db()
        return claimed

    def revive(self) -> ProviderVoice | None:
        """What the platform does about the newest home: the order of its successor, or None."""
        return revive_home(provider_voice_id=self.home().id)

    def vanish(self) -> None:
        """The vendor forgets the newest home."""
        home = self.home()
        driver().run(
            adapter(home.provider_account).delete_voice(
                wire_account(home.provider_account), home.vendor_voice_id, "cloned"
            )
        )


def make_ada(cast: Cast) -> Ada:
    """A voice with consent and sample that was never cloned."""
    actor = Actor(user_id=cast.owner.id, name="Owner")
    consent = give_consent(
        team=cast.team,
        actor=actor,
        speaker="Ada",
        company="Example Ltd",
        statement="I allow my voice to be cloned.",
        locale="en-GB",
        valid_until=None,
        scope={},
    )
    sample = add_studio_sample(team=cast.team, actor=actor)
    voice = create_voice(
        team=cast.team, actor=actor, name="Ada", slug="ada", language="en", consent=consent.id, sample=sample.id
    )
    return Ada(cast, voice, consent, actor)
