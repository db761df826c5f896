"""What the benchmarks run on: a migrated SQLite database, the sandbox on a socket, a team and an account."""

import contextlib
import time
from dataclasses import dataclass
from statistics import median

from django.conf import settings
from django.core.management import call_command

from accounts import keyring
from accounts.flows.people import add_member, create_team, create_user
from accounts.flows.tokens import create_token
from accounts.models import ProviderAccount, Team
from accounts.payer import Payer
from accounts.roles import SCOPES, Role
from providers.sandbox.server import SandboxServer

KEY = "bench-key"


@dataclass(frozen=True)
class Stage:
    team: Team
    account: ProviderAccount
    sandbox_url: str
    token: str

    @property
    def payer(self):
        return Payer(self.team.id)


@contextlib.contextmanager
def stage():
    call_command("migrate", verbosity=0, interactive=False)
    with SandboxServer(port=settings.SANDBOX_PORT) as sandbox:
        user = create_user(email="bench@example.com", name="Bench", password="a password for a bench")
        team, account = team_with_account(sandbox.base_url)
        add_member(team=team, user=user, role=Role.OWNER)
        _token, secret = create_token(team=team, creator=user, name="bench", scopes=list(SCOPES))
        yield Stage(team, account, sandbox.base_url, secret)


def team_with_account(sandbox_url):
    """A team, and its account at the sandbox."""
    team = create_team(slug="bench", name="Bench", time_zone="UTC")
    account = ProviderAccount.objects.create(
        team=team,
        slug="sandbox",
        name="Sandbox",
        provider="minimax",
        base_url=f"{sandbox_url}/minimax",
        price_list="minimax-global",
        key_encrypted=keyring.encrypt(KEY),
        key_hint="…",
        # What is measured is the product, not the pace of a vendor.
        limits={family: {"rpm": None, "concurrency": None} for family in ("speech", "clone", "design")},
        is_default=True,
    )
    return team, account


def times_ms(call, repeat):
    """Durations of `repeat` calls in milliseconds, after one to warm up."""
    call()
    durations = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        durations.append((time.perf_counter() - start) * 1000)
    return durations


def row(name, value, unit, baseline=None):
    ratio = None if not baseline else value / baseline
    return {"name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio}


def compare(name, call, baseline, repeat):
    """Median of `call` beside the median of `baseline`, measured in turns so that both meet the same machine."""
    call()
    baseline()
    ours, theirs = [], []
    for _ in range(repeat):
        theirs += times_ms_once(baseline)
        ours += times_ms_once(call)
    return row(name, median(ours), "ms p50", median(theirs))


def times_ms_once(call):
    start = time.perf_counter()
    call()
    return [(time.perf_counter() - start) * 1000]
