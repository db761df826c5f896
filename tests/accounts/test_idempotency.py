"""An Idempotency-Key makes a repeated request one request."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.client import MULTIPART_CONTENT
from django.urls import path
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.permissions import ANY_TOKEN
from accounts.api.views import TeamView
from accounts.errors import ConflictError
from accounts.flows.idempotency import Claim, StoredAnswer, claim_request, forget_old_requests, remember_answer
from accounts.models import IdempotentRequest, Token
from tests.cast import Api, make_team

runs: list[int] = []
gate = threading.Event()


class Costs(TeamView):
    scopes = {"POST": ANY_TOKEN}
    parser_classes = [JSONParser, MultiPartParser]

    @idempotent
    def post(self, request):
        runs.append(1)
        wish = request.data.get("wish")
        if wish == "refuse":
            raise ConflictError("No.")
        if wish == "break":
            raise RuntimeError("Broken.")
        if wish == "wait":
            assert gate.wait(timeout=30)
        return Response({"run": len(runs)}, status=202)


urlpatterns = [path("api/v1/costs", Costs.as_view())]
pytestmark = [pytest.mark.urls("tests.accounts.test_idempotency")]


@pytest.fixture(autouse=True)
def forget_runs():
    runs.clear()
    gate.clear()


def ask(api, wish="speak", key="k1", **options):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post("/api/v1/costs", {"wish": wish}, **headers, **options)


def test_the_same_request_again_gets_the_first_answer(cast):
    api = cast.api("owner")
    first, second = ask(api), ask(api)
    assert first.json() == second.json() == {"run": 1}
    assert first.status_code == second.status_code == 202
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert len(runs) == 1


def test_spacing_of_the_json_does_not_make_another_request(cast):
    api = cast.api("owner")
    api.post("/api/v1/costs", b'{"wish":"speak","n":1}', HTTP_IDEMPOTENCY_KEY="k1")
    again = api.post("/api/v1/costs", b'{ "n": 1, "wish": "speak" }', HTTP_IDEMPOTENCY_KEY="k1")
    assert again["Idempotent-Replayed"] == "true"


def test_without_a_key_every_request_runs(cast):
    ask(cast.api("owner"), key=None)
    ask(cast.api("owner"), key=None)
    assert len(runs) == 2


def test_another_request_under_the_same_key_is_a_mistake_that_is_told(cast):
    ask(cast.api("owner"))
    answer = ask(cast.api("owner"), wish="sing")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_another_file_under_the_same_key_is_another_request(cast):
    def upload(content):
        data = {"wish": "speak", "file": SimpleUploadedFile("a.wav", content)}
        return cast.api("owner").post("/api/v1/costs", data, MULTIPART_CONTENT, HTTP_IDEMPOTENCY_KEY="k1")

    assert upload(b"one").status_code == 202
    assert upload(b"one")["Idempotent-Replayed"] == "true"
    assert upload(b"two").status_code == 422


def test_keys_of_different_tokens_do_not_meet(cast):
    ask(cast.api("owner"))
    assert "Idempotent-Replayed" not in ask(cast.api("editor"))
    assert len(runs) == 2


@pytest.mark.parametrize("wish", ["refuse", "break"])
def test_a_request_that_failed_may_be_tried_again_with_its_key(cast, wish):
    assert ask(cast.api("owner"), wish=wish).status_code >= 400
    ask(cast.api("owner"), wish=wish)
    assert len(runs) == 2
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_key_that_cannot_be_kept_is_refused(cast, key):
    assert ask(cast.api("owner"), key=key).json()["code"] == "idempotency_key_invalid"


def test_a_claim_left_by_a_crash_is_taken_over_after_the_lease(cast, settings):
    cast.api("owner")
    token = Token.objects.get()
    asked = {"token_id": token.id, "key": "k", "fingerprint": "f"}
    crashed = claim_request(**asked)
    assert isinstance(crashed, Claim)
    with pytest.raises(ConflictError, match="still running") as refusal:
        claim_request(**asked)
    assert refusal.value.code == "idempotency_in_progress"
    assert refusal.value.retry_after_seconds
    row = IdempotentRequest.objects.get()
    row.started_at -= timedelta(seconds=settings.WORK_LEASE_SECONDS)
    row.save()
    heir = claim_request(**asked)
    assert isinstance(heir, Claim)
    # The one that was thought dead comes back: its answer is not the one that counts.
    remember_answer(claim=crashed, status=201, headers={}, body="late")
    remember_answer(claim=heir, status=202, headers={}, body="heir")
    assert claim_request(**asked) == StoredAnswer(202, {}, "heir")


def test_old_answers_are_forgotten(cast):
    ask(cast.api("owner"))
    assert forget_old_requests(older_than=timedelta(days=1)) == 0
    assert forget_old_requests(older_than=timedelta(seconds=-1)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_runs_and_the_others_hear_so():
    secret = make_team().api("owner").defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    start = threading.Barrier(20)

    def post(_):
        start.wait()
        try:
            return ask(Api(secret), wish="wait").status_code
        finally:
            # Whoever comes back first was told to wait: the one that runs may end now.
            gate.set()
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(post, range(20)))
    assert set(statuses) == {202, 409}
    assert len(runs) == 1
