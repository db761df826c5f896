"""A voice is lost after two proofs an hour apart, and a swapped key loses nothing and costs nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import clock, keyring
from accounts.errors import ConflictError
from accounts.flows.circuit import close_circuit
from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, LedgerEntry, ProviderAccount
from accounts.provider_clients import adapter, driver, wire_account
from providers.errors import Category, ProviderError
from tests.voicelib.conftest import speech_request
from tests.voicelib.crashes import WorkerDiedError
from tests.voicelib.vendor import Vendor
from voicelib.flows.activation import report_missing
from voicelib.flows.checks import check_home, check_tick
from voicelib.flows.drift import scan_account, scan_tick, sync_account
from voicelib.flows.freezes import unfreeze
from voicelib.losses import MOST_UNCLEAR, Finding, Verdict, is_massacre, judge
from voicelib.models import AccountScan, ProviderVoice

State = ProviderVoice.State
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GONE = ProviderError("voice id not exist", category=Category.VOICE_MISSING, gone=True, code="2054", trace_id="t1")


def verdict(finding, **changes):
    facts = {
        "proven_at": None, "at": NOON, "other_losses": 0, "is_frozen": False, "is_key_proven": True, "unclear": 0,
    }  # fmt: skip
    return judge(finding=finding, **(facts | changes))


@pytest.mark.parametrize(
    ("finding", "changes", "expected"),
    [
        (Finding.ALIVE, {}, Verdict.TRUST),
        (Finding.ALIVE, {"is_frozen": True, "proven_at": NOON - HOUR}, Verdict.TRUST),
        (Finding.MISSING, {}, Verdict.WAIT),
        (Finding.MISSING, {"proven_at": NOON - HOUR + timedelta(seconds=1)}, Verdict.WAIT),
        (Finding.MISSING, {"proven_at": NOON - HOUR}, Verdict.LOST),
        (Finding.MISSING, {"proven_at": NOON - HOUR, "other_losses": 2}, Verdict.LOST),
        (Finding.MISSING, {"proven_at": NOON - HOUR, "other_losses": 3}, Verdict.FREEZE),
        (Finding.MISSING, {"other_losses": 3}, Verdict.FREEZE),
        (Finding.MISSING, {"proven_at": NOON - HOUR, "is_frozen": True}, Verdict.DROP),
        (Finding.MISSING, {"is_key_proven": False}, Verdict.FREEZE),
        (Finding.MISSING, {"is_key_proven": False, "is_frozen": True}, Verdict.DROP),
        (Finding.FOREIGN, {}, Verdict.FREEZE),
        (Finding.FOREIGN, {"is_frozen": True}, Verdict.DROP),
        (Finding.ALIVE, {"is_key_proven": False}, Verdict.TRUST),
        (Finding.MASSACRE, {}, Verdict.FREEZE),
        (Finding.MASSACRE, {"is_frozen": True}, Verdict.DROP),
        (Finding.HIDDEN, {}, Verdict.DROP),
        (Finding.UNCLEAR, {}, Verdict.AGAIN),
        (Finding.UNCLEAR, {"proven_at": NOON - HOUR}, Verdict.AGAIN),
        (Finding.UNCLEAR, {"unclear": MOST_UNCLEAR - 1}, Verdict.DROP),
    ],
)
def test_what_follows_from_a_check(finding, changes, expected):
    assert verdict(finding, **changes) is expected


@pytest.mark.parametrize(
    ("missing", "known", "expected"),
    [(0, 0, False), (1, 1, False), (1, 2, False), (2, 2, True), (3, 9, False), (4, 9, True)],
)
def test_too_many_missing_at_once_are_not_believed(missing, known, expected):
    assert is_massacre(missing=missing, known=known, is_key_proven=True) is expected


@pytest.mark.parametrize(("missing", "known", "expected"), [(0, 0, False), (0, 1, False), (1, 1, True), (1, 2, False)])
def test_with_a_changed_key_one_missing_voice_that_is_all_there_is_suffices(missing, known, expected):
    assert is_massacre(missing=missing, known=known, is_key_proven=False) is expected


@pytest.fixture
def active(clone, make_voice):
    """`active(slug)` is a voice that was cloned here and really used by something else."""

    def make(slug):
        home = clone(of=make_voice(slug))
        _use(home)
        sync_account(account=home.provider_account)
        home.refresh_from_db()
        assert home.state == State.PERMANENT
        return home

    return make


@pytest.fixture
def check():
    """`check(home)` is one check now, if it is due."""

    def check(home):
        check_home(provider_voice_id=home.id)
        home.refresh_from_db()
        return home

    return check


def _use(home):
    account = home.provider_account
    driver().run(adapter(account).speech(wire_account(account), speech_request(home)))


def _delete(home):
    account = home.provider_account
    driver().run(adapter(account).delete_voice(wire_account(account), home.vendor_voice_id, "cloned"))


def told(home, kind):
    return Event.objects.get(subject_id=home.voice_id, kind=kind).data


def kinds(home):
    return list(Event.objects.filter(subject_id=home.voice_id).order_by("id").values_list("kind", flat=True))


def test_a_voice_deleted_at_the_vendor_is_lost_after_two_proofs(active, check, advance, vendor):
    lost, standing = active("lost"), active("standing")
    paid = len(vendor.bill())
    _delete(lost)
    report_missing(provider_voice_id=lost.id, error=GONE)
    check(lost)
    assert (lost.state, lost.missing_since is not None) == (State.PERMANENT, True)
    check(lost)
    assert lost.state == State.PERMANENT
    advance(hours=0.9, ticks=False)
    check(lost)
    assert lost.state == State.PERMANENT
    advance(hours=0.2, ticks=False)
    check(lost)
    assert (lost.state, lost.check_due_at, lost.claim) == (State.LOST, None, "")
    standing.refresh_from_db()
    assert standing.state == State.PERMANENT
    assert kinds(lost)[-3:] == ["voice.missing_reported", "voice.missing_proven", "voice.lost"]
    for kind in ("voice.missing_proven", "voice.lost"):
        assert (told(lost, kind)["voice"], told(lost, kind)["heard"]) == ("lost", "missing")
    # A system voice spoke in each of the two checks; the voice that is gone cost nothing.
    assert len(vendor.bill()) == paid + 2
    assert not Hold.objects.filter(state="open").exists()
    assert verify_ledger() == []


def test_a_vendor_that_errs_once_loses_nothing(active, check, vendor):
    home = active("narrator")
    report_missing(provider_voice_id=home.id, error=GONE)
    check(home)
    assert (home.state, home.check_due_at, home.missing_since) == (State.PERMANENT, None, None)
    assert "voice.lost" not in kinds(home)


def test_a_voice_that_is_heard_again_ends_the_doubt(active, check, vendor, advance):
    home = active("narrator")
    ProviderVoice.objects.filter(id=home.id).update(missing_since=clock.now() - HOUR, check_due_at=clock.now())
    check(home)
    assert (home.state, home.missing_since, home.check_due_at) == (State.PERMANENT, None, None)
    assert kinds(home)[-1] == "voice.found"


def test_no_proof_where_no_system_voice_speaks(active, check, vendor):
    home, _ = active("narrator"), active("other")
    _delete(home)
    vendor.fail("t2a", "voice_gone", count=50)
    report_missing(provider_voice_id=home.id, error=GONE)
    check(home)
    assert (home.state, home.missing_since, home.unclear_checks) == (State.PERMANENT, None, 1)
    assert home.check_due_at > clock.now()


def test_a_provider_that_is_down_proves_nothing(active, check, vendor):
    home, _ = active("narrator"), active("other")
    _delete(home)
    vendor.fail("t2a", "http_500", count=50)
    report_missing(provider_voice_id=home.id, error=GONE)
    check(home)
    assert (home.state, home.missing_since, home.unclear_checks) == (State.PERMANENT, None, 1)


def test_a_swapped_key_freezes_the_account_and_costs_nothing(cast, active, check, vendor, advance):
    homes = [active(f"voice-{number}") for number in range(5)]
    entries, attempts = LedgerEntry.objects.count(), Attempt.objects.count()
    cast.account.key_encrypted = keyring.encrypt("somebody-elses-key")
    cast.account.save()
    for home in homes:
        report_missing(provider_voice_id=home.id, error=GONE)
    for _ in range(4):
        for home in homes:
            check(home)
        advance(hours=2, ticks=False)
    cast.account.refresh_from_db()
    assert cast.account.frozen_at is not None
    assert {home.state for home in homes} == {State.PERMANENT}
    assert Event.objects.filter(kind="provider_account.frozen").count() == 1
    assert (LedgerEntry.objects.count(), Attempt.objects.count()) == (entries, attempts)
    assert Vendor("somebody-elses-key").bill() == []


def test_the_comparison_itself_freezes_before_anything_is_checked(cast, active):
    homes = [active("one"), active("two")]
    cast.account.key_encrypted = keyring.encrypt("yet-another-key")
    cast.account.save()
    report = sync_account(account=cast.account)
    assert (report.frozen, report.doubted) == (True, [])
    assert {row["sighting"] for row in report.homes} == {"not_seen"}
    assert not ProviderVoice.objects.filter(id__in=[home.id for home in homes], check_due_at__isnull=False).exists()


def test_a_person_accepts_the_losses_or_lets_them_be_checked_anew(cast, active, actor):
    homes = [active("one"), active("two")]
    for home in homes:
        _delete(home)
    sync_account(account=cast.account)
    assert unfreeze(account=cast.account, actor=actor, accept_losses=False, at=clock.now()) == []
    assert set(ProviderVoice.objects.values_list("state", "missing_since")) == {(State.PERMANENT, None)}
    sync_account(account=cast.account)
    lost = unfreeze(account=cast.account, actor=actor, accept_losses=True, at=clock.now())
    assert [home.id for home in lost] == [home.id for home in homes]
    assert set(ProviderVoice.objects.values_list("state", flat=True)) == {State.LOST}
    assert Event.objects.filter(kind="voice.lost", actor_user_id=actor.user_id).count() == 2
    with pytest.raises(ConflictError) as refusal:
        unfreeze(account=cast.account, actor=actor, accept_losses=True, at=clock.now())
    assert refusal.value.code == "account_not_frozen"


def test_a_check_whose_worker_died_is_gone_on_with_and_paid_once(active, check, vendor, die_at):
    home, _ = active("narrator"), active("other")
    _delete(home)
    report_missing(provider_voice_id=home.id, error=GONE)
    paid = len(vendor.bill())
    die_at("settled")
    with pytest.raises(WorkerDiedError):
        check_home(provider_voice_id=home.id)
    ProviderVoice.objects.filter(id=home.id).update(claim="", lease_until=None, check_due_at=clock.now())
    check(home)
    assert home.missing_since is not None
    assert len(vendor.bill()) == paid + 1


def test_a_clone_nobody_wants_kept_is_not_heard_to_find_out(clone, vendor):
    home = clone(policy="let_lapse")
    report_missing(provider_voice_id=home.id, error=GONE)
    home.refresh_from_db()
    assert home.check_due_at is None


def test_a_voice_all_of_whose_activations_were_lost_is_found_alive_after_its_deadline(clone, advance, check, vendor):
    home = clone()
    advance(hours=141, step_hours=47)
    vendor.fail("t2a", "timeout_after_charge", count=200)
    advance(hours=30, step_hours=1)
    home.refresh_from_db()
    assert home.state == State.TEMPORARY
    assert home.expires_at < clock.now()
    vendor.heal()
    check(home)
    assert (home.state, home.activated_by) == (State.PERMANENT, "outside")
    assert "voice.lapsed" not in kinds(home)
    assert Attempt.objects.filter(state="unknown").count() > 1


def test_one_that_was_never_activated_lapses_after_the_look(clone, advance, check, vendor):
    home = clone()
    advance(hours=141, step_hours=47)
    vendor.fail("t2a", "timeout_before_charge", count=200)
    advance(hours=30, step_hours=1)
    vendor.heal()
    # The timeouts had it left alone.
    close_circuit(account=ProviderAccount.objects.get())
    check(home)
    advance(hours=1.5, ticks=False)
    check(home)
    assert home.state == State.LAPSED
    assert kinds(home)[-2:] == ["voice.lapsed", "voice.activation_missed"]


def test_every_account_is_compared_in_its_time(cast, active, advance, drain, settings):
    settings.SCAN_HOURS = 6
    active("narrator")
    AccountScan.objects.update(due_at=clock.now())
    assert scan_tick(at=clock.now()) == 1
    assert scan_tick(at=clock.now()) == 0
    scan_account(account_id=cast.account.id)
    scan = AccountScan.objects.get()
    assert [row["sighting"] for row in scan.report["homes"]] == ["seen"]
    assert scan.due_at - clock.now() > timedelta(hours=5)


def test_a_comparison_that_failed_is_told_and_changes_nothing(cast, active, vendor):
    home = active("narrator")
    vendor.fail("get_voice", "http_500", count=20)
    scan_account(account_id=cast.account.id)
    assert AccountScan.objects.get().report["error"]["code"].startswith("provider_")
    home.refresh_from_db()
    assert home.state == State.PERMANENT


def test_due_checks_are_rung_once(active, vendor):
    home = active("narrator")
    ProviderVoice.objects.filter(id=home.id).update(check_due_at=clock.now())
    assert (check_tick(at=clock.now()), check_tick(at=clock.now())) == (1, 0)
    assert ProviderAccount.objects.get().frozen_at is None
