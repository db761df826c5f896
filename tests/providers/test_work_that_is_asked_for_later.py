"""Work submitted under an id: the id is told before anything else, waiting is bounded, and a failed question ends
nothing."""

import asyncio
import json
import pickle

import pytest

from providers.adapter import Adapter
from providers.driver import NOTHING, AsyncDriver, Driver, async_http_client, http_client
from providers.errors import Category, PendingError, ProviderError, UnsupportedError
from providers.polling import POLL_SECONDS, poll
from providers.types import Accepted, Account, Pause, Request, Response
from tests.providers.conversation import ACCOUNT, clone_request, converse, request
from tests.providers.loopback import Loopback, http

DOWN = ProviderError("down", category=Category.PROVIDER_DOWN, retryable=True)


def asking(account=ACCOUNT, path="/tasks/1"):
    return Request(account=account, operation="task", method="GET", url=account.base_url + path, repeatable=True)


def read(response):
    """None while it works on, else what was said."""
    said = json.loads(response.content)["state"]
    if said == "failed":
        raise ProviderError("the task failed", category=Category.INVALID_INPUT)
    return None if said == "working" else said


def said(state, status=200):
    return Response(status, content=json.dumps({"state": state}).encode())


def submitted(account, *, task="t-1", seconds=POLL_SECONDS, every=0.01):
    yield Request(account=account, operation="submit", method="POST", url=f"{account.base_url}/submit")
    yield Accepted(task)
    return (yield from poll(task, asking(account), read, seconds=seconds, every_seconds=every))


def run_blocking(operation, host_port, *, on_accepted=None, longest_seconds=30.0):
    with http_client(allowed_hosts=[host_port]) as client:
        return Driver(client, longest_seconds=longest_seconds).run(operation, on_accepted=on_accepted)


def run_async(operation, host_port, *, on_accepted=None, longest_seconds=30.0):
    async def main():
        async with async_http_client(allowed_hosts=[host_port]) as client:
            return await AsyncDriver(client, longest_seconds=longest_seconds).run(operation, on_accepted=on_accepted)

    return asyncio.run(main())


@pytest.fixture(params=[run_blocking, run_async], ids=["blocking", "async"])
def run(request):
    return request.param


def serving(states):
    """Answers the submission, then each question with the next state."""
    left = list(states)

    def script(connection, head, body):
        state = "taken" if head.startswith("POST") else left.pop(0)
        connection.sendall(http(json.dumps({"state": state}).encode()))

    return script


class Bare(Adapter):
    """What an adapter has to write itself, and nothing more."""

    name = "bare"

    def check_speech(self, account, request):
        raise NotImplementedError

    def speech(self, account, request):
        raise NotImplementedError

    def check_account(self, account):
        raise NotImplementedError

    def count_characters(self, text):
        raise NotImplementedError


def at(server):
    return Account(provider="minimax", base_url=server.url, key="sk")


def test_the_id_is_told_before_the_work_is_asked_for(run):
    order = []
    with Loopback(serving(["working", "done"])) as server:
        told = run(
            submitted(at(server)),
            server.host_port,
            on_accepted=lambda accepted: order.append((accepted.task, len(server.heads))),
        )
    assert told == "done"
    assert order == [("t-1", 1)]
    assert [head.split()[0] for head in server.heads] == ["POST", "GET", "GET"]


def test_nothing_is_asked_for_when_the_id_could_not_be_kept(run):
    def no_disk(accepted):
        raise OSError("disk full")

    with Loopback(serving(["done"])) as server:
        with pytest.raises(OSError, match="disk full"):
            run(submitted(at(server)), server.host_port, on_accepted=no_disk)
        assert len(server.heads) == 1


def test_a_pause_that_does_not_fit_any_more_leaves_the_work_for_later(run):
    with Loopback(serving(["working", "done"])) as server, pytest.raises(PendingError) as caught:
        run(submitted(at(server), every=60), server.host_port, longest_seconds=5)
    assert (caught.value.task, caught.value.retry_after_seconds) == ("t-1", 60)


def test_a_conversation_left_for_later_is_closed(run):
    closed = []

    def tidy():
        try:
            yield Pause(60)
        finally:
            closed.append(True)

    with pytest.raises(PendingError):
        run(tidy(), "127.0.0.1:1", longest_seconds=1)
    assert closed == [True]


def test_a_question_after_a_pause_has_what_is_left_and_no_more(run):
    def silent(connection, head, body):
        server.released.wait(30)

    def waiting(account):
        yield Pause(0.5)
        yield asking(account)

    with Loopback(silent) as server, pytest.raises(ProviderError) as caught:
        run(waiting(at(server)), server.host_port, longest_seconds=1.2)
    assert (caught.value.retryable, caught.value.possibly_charged) == (True, False)


def test_a_conversation_without_waiting_needs_no_one_to_tell(run):
    with Loopback(serving(["done"])) as server:
        assert run(submitted(at(server)), server.host_port) == "done"


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 502, 503])
def test_an_answer_that_says_nothing_of_the_work_is_asked_for_again(status):
    pauses: list[float] = []
    operation = poll("t-1", asking(), read)
    result, requests = converse(operation, said("failed", status), said("done"), pauses=pauses)
    assert (result, len(requests), len(pauses)) == ("done", 2, 1)


def test_a_question_that_got_no_answer_is_asked_again():
    assert converse(poll("t-1", asking(), read), DOWN, said("done"))[0] == "done"


def test_what_the_provider_says_of_the_work_ends_it():
    with pytest.raises(ProviderError, match="the task failed"):
        converse(poll("t-1", asking(), read), said("working"), said("failed"))


def test_it_stops_asking_after_its_time_and_says_when_to_go_on():
    pauses: list[float] = []
    with pytest.raises(PendingError) as caught:
        converse(poll("t-1", asking(), read, seconds=3, every_seconds=1), *[said("working")] * 9, pauses=pauses)
    assert (caught.value.task, pauses) == ("t-1", [1, 1, 1])
    assert caught.value.retry_after_seconds > 0


def test_it_asks_once_before_it_waits():
    asked = poll("t-1", asking(), read)
    assert isinstance(next(asked), Request)
    assert isinstance(asked.send(said("working")), Pause)
    assert isinstance(asked.send(NOTHING), Request)


def test_pending_work_survives_the_way_between_workers():
    error = pickle.loads(pickle.dumps(PendingError("t-1", 15)))
    assert (error.task, error.retry_after_seconds) == ("t-1", 15)


def test_what_a_provider_does_not_offer_is_refused_by_name():
    bare = Bare()
    for ask in (
        lambda: bare.resume_speech(ACCOUNT, request(), "t-1"),
        lambda: bare.resume_clone(ACCOUNT, clone_request(), "t-1"),
        lambda: bare.check_clone(ACCOUNT, clone_request()),
        lambda: bare.clone(ACCOUNT, clone_request()),
        lambda: bare.list_voices(ACCOUNT),
        lambda: bare.stream_speech(ACCOUNT, request()),
    ):
        with pytest.raises(UnsupportedError) as caught:
            ask()
        assert (caught.value.field, caught.value.possibly_charged) == ("operation", False)
