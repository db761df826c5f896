"""The emulator for the tests over real sockets."""

import pytest

from providers.sandbox.server import SandboxServer
from tests.providers.vendor import Vendor


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer() as server:
        yield server


@pytest.fixture(params=["blocking", "async"])
def vendor(request, sandbox):
    return Vendor(sandbox, request.param)
