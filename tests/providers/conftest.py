"""The emulator for the tests over real sockets."""

import pytest
from hypothesis import settings

from providers.sandbox.server import SandboxServer
from tests.providers.vendor import Vendor

# How long one example takes says something about the machine only.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer() as server:
        yield server


@pytest.fixture(params=["blocking", "async"])
def vendor(request, sandbox):
    return Vendor(sandbox, request.param)
