"""What is done with a home, each with the answers of the provider (and the circumstances) that make a difference.

An answer may say more than one thing: "suspended, due". What is not a fault of the sandbox is a circumstance of ours.
"""

import contextlib
from dataclasses import replace
from datetime import timedelta

from accounts import clock
from accounts.errors import PlatformError
from accounts.models import Attempt
from accounts.steps import observers
from providers.errors import Category, ProviderError
from providers.registry import also_speaking
from synthesis.flows.clips import ask_clip
from synthesis.flows.rendering import render
from synthesis.models import Rendering
from tests.later import Later
from tests.voicelib.life_stage import FAULTS, LIFETIME, Stage
from voicelib.flows.activation import ask_activation, keep_home, set_policy
from voicelib.flows.adoption import adopt_voice
from voicelib.flows.checks import check_home
from voicelib.flows.cloning import ask_clone, clone_home
from voicelib.flows.deletion import ask_deletion, delete_home, undo_deletion
from voicelib.flows.drift import sync_account
from voicelib.flows.freezes import freeze_for_missing, unfreeze
from voicelib.flows.losses import doubt
from voicelib.flows.retirement import retire_voice
from voicelib.flows.revivals import revive_home
from voicelib.models import Deletion, ProviderVoice

STATES = tuple(ProviderVoice.State.values)
ACTIONS: dict[str, tuple[str, ...]] = {
    # The worker's call.
    "clone": (
        "made", "made, to be deleted", "refused", "busy", "down", "lost", "duplicate", "duplicate of ours", "unusable",
        "later", "wait", "revoked", "to be deleted",
    ),
    # The engine's call.
    "keep": (
        "spoken", "refused", "busy", "down", "missing", "lost", "unusable", "later", "wait", "unpaid", "revoked",
        "let lapse", "frozen",
    ),
    # A clip's call.
    "use": (
        "spoken", "refused", "busy", "down", "missing", "lost", "unusable", "later", "wait", "unpaid", "revoked",
        "frozen",
    ),
    # Somebody doubts it: the list, then two calls.
    "check": (
        "listed", "no list", "missing", "missing twice", "down", "lost", "unreachable", "later", "frozen", "revoked",
        "let lapse",
    ),
    "scan": ("shown", "shown, to be deleted", "as it is", "gone", "unreachable"),
    "delete": ("existed", "gone", "refused", "lost", "not offered"),
    "tick": (
        "early", "due", "past", "suspended, due", "suspended, past", "let lapse, due", "let lapse, past",
        "silence activates, due", "silence lapses, due", "silence lapses, past", "rolling, due", "rolling, past",
        "fixed, due", "fixed, past", "none, due", "unanswered, past",
    ),
    "ask_clone": ("asked", "revoked", "retired", "unpaid"),
    "ask_activation": ("asked", "revoked", "unpaid"),
    "set_policy": ("always", "ask", "let_lapse"),
    "ask_deletion": ("asked", "again"),
    "undo_deletion": ("in time", "too late"),
    "revive": ("automatic", "manual", "frozen", "revoked", "too soon", "to be deleted"),
    "adopt": ("listed",),
    "revoke": ("revoked",),
    # An answer that comes after the home has moved on.
    "late_use": ("spoken", "spoken, to be deleted"),
    "late_clone": ("made",),
    "unfreeze": ("losses accepted", "doubts dropped", "doubted past its deadline", "not frozen"),
}  # fmt: skip
_WISHES = {
    "let lapse": {"policy": "let_lapse"},
    "silence activates": {"policy": "ask", "on_silence": "activate"},
    "silence lapses": {"policy": "ask", "on_silence": "lapse"},
    "manual": {"revival": "manual"},
}
_RULES = {kind: {"kind": kind, "hours": 4} for kind in ("rolling", "fixed")} | {"none": {"kind": "none"}}
_WITHOUT = {"not offered": "delete", "no list": "list"}
_BILLED = ProviderError(
    "It is made and cannot be used", category=Category.MALFORMED_RESPONSE, possibly_charged=True, billed_characters=2
)


@contextlib.contextmanager
def staged(action, answer, state, **people):
    """A life in `state`, ready for `act(action, answer)`."""
    words = answer.split(", ")
    is_unusable_clone = (action, answer) == ("clone", "unusable")
    is_later = "later" in words or answer in _WITHOUT or action == "late_use" or is_unusable_clone
    is_later = is_later or (action, answer) == ("clone", "made, to be deleted")
    rule = next((_RULES[word] for word in words if word in _RULES), LIFETIME)
    with contextlib.ExitStack() as stack:
        later = stack.enter_context(_finishing_later(answer)) if is_later else None
        # An active voice is kept where it dies when idle.
        life = LifeOf(**people, later=later, retention=_RULES["rolling"] if (action, state) == _KEPT else rule)
        life.wishes = next((_WISHES[word] for word in words if word in _WISHES), {})
        life.wishes |= {"preview_text": "A."} if is_unusable_clone else {}
        life.exists_although_failed = action in ("late_use", "scan")
        life.when_it_speaks = life.ask_for_a_clip if action == "late_use" else None
        # The late answer is that of a clone under way: what follows is part of what is done.
        life.goes_on_to = state
        life.bring("cloning" if action == "late_clone" else state)
        if is_unusable_clone and later is not None:
            later.outcome = _BILLED
        yield life


_KEPT = ("keep", "permanent")


@contextlib.contextmanager
def _finishing_later(answer):
    later = Later()
    if answer in _WITHOUT:
        # At once, but without this operation.
        operations = later.capabilities.operations - {_WITHOUT[answer]}
        later.capabilities, later.finished = replace(later.capabilities, operations=operations), True
    with also_speaking(later):
        yield later


class LifeOf(Stage):
    """A home and what is done with it."""

    def act(self, action, answer):
        """Do it. Answers "STATE[ !CODE][ +ATTEMPTS][ | OTHERS]": the state afterwards, the code of a refusal, the
        states of the attempts made, and those of other homes that were made."""
        made = set(Attempt.objects.values_list("id", flat=True))
        known = set(ProviderVoice.objects.values_list("id", flat=True))
        code = ""
        try:
            getattr(self, f"_do_{action}")(answer)
        except PlatformError as refusal:
            code = f" !{refusal.code}"
        fresh = Attempt.objects.exclude(id__in=made).order_by("id").values_list("state", flat=True)
        others = ProviderVoice.objects.exclude(id__in=known).order_by("id").values_list("state", flat=True)
        told = self.look().state + code
        told += f" +{' '.join(fresh)}" if fresh else ""
        return told + (f" | {' '.join(others)}" if others else "")

    def calls_without_attempt(self):
        """How many more calls that may cost something arrived at the provider than our books know of."""
        sent = Attempt.objects.filter(sent_at__isnull=False).count()
        return self.vendor.paid_requests() - sent - self.calls_of_others

    def _do_clone(self, answer):
        if answer == "made, to be deleted":
            self._clone_of_a_voice_to_be_deleted()
            return
        if answer == "to be deleted":
            ask_deletion(home=self.home, actor=self.actor, undo_seconds=3600)
        elif answer == "duplicate of ours":
            self.vendor.fail("voice_clone", **FAULTS["busy"])
            self.vendor.fail("voice_clone", **FAULTS["duplicate"])
            clone_home(provider_voice_id=self.home.id)
        self._arrange("voice_clone", answer)
        clone_home(provider_voice_id=self.home.id)

    def _clone_of_a_voice_to_be_deleted(self):
        """It was accepted, then the voice is to be deleted, then it is made."""
        clone_home(provider_voice_id=self.home.id)
        if self.look().state != ProviderVoice.State.CLONING:
            return
        deletion = ask_deletion(home=self.home, actor=self.actor)
        with self._in_time():
            clone_home(provider_voice_id=self.home.id)
        delete_home(deletion_id=deletion.id)

    def _do_keep(self, answer):
        self._arrange("t2a", answer)
        self._come_due()
        keep_home(provider_voice_id=self.home.id)

    def _do_use(self, answer):
        self._arrange("t2a", answer)
        render(rendering_id=self._asked_clip())

    def ask_for_a_clip(self):
        """A clip is asked for and its call is accepted."""
        render(rendering_id=self._asked_clip())

    def _asked_clip(self):
        ask_clip(team=self.cast.team, payer=self.payer, actor=self.actor, voice_slug="ada", text="A.")
        return Rendering.objects.latest("id").id

    def _do_check(self, answer):
        self._arrange("get_voice" if answer == "unreachable" else "t2a", answer)
        if answer == "listed":
            self.speak_outside()
        elif answer.startswith("missing"):
            self.delete_outside()
        self._doubted()
        if answer == "missing twice":
            self.pass_time(hours=1.1)
            check_home(provider_voice_id=self.home.id)

    def _doubted(self):
        doubt(home=self.look(), at=clock.now())
        check_home(provider_voice_id=self.home.id)

    def _do_scan(self, answer):
        if answer.startswith("shown"):
            self.speak_outside()
        elif answer == "gone":
            self.delete_outside()
        self._arrange("get_voice", answer)
        with self._deleted_afterwards(answer):
            sync_account(account=self.account)

    @contextlib.contextmanager
    def _deleted_afterwards(self, answer):
        """Where the answer says so it is to be deleted already, and that comes true afterwards."""
        if not answer.endswith("to be deleted"):
            yield
            return
        deletion = ask_deletion(home=self.home, actor=self.actor, undo_seconds=3600)
        yield
        Deletion.objects.filter(id=deletion.id, due_at__isnull=False).update(due_at=clock.real_now())
        delete_home(deletion_id=deletion.id)

    def _do_delete(self, answer):
        deletion = ask_deletion(home=self.home, actor=self.actor)
        Deletion.objects.filter(id=deletion.id, due_at__isnull=False).update(due_at=clock.real_now())
        if answer == "gone":
            self.delete_outside()
        self._arrange("delete_voice", answer)
        delete_home(deletion_id=deletion.id)

    def _do_tick(self, answer):
        words = answer.split(", ")
        if "suspended" in words:
            self._revoke()
        if "unanswered" in words:
            self._do_keep("lost")
        self.pass_time(hours=5 if "past" in words else 3.9 if "due" in words else 0.1)
        self.tick()

    def _do_ask_clone(self, answer):
        if answer == "retired":
            retire_voice(voice=self.voice, actor=self.actor, reason="", undo_seconds=3600)
        self._arrange("", answer)
        ask_clone(
            voice=self.voice, account=self.account, actor=self.actor, payer=self.payer, preview_text="A paid word."
        )

    def _do_ask_activation(self, answer):
        self._arrange("", answer)
        ask_activation(voice=self.voice, account=self.account, actor=self.actor, payer=self.payer)

    def _do_set_policy(self, answer):
        set_policy(voice=self.voice, account=self.account, actor=self.actor, policy=answer)

    def _do_ask_deletion(self, answer):
        for _ in range(2 if answer == "again" else 1):
            ask_deletion(home=self.home, actor=self.actor, undo_seconds=3600)

    def _do_undo_deletion(self, answer):
        if answer == "too late":
            self.vendor.fail("delete_voice", **FAULTS["refused"])
            with contextlib.suppress(PlatformError):
                self._do_delete("")
        undo_deletion(home=self.home, actor=self.actor)

    def _do_revive(self, answer):
        if answer == "to be deleted":
            ask_deletion(home=self.home, actor=self.actor, undo_seconds=3600)
        self._arrange("", answer)
        fresh = revive_home(provider_voice_id=self.home.id)
        if answer == "too soon" and fresh is not None:
            clone_home(provider_voice_id=fresh.id)
            self.pass_time(hours=5)
            self.tick()
            revive_home(provider_voice_id=fresh.id)

    def _do_adopt(self, answer):
        self.speak_outside()
        adopt_voice(
            team=self.cast.team,
            account=self.account,
            voice_id=self.home.vendor_voice_id,
            slug="adopted",
            name="Adopted",
            language="en",
            consent=self.consent.id,
            sample=None,
            actor=self.actor,
            payer=self.payer,
        )

    def _do_revoke(self, answer):
        self._revoke()

    def _do_unfreeze(self, answer):
        if answer == "doubted past its deadline":
            self._do_tick("unanswered, past")
            # Others are missing, not this one.
            freeze_for_missing(account=self.account, homes=[], at=clock.now())
        elif answer != "not frozen":
            freeze_for_missing(account=self.account, homes=[self.home], at=clock.now())
        unfreeze(account=self.account, actor=self.actor, accept_losses=answer == "losses accepted", at=clock.now())

    def _do_late_use(self, answer):
        """A clip's call that was accepted when the voice could speak is answered now."""
        with self._deleted_afterwards(answer), self._in_time():
            for rendering in Rendering.objects.all():
                render(rendering_id=rendering.id, at=clock.real_now() + timedelta(hours=1))

    def _do_late_clone(self, answer):
        """The worker of the clone was slower than its lease: others gave it up, and the home went on."""

        def go_on():
            ProviderVoice.objects.filter(id=self.home.id).update(lease_until=clock.real_now() - timedelta(seconds=1))
            clone_home(provider_voice_id=self.home.id)
            getattr(self, f"_go_on_{self.goes_on_to}", lambda: None)()

        with _at_step("answered", go_on):
            clone_home(provider_voice_id=self.home.id)

    def _go_on_permanent(self):
        self.keep()

    def _go_on_failed(self):
        self.disown()

    def _go_on_lapsed(self):
        self.pass_time(hours=5)
        self.tick()

    def _go_on_lost(self):
        self.keep()
        self.lose()

    def _go_on_deleting(self):
        ask_deletion(home=self.home, actor=self.actor, undo_seconds=3600)

    def _go_on_deleted(self):
        delete_home(deletion_id=ask_deletion(home=self.home, actor=self.actor).id)


@contextlib.contextmanager
def _at_step(step, action):
    """Run `action()` once, when work reaches that step."""

    def observe(reached, ids):
        if reached == step and observe in observers:
            observers.remove(observe)
            action()

    observers.append(observe)
    try:
        yield
    finally:
        if observe in observers:
            observers.remove(observe)
