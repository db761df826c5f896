"""A home in any state, brought there by legal moves of the real flows at the sandbox.

Deadlines are four hours here, so that the clock need not be moved by weeks.
"""

import contextlib
import copy
import functools
import io
import wave
from datetime import timedelta
from typing import Any

import httpx
import numpy as np
from django.conf import settings

from accounts import clock
from accounts.flows.freezing import freeze_account
from accounts.ids import new_id
from accounts.models import Budget, ProviderAccount
from accounts.provider_clients import adapter, driver, wire_account
from providers.errors import ProviderError
from providers.registry import adapter_for
from tests.voicelib.conftest import speech_request
from tests.voicelib.vendor import Vendor
from voicelib.flows.activation import ask_activation, keep_home, keepalive_tick
from voicelib.flows.cloning import ask_clone, clone_home
from voicelib.flows.consents import revoke_consent
from voicelib.flows.deletion import ask_deletion, delete_home
from voicelib.flows.freezes import freeze_for_missing, unfreeze
from voicelib.flows.samples import described, store_recording
from voicelib.flows.voices import create_voice
from voicelib.models import ProviderVoice

State = ProviderVoice.State
LIFETIME = {"kind": "activation", "hours": 4}
# How the sandbox is told to fail: surely before the charge, perhaps after it, surely after it.
FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"fault": "error_in_200", "status_code": 2042},
    "busy": {"fault": "rate_limit"},
    "duplicate": {"fault": "error_in_200", "status_code": 2039},
    "missing": {"fault": "voice_gone"},
    "down": {"fault": "http_500", "status_code": 503},
    "unreachable": {"fault": "http_500", "status_code": 503, "count": 9},
    "lost": {"fault": "timeout_after_charge", "seconds": 0.01},
    "unusable": {"fault": "bad_hex"},
}


class Controls(Vendor):
    """The provider's side over one connection: hundreds of lives are looked at."""

    def paid_requests(self):
        """How many calls arrived that may cost something."""
        asked = self._ask("GET", "/requests", params={"key": self.key, "limit": 500})["requests"]
        return sum(request["operation"] in ("t2a", "voice_clone") for request in asked)

    def advance(self, *, hours):
        return self._ask("POST", "/clock", json={"advance_seconds": hours * 3600})

    def _ask(self, method, path, **options):
        return _client().request(method, f"{settings.SANDBOX_URL}/_sandbox{path}", **options).raise_for_status().json()


@functools.cache
def _client():
    return httpx.Client(trust_env=False, verify=False, timeout=30)


@functools.cache
def _recording():
    """Ten seconds of a tone: as short as a provider takes."""
    tone = 0.3 * np.sin(2 * np.pi * 180 * np.arange(10 * 8000 + 800) / 8000)
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    content = packed.getvalue()
    return content, described(content, is_judged=False)


def _sample_of(team):
    content, known = _recording()
    sample = copy.copy(known)
    sample.pk, sample._state = new_id(), type(known._state)()
    sample.team, sample.name = team, "Tone"
    sample.storage_key = store_recording(f"{team.id}/{known.sha256}.wav", content)
    sample.save(force_insert=True)
    return sample


class Stage:
    """One home of one voice. `later` is the adapter of a provider that takes work on and finishes it later, where the
    account is at one."""

    home: ProviderVoice

    def __init__(self, *, cast, vendor, actor, payer, consent, later=None, retention=LIFETIME):
        self.cast, self.vendor, self.actor, self.payer = cast, Controls(vendor.key), actor, payer
        self.consent, self.later = consent, later
        changes = {"retention": retention} | ({"provider": later.name} if later else {})
        ProviderAccount.objects.filter(id=cast.account.id).update(**changes)
        self.account = ProviderAccount.objects.get(id=cast.account.id)
        self.voice = create_voice(
            team=cast.team,
            actor=actor,
            name="Ada",
            slug="ada",
            language="en",
            consent=consent.id,
            sample=_sample_of(cast.team).id,
        )
        self.wishes = {}
        self.calls_of_others = 0
        # A clone that the provider made although we were told that it had failed.
        self.exists_although_failed = False
        # Done once, as soon as the home can speak.
        self.when_it_speaks = None
        # Where it is when the clone's answer comes after all.
        self.goes_on_to = ""

    # --- where it is ---

    def bring(self, state):
        """Bring a fresh home into a state, by legal moves."""
        getattr(self, f"_bring_{state}")()
        assert self.look().state == state, (self.home.state, self.home.last_error)

    def look(self):
        self.home = ProviderVoice.objects.select_related("voice__consent", "provider_account").get(id=self.home.id)
        self.account = self.home.provider_account
        return self.home

    def _bring_cloning(self):
        self.home = ask_clone(voice=self.voice, account=self.account, actor=self.actor, payer=self.payer, **self.wishes)

    def _bring_temporary(self):
        self._bring_cloning()
        clone_home(provider_voice_id=self.home.id)
        if self.later is not None and self.look().state == State.CLONING:
            with self._in_time():
                clone_home(provider_voice_id=self.home.id)
        self._speaks()

    def _bring_unproven(self):
        self._bring_cloning()
        self.vendor.fail("voice_clone", **FAULTS["lost"])
        clone_home(provider_voice_id=self.home.id)
        self._speaks()

    def _bring_permanent(self):
        self._bring_temporary()
        self.keep()

    def _bring_lapsed(self):
        self._bring_temporary()
        self.pass_time(hours=5)
        self.tick()

    def _bring_lost(self):
        self._bring_permanent()
        self.lose()

    def _bring_deleting(self):
        self._bring_temporary()
        ask_deletion(home=self.home, actor=self.actor, undo_seconds=3600)

    def _bring_deleted(self):
        self._bring_temporary()
        delete_home(deletion_id=ask_deletion(home=self.home, actor=self.actor).id)

    def _bring_failed(self):
        if self.exists_although_failed:
            self._bring_unproven()
            self.disown()
            return
        self._bring_cloning()
        self.vendor.fail("voice_clone", **FAULTS["refused"])
        clone_home(provider_voice_id=self.home.id)

    def _speaks(self):
        self.look()
        if self.when_it_speaks is not None:
            self.when_it_speaks()
            self.when_it_speaks = None

    # --- what moves it on ---

    def keep(self):
        """A person keeps it now."""
        self.look()
        ask_activation(voice=self.voice, account=self.account, actor=self.actor, payer=self.payer)
        keep_home(provider_voice_id=self.home.id)
        if self.later is not None and self.look().state != State.PERMANENT:
            self._come_due()
            with self._in_time():
                keep_home(provider_voice_id=self.home.id)

    def lose(self):
        """A person says that it is gone."""
        freeze_for_missing(account=self.account, homes=[self.look()], at=clock.now())
        unfreeze(account=self.account, actor=self.actor, accept_losses=True, at=clock.now())

    def disown(self):
        """The provider says that it does not know an unproven voice."""
        self.vendor.fail("t2a", **FAULTS["missing"])
        self._come_due()
        keep_home(provider_voice_id=self.home.id)

    @contextlib.contextmanager
    def _in_time(self):
        """What the provider accepted is done now."""
        self.later.finished, outcome, self.later.outcome = True, self.later.outcome, None
        ProviderVoice.objects.update(lease_until=None, claim="")
        yield
        self.later.finished, self.later.outcome = False, outcome

    def tick(self):
        keepalive_tick(at=clock.now(), call=lambda home: keep_home(provider_voice_id=home.id, claim=home.claim))

    def pass_time(self, *, hours):
        """Move the provider's clock and ours; nobody acts."""
        clock.follow_offset(self.vendor.advance(hours=hours)["offset_seconds"])

    def _come_due(self):
        due = ProviderVoice.objects.filter(id=self.home.id, keepalive_due_at__isnull=False)
        due.update(keepalive_due_at=clock.now())

    # --- what the provider does, and others ---

    def speak_outside(self):
        """Something else speaks with the voice, where the provider has it."""
        home, operation = self.look(), adapter_for("minimax").speech
        self.calls_of_others += 1
        with contextlib.suppress(ProviderError):
            driver().run(operation(wire_account(self.account), speech_request(home, text="a")))

    def delete_outside(self):
        """Somebody deletes the voice at the provider."""
        home = self.look()
        driver().run(adapter(self.account).delete_voice(wire_account(self.account), home.vendor_voice_id, "cloned"))

    def _leave_alone(self):
        """The circuit of the account is open."""
        now = clock.real_now()
        ProviderAccount.objects.filter(id=self.account.id).update(
            circuit="open",
            circuit_reason="It is down.",
            circuit_trips=1,
            circuit_opened_at=now,
            circuit_probe_at=now + timedelta(hours=1),
        )

    def _revoke(self):
        revoke_consent(team=self.cast.team, consent_id=self.consent.id, actor=self.actor)
        self.voice.refresh_from_db()

    def _freeze(self):
        freeze_account(account=self.account, reason="Somebody has to look.", at=clock.now())

    def _empty_the_purse(self):
        Budget.objects.create(team=self.cast.team, scope="team", target_id=self.cast.team.id, characters=0)

    def _arrange(self, operation, answer):
        if answer in FAULTS:
            self.vendor.fail(operation, **FAULTS[answer])
        elif answer == "wait":
            self._leave_alone()
        elif answer == "revoked":
            self._revoke()
        elif answer == "frozen":
            self._freeze()
        elif answer == "unpaid":
            self._empty_the_purse()
