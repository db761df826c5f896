"""Fixtures for every test: the session's sandbox, the cast, and a worker that runs until nothing moves."""

import pytest
from django.conf import settings

from providers.sandbox.server import SandboxServer
from tests.cast import Cast, make_team
from tests.drain import drain as drain_work


@pytest.fixture(scope="session")
def sandbox():
    """The emulator on a real socket, at `settings.SANDBOX_URL`. Every provider key is an account of its own there."""
    with SandboxServer(port=settings.SANDBOX_PORT) as server:
        yield server


@pytest.fixture
def cast(db) -> Cast:
    """A team with a person of every role, a project, a provider account at the sandbox, and an outsider."""
    return make_team()


@pytest.fixture
def drain():
    """`drain()` hears all doorbells and runs all ticks until nothing moves."""
    return drain_work
