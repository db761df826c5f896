"""Fixtures for every test: the session's sandbox, the cast, and a worker that runs until nothing moves."""

from collections.abc import Iterator

import pytest
from django.conf import settings as product_settings
from django.db import connection

from accounts import triggers
from providers.registry import also_speaking
from providers.sandbox.server import SandboxServer
from tests.cast import Cast, make_team
from tests.drain import drain as drain_work
from tests.drain import forget_doorbells
from tests.later import Later


@pytest.fixture(scope="session")
def sandbox():
    """The emulator on a real socket, at `settings.SANDBOX_URL`. Every provider key is an account of its own there."""
    with SandboxServer(port=product_settings.SANDBOX_PORT) as server:
        yield server


@pytest.fixture
def cast(db) -> Cast:
    """A team with a person of every role, a project, a provider account at the sandbox, and an outsider."""
    return make_team()


@pytest.fixture
def later(cast) -> Iterator[Later]:
    """The cast's account is at a provider that finishes its work later."""
    adapter = Later()
    cast.account.provider = adapter.name
    cast.account.save()
    with also_speaking(adapter):
        yield adapter


@pytest.fixture
def drain():
    """`drain()` hears all doorbells and runs all ticks until nothing moves."""
    forget_doorbells()
    return drain_work


@pytest.fixture(autouse=True)
def own_spool(settings, tmp_path):
    """Answers that one test leaves on disk are no evidence in another."""
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture(autouse=True)
def books_may_be_emptied(request):
    """A transactional test ends with empty tables, which the books' triggers refuse; they stand again after it."""
    marker = request.node.get_closest_marker("django_db")
    by_marker = marker is not None and marker.kwargs.get("transaction")
    if not by_marker and not {"transactional_db", "live_server"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    triggers.drop(connection)
