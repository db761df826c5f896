"""Fixtures of the service tests. They need what `make test-services` sets up, and say so where it is missing."""

import os
import subprocess

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests.cast import Cast, make_team
from tests.services.deployment import Deployment
from tests.services.processes import Process
from tests.services.stage import Sandbox, Stage

BROKERS = {
    "redis": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0"),
    "rabbitmq": os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
}


@pytest.fixture(scope="session", autouse=True)
def _services():
    if connection.vendor != "postgresql" or not settings.S3_ENDPOINT_URL:
        pytest.fail("These tests need PostgreSQL, Redis, RabbitMQ and an S3 server: run `make test-services`.")


@pytest.fixture(scope="session", autouse=True)
def _database(_services, django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """One database for the session, seen by every process of the tests. Nothing is rolled back: teams do not meet."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    """The emulator as a process of its own, at `settings.SANDBOX_URL`."""
    process = Process(
        "sandbox",
        ["-m", "providers.sandbox", "--port", str(settings.SANDBOX_PORT), "--exit-with-stdin"],
        env=dict(os.environ),
        log=tmp_path_factory.mktemp("sandbox") / "log",
        stdin=subprocess.PIPE,
    )
    process.wait_for_line("SANDBOX READY")
    controls = Sandbox(settings.SANDBOX_URL)
    yield controls
    controls.close()
    process.stop()


@pytest.fixture
def stage(sandbox) -> Stage:
    """A team of its own whose voice is cloned, kept and ready to speak."""
    return Stage.with_voice(sandbox)


@pytest.fixture
def wavespeed_stage(sandbox) -> Stage:
    """A team of its own that speaks at a provider which takes work on under an id."""
    return Stage.at_wavespeed(sandbox, settings.SANDBOX_URL)


@pytest.fixture
def cast_in_service() -> Cast:
    """The cast in the session's lasting database."""
    return make_team()


@pytest.fixture
def deploy(tmp_path, request):
    """`deploy("redis")` → a deployment on that broker; it ends with the test."""
    started = []

    def start(broker: str) -> Deployment:
        started.append(Deployment(broker_url=BROKERS[broker], folder=tmp_path))
        return started[-1]

    yield start
    for deployment in started:
        deployment.stop()
        request.node.add_report_section("teardown", "processes", deployment.output())
