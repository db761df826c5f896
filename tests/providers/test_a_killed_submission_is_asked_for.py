"""A process is killed between handing a long text over and asking for it: the next one asks, and nothing is submitted
twice."""

import signal
import subprocess
import sys
import time

import pytest

from tests.providers.contract.calls import LONG
from tests.providers.contract.customer import Customer
from tests.providers.contract.stages import STAGES

# Keeps the id as the platform does, before anything else is asked for, and is killed there.
CHILD = """
import os, pathlib, signal, sys
from providers.driver import Driver, http_client
from providers.long_text import LongTextRequest
from providers.registry import adapter_for
from providers.types import Account

provider, base_url, key, voice_id, text, kept = sys.argv[1:]
adapter = adapter_for(provider)
account = Account(provider=provider, base_url=base_url, key=key)
asked = LongTextRequest(
    text=text, model=adapter.capabilities.cheapest_model, voice_id=voice_id, format=adapter.capabilities.default_format
)

def keep(accepted):
    with open(kept, "w") as file:
        file.write(accepted.task)
        file.flush()
        os.fsync(file.fileno())
    os.kill(os.getpid(), signal.SIGKILL)

with http_client(allowed_hosts=[base_url.split("/")[2]]) as client:
    Driver(client).run(adapter.submit_long_text(account, asked), on_accepted=keep)
"""


@pytest.mark.parametrize("name", ["minimax", "ppio"])
def test_what_was_accepted_is_asked_for_by_its_id_and_never_submitted_again(name, sandbox, tmp_path):
    stage = next(stage for stage in STAGES if stage.name == name)
    customer = Customer(stage, sandbox, "blocking")
    customer.pace(async_task_seconds=0)
    kept = tmp_path / "task"
    arguments = [name, customer.account.base_url, customer.account.key, stage.voice_id, LONG, str(kept)]

    killed = subprocess.run([sys.executable, "-c", CHILD, *arguments], timeout=60)

    assert killed.returncode == -signal.SIGKILL
    task = kept.read_text()
    deadline = time.monotonic() + 30
    while (state := customer.run(customer.adapter.query_long_text(customer.account, task))).state == "processing":
        assert time.monotonic() < deadline
    container = customer.capabilities.default_format.container
    result = customer.run(customer.adapter.fetch_long_text(customer.account, state.file_id, container))
    assert result.parts
    assert [row["operation"] for row in customer.requests()].count("t2a_async") == 1
    assert [line["operation"] for line in customer.bill()] == ["t2a_async"]
