"""Deleting a home: at the provider first, then here; what the provider did not say is never claimed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts import clock
from accounts.errors import ConflictError
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold
from providers.minimax.adapter import MiniMax
from providers.registry import also_speaking
from tests.voicelib.crashes import WorkerDiedError
from voicelib.errors import VoiceRefusedError
from voicelib.flows.activation import keep_home
from voicelib.flows.cloning import clone_home
from voicelib.flows.deletion import ask_deletion, delete_home, delete_tick, undo_deletion
from voicelib.flows.voices import speaking_home
from voicelib.models import Deletion, ProviderVoice


class Keeper(MiniMax):
    """A provider like MiniMax that removes nothing."""

    name = "keeper"
    regions = ()  # type: ignore[assignment]

    def __init__(self):
        self.capabilities = replace(MiniMax.capabilities, operations=MiniMax.capabilities.operations - {"delete"})


@pytest.fixture
def delete(actor):
    """`delete(home)` asks for the deletion and does the worker's part of it."""

    def make(home):
        deletion = ask_deletion(home=home, actor=actor, reason="She asked for it.")
        delete_home(deletion_id=deletion.id)
        deletion.refresh_from_db()
        home.refresh_from_db()
        return deletion

    return make


def due_now(deletion):
    Deletion.objects.filter(id=deletion.id).update(due_at=clock.real_now() - timedelta(seconds=1))


@pytest.mark.parametrize("is_active", [False, True])
def test_a_voice_is_deleted_at_the_provider_and_then_here(clone, delete, vendor, is_active):
    home = clone()
    if is_active:
        ProviderVoice.objects.filter(id=home.id).update(keepalive_due_at=clock.now())
        keep_home(provider_voice_id=home.id)
    deletion = delete(home)
    assert (deletion.outcome, deletion.existed, deletion.due_at) == ("deleted", True, None)
    assert home.state == "deleted"
    assert vendor.voices()[home.vendor_voice_id]["state"] == "deleted"
    told = Event.objects.get(kind="voice.deleted").data
    assert (told["outcome"], told["existed"]) == ("deleted", True)
    assert not Hold.objects.filter(state="open").exists()
    assert verify_ledger() == []


def test_from_the_moment_it_is_asked_for_it_speaks_no_more_and_is_kept_no_more(clone, actor, voice, tick, vendor):
    home = clone()
    ask_deletion(home=home, actor=actor, undo_seconds=3600)
    with pytest.raises(ConflictError) as refusal:
        speaking_home(voice=voice, at=clock.now())
    assert refusal.value.code == "voice_deleted"
    tick()
    assert vendor.requests("t2a") == 0


def test_nobody_is_asked_before_the_time_to_undo_has_passed(clone, actor, vendor):
    home = clone()
    deletion = ask_deletion(home=home, actor=actor, undo_seconds=3600)
    delete_home(deletion_id=deletion.id)
    assert (delete_tick(), vendor.requests("delete_voice")) == (0, 0)


def test_undone_it_is_kept_again_with_the_deadline_it_had(clone, actor, tick, advance, vendor):
    home = clone()
    deadline = home.expires_at
    deletion = ask_deletion(home=home, actor=actor, undo_seconds=3600)
    tick()
    undo_deletion(home=home, actor=actor)
    due_now(deletion)
    delete_home(deletion_id=deletion.id)
    home.refresh_from_db()
    assert (home.state, home.expires_at) == ("temporary", deadline)
    assert vendor.requests("delete_voice") == 0
    advance(hours=150)
    home.refresh_from_db()
    assert home.state == "permanent"


def test_once_the_provider_was_asked_nothing_is_undone(clone, actor, delete, vendor):
    home = clone()
    vendor.fail("delete_voice", "http_500")
    delete(home)
    with pytest.raises(ConflictError) as refusal:
        undo_deletion(home=home, actor=actor)
    assert refusal.value.code == "deletion_under_way"


def test_what_is_not_to_be_deleted_cannot_be_undone(clone, actor):
    with pytest.raises(ConflictError) as refusal:
        undo_deletion(home=clone(), actor=actor)
    assert refusal.value.code == "deletion_not_pending"


def test_a_use_that_was_under_way_is_remembered_if_the_deletion_is_undone(clone, actor, at_step, voice):
    home = clone()
    ProviderVoice.objects.filter(id=home.id).update(keepalive_due_at=clock.now())
    at_step("sent", lambda: ask_deletion(home=home, actor=actor, undo_seconds=3600))
    keep_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == "deleting"
    undo_deletion(home=home, actor=actor)
    home.refresh_from_db()
    assert (home.state, home.expires_at) == ("permanent", None)


@pytest.mark.parametrize(
    ("fault", "details"),
    [
        ("error_in_200", {"status_code": 1004}),
        ("error_in_200", {"status_code": 1000}),
        ("rate_limit", {}),
        ("http_500", {}),
        ("close_connection", {}),
    ],
)
def test_a_refused_key_or_a_failing_provider_never_makes_a_voice_gone(clone, delete, vendor, fault, details):
    home = clone()
    vendor.fail("delete_voice", fault, count=20, **details)
    deletion = delete(home)
    assert (deletion.outcome, home.state, deletion.tries) == ("pending", "deleting", 1)
    assert deletion.last_error["code"].startswith("provider_")
    assert vendor.voices()[home.vendor_voice_id]["state"] == "temporary"
    due_now(deletion)
    delete_home(deletion_id=deletion.id)
    assert Event.objects.filter(kind="voice.deletion_failed").count() == 1
    vendor.heal()
    due_now(deletion)
    assert delete_tick() == 1
    delete_home(deletion_id=deletion.id)
    deletion.refresh_from_db()
    assert (deletion.outcome, deletion.existed) == ("deleted", True)


def test_a_key_that_cannot_be_read_leaves_it_pending(cast, clone, delete):
    home = clone()
    type(cast.account).objects.filter(id=cast.account.id).update(key_encrypted="lost")
    deletion = delete(home)
    assert (deletion.outcome, deletion.last_error["code"]) == ("pending", "provider_key_unreadable")


def test_a_lost_answer_is_asked_again_and_then_said_as_the_provider_says_it(clone, delete, vendor):
    home = clone()
    vendor.fail("delete_voice", "timeout_after_charge", count=1)
    deletion = delete(home)
    due_now(deletion)
    delete_home(deletion_id=deletion.id)
    deletion.refresh_from_db()
    assert (deletion.outcome, deletion.existed) == ("deleted", False)


def test_a_voice_that_is_gone_already_is_done(clone, delete, advance):
    home = clone(policy="let_lapse")
    advance(hours=200)
    deletion = delete(home)
    assert (deletion.outcome, deletion.existed, home.state) == ("deleted", False, "deleted")


def test_where_deletion_is_not_offered_the_row_says_so(cast, clone, delete, vendor):
    with also_speaking(Keeper()):
        cast.account.provider = "keeper"
        cast.account.save()
        home = clone()
        deletion = delete(home)
    assert (deletion.outcome, deletion.existed, home.state) == ("not_offered", None, "deleted")
    assert vendor.requests("delete_voice") == 0


def test_a_clone_that_was_never_made_needs_no_provider(clone, delete, vendor):
    vendor.fail("voice_clone", "error_in_200", status_code=2038)
    home = clone()
    deletion = delete(home)
    assert (home.state, deletion.outcome) == ("deleted", "never_made")
    assert vendor.requests("delete_voice") == 0


def test_a_clone_that_waits_is_not_made_any_more(order_clone, actor, vendor):
    home = order_clone()
    deletion = ask_deletion(home=home, actor=actor)
    delete_home(deletion_id=deletion.id)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert (home.state, home.last_error["code"], vendor.voices()) == ("failed", "voice_deleted", {})
    due_now(deletion)
    delete_home(deletion_id=deletion.id)
    home.refresh_from_db()
    deletion.refresh_from_db()
    assert (home.state, deletion.outcome) == ("deleted", "never_made")
    assert not Hold.objects.filter(state="open").exists()


def test_a_lost_clone_is_not_called_gone_while_it_may_still_be_made(clone, delete, vendor, advance):
    vendor.fail("voice_clone", "timeout_before_charge")
    home = clone(preview_text="Hello.")
    assert home.state == "unproven"
    deletion = delete(home)
    assert deletion.outcome == "pending"
    advance(hours=1, ticks=False)
    due_now(deletion)
    delete_home(deletion_id=deletion.id)
    deletion.refresh_from_db()
    assert (deletion.outcome, deletion.existed) == ("deleted", False)


def test_a_lost_clone_that_was_there_is_booked(clone, delete, vendor):
    vendor.fail("voice_clone", "timeout_after_charge")
    home = clone(preview_text="Hello.")
    deletion = delete(home)
    assert (deletion.outcome, deletion.existed) == ("deleted", True)
    assert Attempt.objects.get(kind="preview").state == "settled"


def test_ended_homes_are_deleted_beside_a_living_one(clone, delete, advance, vendor):
    ended = clone(policy="let_lapse")
    advance(hours=200)
    living = clone()
    assert delete(ended).outcome == "deleted"
    assert delete(living).outcome == "deleted"
    assert (ended.state, living.state) == ("deleted", "deleted")


def test_it_is_deleted_once_however_often_it_is_asked_for(clone, delete, actor, vendor):
    home = clone()
    first = delete(home)
    assert ask_deletion(home=home, actor=actor).id == first.id
    delete_home(deletion_id=first.id)
    assert vendor.requests("delete_voice") == 1


def test_calls_of_a_worker_that_died_are_ended_although_the_home_is_deleted(clone, delete, die_at, tick):
    home = clone()
    ProviderVoice.objects.filter(id=home.id).update(keepalive_due_at=clock.now())
    die_at("sent")
    with pytest.raises(WorkerDiedError):
        keep_home(provider_voice_id=home.id)
    ProviderVoice.objects.filter(id=home.id).update(lease_until=None, claim="")
    delete(home)
    tick()
    assert Attempt.objects.get(kind="keepalive").state == "unknown"


def test_a_voice_that_is_made_after_its_deletion_was_asked_for_never_speaks_and_can_be_kept(later, clone, actor):
    home = clone()
    ask_deletion(home=home, actor=actor, undo_seconds=3600)
    later.finished = True
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == "deleting"
    with pytest.raises(VoiceRefusedError) as refused:
        speaking_home(voice=home.voice, at=clock.now())
    assert refused.value.code == "voice_deleted"
    kept = undo_deletion(home=home, actor=actor)
    assert (kept.state, kept.expires_at is not None, kept.keepalive_due_at is not None) == ("temporary", True, True)
