import itertools
from collections.abc import Callable, Iterator

import httpx
import pytest

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import Customer
from tests.sandbox.wavespeed_customer import WaveSpeedCustomer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxServer]:
    """One sandbox for all tests that touch nothing but their own account."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def customer_of() -> Iterator[Callable[[SandboxServer], Customer]]:
    """Makes customers with keys of their own."""
    made: list[Customer] = []

    def make(server: SandboxServer, key: str | None = None) -> Customer:
        made.append(Customer(server, key or f"key-{next(_numbers)}"))
        return made[-1]

    yield make
    for customer in made:
        customer.close()


@pytest.fixture
def customer(sandbox, customer_of):
    return customer_of(sandbox)


@pytest.fixture(scope="session")
def movable_sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def own_sandbox(movable_sandbox):
    """A sandbox, emptied, for a test that moves the clock or changes what all accounts see."""
    httpx.post(f"{movable_sandbox.base_url}/_sandbox/reset", json={}).raise_for_status()
    return movable_sandbox


@pytest.fixture
def tenant(own_sandbox, customer_of):
    return customer_of(own_sandbox)


@pytest.fixture
def wavespeed_of() -> Iterator[Callable[[SandboxServer], WaveSpeedCustomer]]:
    """Makes customers of WaveSpeed with keys of their own."""
    made: list[WaveSpeedCustomer] = []

    def make(server: SandboxServer, key: str | None = None) -> WaveSpeedCustomer:
        made.append(WaveSpeedCustomer(server, key or f"key-{next(_numbers)}"))
        return made[-1]

    yield make
    for customer in made:
        customer.close()


@pytest.fixture
def wavespeed(own_sandbox, wavespeed_of):
    """A customer of WaveSpeed whose tasks are ready as soon as they are made."""
    customer = wavespeed_of(own_sandbox)
    customer.order("pace", {"async_task_seconds": 0})
    return customer
