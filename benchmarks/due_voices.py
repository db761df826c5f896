"""What a tick costs where a million voices wait, and that workers who tick at once call each voice once.

Runs as a process of its own on PostgreSQL (benchmarks/postgresql.py); prints its rows as JSON.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import IO, cast

import django

django.setup()

import httpx  # noqa: E402 - Django is set up first, for all that follows
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts import clock  # noqa: E402
from accounts.ids import new_id  # noqa: E402
from accounts.models import Attempt  # noqa: E402
from benchmarks.captured import Costs  # noqa: E402
from benchmarks.stage import KEY, row, team_with_account  # noqa: E402
from config.celery import app  # noqa: E402
from config.quickstart import SAMPLE  # noqa: E402
from voicelib.models import Consent, Deletion, ProviderVoice, Voice  # noqa: E402

SIZES = (1_000, 100_000, 1_000_000)
DUE, RUNS = 100, 3
# The due rows, and what an alert tells of each: its voice, consent and account.
MOST_ROWS = 4 * DUE
CLAIMED, CALLED, WORKERS = 10_000, 40, 4
# Those that a tick asks for; a query that nobody sends any more must not go unnoticed.
QUERIES = {
    "consent.expiry_due_at": "consents",
    "deletion.due_at": "deletions",
    "providervoice.alert_due_at": "alerts",
    "providervoice.check_due_at": "checks",
    "providervoice.keepalive_due_at": "keep-alive",
    "providervoice.retry_at": "clones",
    "providervoice.revival_due_at": "revivals",
}


def main():
    call_command("migrate", verbosity=0, interactive=False)
    team, account = team_with_account(settings.SANDBOX_URL)
    rows = [*_ticks(team, account), *_claims(), *_calls(team, account)]
    json.dump(rows, sys.stdout)


def _ticks(team, account):
    templates = _templates(team, account)
    costs, made = {}, 0
    for size in SIZES:
        _fill(templates, made, size)
        made = size
        costs[size] = _costs_of_ticks()
    least = SIZES[0]
    read = {query: costs[SIZES[-1]].of(query, "rows") for query in QUERIES}
    _demand(all(rows <= MOST_ROWS for rows in read.values()), f"{DUE} are due of {SIZES[-1]:,} and read are {read}")
    for query, name in sorted(QUERIES.items(), key=lambda pair: pair[1]):
        for size in SIZES[1:]:
            for what, unit in (("ms", "ms p50"), ("rows", "rows read"), ("pages", "pages")):
                value, baseline = costs[size].of(query, what), costs[least].of(query, what)
                title = f"tick, {name}: {DUE} due of {size:,} voices / of {least:,}"
                yield row(title, value, unit, baseline)


def _costs_of_ticks():
    """The product's own ticks run again and again over the same due rows: each run is rolled back."""
    costs = Costs()
    app.loader.import_default_modules()
    ticks = [entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"].startswith("voicelib.")]
    for _ in range(RUNS):
        with transaction.atomic(), costs.catching():
            for task in ticks:
                app.tasks[task]()
            transaction.set_rollback(True)
    found = set(costs.queries())
    assert set(QUERIES) <= found, f"no tick asks for {set(QUERIES) - found} any more"
    return costs


def _templates(team, account):
    """One row of each table, as the product makes it; what fills the tables is copied from them. All of them wait in
    every index of due times, which is the hardest case."""
    now = clock.now()
    later = now + timedelta(days=6)
    consent = Consent.objects.create(
        team=team, speaker="Ada", statement="I agree.", locale="en", valid_until=later, expiry_due_at=later
    )
    voice = Voice.objects.create(team=team, slug="template", name="Template", language="en")
    home = ProviderVoice.objects.create(
        voice=voice,
        provider_account=account,
        vendor_voice_id="template",
        state=ProviderVoice.State.TEMPORARY,
        cloned_at=now,
        expires_at=later,
        requested_by={"team_id": team.id},
    )
    deletion = Deletion.objects.create(home=home, state_before=home.state, asked_by="bench", due_at=later)
    return consent, voice, home, deletion


def _fill(templates, start, stop):
    """Rows number `start` to `stop`; the first hundred of each are due, the rest within days. One consent and one
    deletion stand for ten voices."""
    consent, voice, home, deletion = templates
    number = "lpad(n::text, 24, '0')"
    due = f"now() + CASE WHEN n < {DUE} THEN interval '-1 hour' ELSE (1 + mod(n, 5)) * interval '1 day' END"
    columns = ("keepalive_due_at", "alert_due_at", "check_due_at", "retry_at", "revival_due_at")
    with connection.cursor() as cursor:
        # The rows are right; a million look-ups of foreign keys would only prove it.
        cursor.execute("SET session_replication_role = replica")
        _copy(cursor, consent, start // 10, stop // 10, id=f"'c' || {number}", expiry_due_at=due)
        _copy(cursor, voice, start, stop, id=f"'v' || {number}", slug=f"'voice-' || {number}")
        _copy(
            cursor,
            home,
            start,
            stop,
            id=f"'h' || {number}",
            voice_id=f"'v' || {number}",
            vendor_voice_id=f"'vendor-' || {number}",
            **dict.fromkeys(columns, due),
        )
        _copy(cursor, deletion, start // 10, stop // 10, id=f"'d' || {number}", home_id=f"'h' || {number}", due_at=due)
        cursor.execute("SET session_replication_role = DEFAULT")
        for model in (Consent, Voice, ProviderVoice, Deletion):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def _copy(cursor, template, start, stop, **other):
    columns = [field.column for field in template._meta.concrete_fields]
    values = ", ".join(other.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = template._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, generate_series(%s, %s) n WHERE t.id = %s",
        [start, stop - 1, template.pk],
    )


def _claims():
    """Ten thousand due among the million; a recorded call stands for a real one."""
    alone = _seconds_of_claims(1)
    seconds = _seconds_of_claims(WORKERS)
    title = f"claims, {CLAIMED:,} due of {SIZES[-1]:,}, recorded calls, {WORKERS} processes / 1"
    yield row(title, CLAIMED / seconds, "claims/s", CLAIMED / alone)
    yield row(f"claims, {CLAIMED:,} due, {WORKERS} processes: homes called twice or never", 0, "homes")


def _seconds_of_claims(workers):
    now = clock.now()
    # Nothing but the keep-alive is due.
    ProviderVoice.objects.filter(alert_due_at__lte=now).update(alert_due_at=None)
    Consent.objects.filter(expiry_due_at__lte=now).update(expiry_due_at=None)
    numbers = [f"h{number:024}" for number in range(CLAIMED)]
    ProviderVoice.objects.filter(id__in=numbers).update(
        keepalive_due_at=now - timedelta(hours=1), claim="", lease_until=None
    )
    # What the runs before left behind is not this one's to carry.
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {ProviderVoice._meta.db_table}")
    called, seconds = _run_workers("record", workers)
    _demand_one_each(called, numbers, "recorded call")
    return seconds


def _calls(team, account):
    """Real calls, each with its hold, attempt, ledger entries and clone fee, against the sandbox."""
    ProviderVoice.objects.filter(keepalive_due_at__lte=clock.now()).update(keepalive_due_at=None)
    ids = {_add_home(team, account, voice_id): voice_id for voice_id in _clones()}
    called, seconds = _run_workers("call", WORKERS)
    _demand_one_each(called, ids, "call")
    _demand_one_each(Attempt.objects.values_list("vendor_voice_id", flat=True), ids.values(), "attempt")
    lines = httpx.get(f"{settings.SANDBOX_URL}/_sandbox/bill", params={"key": KEY}, trust_env=False).json()["lines"]
    for operation in ("t2a", "clone_fee"):
        billed = [line["voice_id"] for line in lines if line["operation"] == operation]
        ours = set(ids.values())
        _demand_one_each([voice for voice in billed if voice in ours], ids.values(), f"line {operation} of the bill")
    yield row(f"voices kept by real calls to the sandbox, {WORKERS} processes", CALLED / seconds, "calls/s")
    yield row(f"{CALLED} voices kept, {WORKERS} processes: called or billed twice or never", 0, "homes")


def _add_home(team, account, voice_id):
    now = clock.now()
    voice = Voice.objects.create(team=team, slug=f"kept-{new_id()}", name="Kept", language="en")
    home = ProviderVoice.objects.create(
        voice=voice,
        provider_account=account,
        vendor_voice_id=voice_id,
        state=ProviderVoice.State.TEMPORARY,
        cloned_at=now - timedelta(hours=150),
        expires_at=now + timedelta(hours=18),
        keepalive_due_at=now - timedelta(hours=1),
        requested_by={"team_id": team.id},
    )
    return home.id


def _clones():
    """Fresh clones at the sandbox, made beside the product."""
    url, headers = f"{settings.SANDBOX_URL}/minimax/v1", {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client, SAMPLE.open("rb") as file:
        sent = client.post("/files/upload", data={"purpose": "voice_clone"}, files={"file": ("ada.mp3", file)}).json()
        for _ in range(CALLED):
            voice_id = f"Bench{new_id()}"
            made = client.post("/voice_clone", json={"file_id": sent["file"]["file_id"], "voice_id": voice_id}).json()
            assert made["base_resp"]["status_code"] == 0, made
            yield voice_id


def _run_workers(what, count):
    """What all of them called, and the seconds from the start to the end of the last."""
    command = [sys.executable, "-m", "benchmarks.ticking_worker", what]
    with contextlib.ExitStack() as stack:
        workers = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(count)
        ]
        pipes = [(cast(IO[str], worker.stdin), cast(IO[str], worker.stdout)) for worker in workers]
        for _, said in pipes:
            assert said.readline() == "ready\n", "a worker did not start"
        began = time.perf_counter()
        for told, _ in pipes:
            told.write("go\n")
            told.flush()
        called = [json.loads(said.readline()) for _, said in pipes]
        seconds = time.perf_counter() - began
    assert not any(worker.returncode for worker in workers), "a worker failed"
    return [home for homes in called for home in homes], seconds


def _demand_one_each(found, wanted, what):
    counts, wanted = Counter(found), set(wanted)
    wrong = {home: counts[home] for home in wanted | set(counts) if counts[home] != 1 or home not in wanted}
    _demand(not wrong, f"{len(wrong)} voices have not exactly one {what}: {dict(list(wrong.items())[:5])}")


def _demand(holds, otherwise):
    if not holds:
        raise SystemExit(f"BROKEN PROMISE: {otherwise}")


if __name__ == "__main__":
    main()
