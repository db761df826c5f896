import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.server import SandboxServer
from tests.clients.shelf import Shelf
from tests.sandbox.customer import Customer

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def customer(sandbox) -> Iterator[Customer]:
    """The account that the client under test uses."""
    customer = Customer(sandbox, f"client-key-{next(_numbers)}")
    yield customer
    customer.close()


@pytest.fixture
def shelf(customer, tmp_path) -> Shelf:
    """The installed clients, run in an empty folder for this customer."""
    installed = Path(os.environ.get("PUBLIC_CLIENTS") or ROOT / "var" / "public-clients").resolve()
    return Shelf(installed, tmp_path, customer)


@pytest.fixture
def seconds_of(sandbox) -> Iterator[Callable[..., float]]:
    """How long the sandbox speaks a text when it is asked without any client between."""
    reference = Customer(sandbox, "reference-key")

    def ask(text: str, voice: str, **fields: Any) -> float:
        return float(reference.t2a(text, voice, **fields)["extra_info"]["audio_length"]) / 1000

    yield ask
    reference.close()
