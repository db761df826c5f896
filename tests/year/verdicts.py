"""What must be true of a library after its year, whatever happened in it."""

from collections import Counter
from datetime import datetime
from typing import Any

from accounts.flows.verify import verify_ledger
from accounts.models import Alert, Attempt, Event, Hold, LedgerEntry, Mail
from tests.year.houses import WRONG_KEY
from tests.year.world import SHORT_STEP, World
from voicelib.models import ProviderVoice
from voicelib.states import LIVING

State = ProviderVoice.State
# What a year has to bring before its end proves anything.
EVERYTHING = (
    "attempt.unresolved", "attempt.resolved", "clip.ready", "clip.failed", "consent.revoked",
    "provider_account.circuit_opened", "provider_account.circuit_closed", "provider_account.frozen",
    "provider_account.unfrozen", "voice.activated", "voice.activation_asked", "voice.activation_failed",
    "voice.activation_missed", "voice.clone_unproven", "voice.decision_needed", "voice.expiring", "voice.lapsed",
    "voice.lost", "voice.missing_proven", "voice.policy_changed", "voice.resumed", "voice.revival_asked",
    "voice.suspended",
)  # fmt: skip


def what_never_happened(world: World) -> list[str]:
    """Kinds of events that such a year has to have, and this one had not."""
    seen = set(Event.objects.filter(team=world.cast.team).values_list("kind", flat=True))
    return [kind for kind in EVERYTHING if kind not in seen]


def homes(world: World, **wanted) -> list[ProviderVoice]:
    found = ProviderVoice.objects.filter(voice__team=world.cast.team, **wanted)
    return list(found.select_related("voice", "provider_account").order_by("id"))


def events(world: World, *kinds: str) -> list[Event]:
    return list(Event.objects.filter(team=world.cast.team, kind__in=kinds).order_by("id"))


def lapses_nobody_can_explain(world: World) -> list[str]:
    """Homes that were to be kept, whose use would have kept them, and whose deadline passed while nothing stood in the
    way: no trouble of their house, no suspension."""
    unexplained = []
    for event in events(world, "voice.activation_missed"):
        if event.data["provider_account"] == "limited" or event.data["suspended"]:
            continue
        if not _was_out(world, event.data["provider_account"], datetime.fromisoformat(event.data["deadline"])):
            unexplained.append(f"{event.data['voice']} at {event.data['provider_account']}, {event.data['deadline']}")
    return unexplained


def ends_without_a_successor(world: World) -> list[str]:
    """Homes that lapsed against their policy or were lost, and were not cloned again although they should have been."""
    waiting = []
    for home in homes(world, state__in=(State.LAPSED, State.LOST)):
        if not _was_wanted(world, home) or home.voice.suspended_at is not None:
            continue
        later = homes(world, voice=home.voice, provider_account=home.provider_account, generation__gt=home.generation)
        if later or _was_refused(world, home):
            continue
        waiting.append(f"{home.voice.slug} at {home.provider_account.slug}: {home.state} {home.ended_at}")
    return waiting


def paid_for_what_was_let_go(world: World) -> list[str]:
    """Attempts that may have cost something, and entries, for homes that nobody meant to keep."""
    let_go = {home.vendor_voice_id for home in homes(world, policy="let_lapse")}
    attempts = Attempt.objects.filter(team=world.cast.team, vendor_voice_id__in=let_go).exclude(kind="preview")
    entries = LedgerEntry.objects.filter(team_id=world.cast.team.id, vendor_voice_id__in=let_go)
    charged = [
        line for house in world.houses.all for line in world.houses.bill(house.key) if line["voice_id"] in let_go
    ]
    return [*map(str, attempts), *map(str, entries), *map(str, charged)]


def cost_of_the_wrong_key(world: World) -> Any:
    return world.houses.bill(WRONG_KEY)


def books_and_bill(world: World) -> dict[str, dict[str, tuple[int, int, int]]]:
    """By house: (fees, characters, money for them) in our books beside the vendor's; equal where all is well."""
    compared = {}
    for house in world.houses.all:
        entries = LedgerEntry.objects.filter(team_id=world.cast.team.id, provider_account_id=house.account.id)
        fees = [entry.amount_micros for entry in entries if entry.kind == "activation_fee"]
        speech = [entry for entry in entries if entry.kind in ("speech", "keepalive", "preview")]
        lines = world.houses.bill(house.key)
        compared[house.rule.name] = {
            "ours": (
                sum(fees),
                sum(entry.billed_characters for entry in speech),
                sum(entry.amount_micros for entry in speech),
            ),
            "theirs": (
                sum(line["amount_micros"] for line in lines if line["operation"] == "clone_fee"),
                sum(line["characters"] for line in lines),
                sum(line["amount_micros"] for line in lines if line["operation"] != "clone_fee"),
            ),
        }
    return compared


def alerts_told_twice(world: World) -> list[tuple]:
    """The same deadline, end or suspension recorded more than once."""
    told: Counter[tuple] = Counter()
    for event in events(world, "voice.expiring", "voice.decision_needed", "voice.lapsed", "voice.lost"):
        data = event.data
        home = (data["voice"], data["provider_account"], data["generation"])
        moment = data["deadline"] if event.kind != "voice.lost" else ""
        told[(event.kind, *home, moment, data.get("hours_left"))] += 1
    for event in events(world, "voice.suspended"):
        told[(event.kind, event.subject_id, event.at)] += 1
    return [key for key, count in told.items() if count > 1]


def deadlines_without_a_warning(world: World) -> list[str]:
    """Fresh homes whose deadline passed, and of which people were not told at 72, 24 and 6 hours."""
    warned: dict[tuple, list[int]] = {}
    for event in events(world, "voice.expiring"):
        data = event.data
        warned.setdefault((data["voice"], data["provider_account"], data["generation"]), []).append(data["hours_left"])
    silent = []
    for home in homes(world, state=State.LAPSED, activated_at=None):
        if home.expires_at is None or home.cloned_at is None:
            continue
        hours = warned.get((home.voice.slug, home.provider_account.slug, home.generation), [])
        if hours != [72, 24, 6]:
            silent.append(f"{home.voice.slug} at {home.provider_account.slug}: {hours}")
    return silent


def ends_without_an_event(world: World) -> list[str]:
    """Homes that lapsed or were lost without an event that says so."""
    told = {
        (event.data["voice"], event.data["provider_account"], event.data["generation"])
        for event in events(world, "voice.lapsed", "voice.lost")
    }
    ended = homes(world, state__in=(State.LAPSED, State.LOST))
    return [str(home) for home in ended if (home.voice.slug, home.provider_account.slug, home.generation) not in told]


def alerts_never_sent(world: World) -> int:
    """Alerts that wait for a letter, and letters that were not sent."""
    waiting = Alert.objects.filter(team=world.cast.team, due_at__isnull=False).count()
    return waiting + Mail.objects.filter(team=world.cast.team, sent_at__isnull=True).count()


def needless_calls(world: World) -> list[str]:
    """Homes under the seven-day rule that the engine paid for more often than once and once for each lost answer."""
    found = []
    for home in homes(world, provider_account__slug__in=("seven-days", "swapped")):
        calls = Attempt.objects.filter(team=world.cast.team, subject=f"provider_voice:{home.id}", kind="keepalive")
        paid = calls.filter(state=Attempt.State.SETTLED)
        lost = paid.filter(trace_id="").count()
        if paid.count() > 1 + lost:
            found.append(f"{home}: {paid.count()} paid calls, {lost} lost answers")
    return found


def shelves_that_differ(world: World) -> list[str]:
    """Homes that live here and not at the vendor, and what lives there for good and not here."""
    found = []
    for house in world.houses.all:
        theirs = world.houses.voices(house.key)
        ours = {home.vendor_voice_id: home for home in homes(world, provider_account=house.account)}
        living = {"temporary", "permanent"}
        for voice_id, home in ours.items():
            if home.state == State.PERMANENT and theirs[voice_id]["state"] not in living:
                found.append(f"{home} is permanent here, {theirs[voice_id]['state']} there")
        for voice_id, row in theirs.items():
            if row["state"] == "permanent" and ours[voice_id].state not in LIVING:
                found.append(f"{ours[voice_id]} is permanent there, {ours[voice_id].state} here")
    return found


def loose_ends(world: World) -> list[str]:
    """Money set aside for nothing, claims of nobody, questions nobody answered, books that do not add up."""
    team = world.cast.team
    holds = Hold.objects.filter(team=team, state=Hold.State.OPEN)
    attempts = Attempt.objects.filter(team=team, state__in=("prepared", "sent", "unknown"))
    claimed = ProviderVoice.objects.filter(voice__team=team).exclude(claim="")
    return [*map(str, holds), *map(str, attempts), *map(str, claimed), *map(str, verify_ledger())]


def _was_out(world: World, house: str, deadline: datetime) -> bool:
    """A trouble of the house, or a key that was not its own, lasted to the deadline."""
    hour, last_look = world.hour_of(deadline), SHORT_STEP.total_seconds() / 3600
    return any(
        where == house and start <= hour and until >= hour - last_look for where, start, until in world.plan.outages
    )


def _was_wanted(world: World, home: ProviderVoice) -> bool:
    if home.state == State.LOST:
        return True
    missed = Event.objects.filter(team=world.cast.team, kind="voice.activation_missed", subject_id=home.voice_id)
    return any(event.data["generation"] == home.generation for event in missed)


def _was_refused(world: World, home: ProviderVoice) -> bool:
    """The platform said why it did not clone it again."""
    refused = Event.objects.filter(team=world.cast.team, kind="voice.revival_refused", subject_id=home.voice_id)
    return any(event.data["generation"] == home.generation for event in refused)
