"""Every refusal has one shape and a stable code, whoever refused."""

import json

import pytest
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404
from django.urls import path

from accounts.api.permissions import ANY_TOKEN
from accounts.api.views import TeamView
from accounts.errors import BudgetExceededError, WaitError
from providers.errors import Category, ProviderError

ERRORS = {
    "budget": BudgetExceededError("Full.", data={"budget": {"name": "team"}}),
    "wait": WaitError("Later.", retry_after_seconds=7),
    "django404": Http404(),
    "model": ModelValidationError({"slug": ["Bad."]}),
    "bug": ZeroDivisionError("secret detail"),
    "vendor": ProviderError(
        "voice_id not exist",
        category=Category.VOICE_MISSING,
        code="2054",
        trace_id="0abc",
        field="voice",
        who_acts="caller",
    ),
    "busy": ProviderError("rate limit", category=Category.RATE_LIMITED, code="1002", retryable=True),
}


class Refuses(TeamView):
    scopes = {"GET": ANY_TOKEN}

    def get(self, request, name):
        raise ERRORS[name]


urlpatterns = [path("api/v1/refuses/<slug:name>", Refuses.as_view())]
handler404 = "accounts.api.fallback.not_found"


def refused(answer, status, code):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    assert body["type"] == f"urn:voice-library:error:{code}"
    return body


@pytest.fixture
def refusing(cast):
    return lambda name: cast.api("owner").get(f"/api/v1/refuses/{name}")


@pytest.mark.urls("tests.accounts.test_problems")
class TestErrorsRaisedInAView:
    def test_a_platform_error_tells_code_and_data(self, refusing):
        assert refused(refusing("budget"), 402, "budget_exceeded")["budget"] == {"name": "team"}

    def test_waiting_names_the_seconds(self, refusing):
        answer = refusing("wait")
        refused(answer, 429, "too_many_requests")
        assert answer["Retry-After"] == "7"

    def test_djangos_404_is_ours(self, refusing):
        refused(refusing("django404"), 404, "not_found")

    def test_a_models_refusal_names_the_field(self, refusing):
        assert refused(refusing("model"), 400, "invalid_input")["field"] == "slug"

    def test_a_vendors_error_keeps_its_code_message_and_trace_id(self, refusing):
        body = refused(refusing("vendor"), 422, "provider_voice_missing")
        assert body["provider"] == {"code": "2054", "message": "voice_id not exist", "trace_id": "0abc"}
        assert body["field"] == "voice"
        assert body["who_acts"] == "caller"

    def test_a_vendors_pause_is_a_pause(self, refusing):
        answer = refusing("busy")
        refused(answer, 503, "provider_rate_limited")
        assert int(answer["Retry-After"]) > 0

    def test_a_mistake_of_ours_is_logged_and_says_nothing(self, refusing, caplog):
        body = refused(refusing("bug"), 500, "internal")
        assert "secret detail" not in json.dumps(body)
        assert "ZeroDivisionError" in caplog.text


def test_an_unknown_path_of_the_api_is_a_problem(db, client):
    refused(client.get("/api/v1/nothing-here"), 404, "not_found")
    assert client.get("/nothing-here")["Content-Type"].startswith("text/html")


def test_a_method_that_does_not_exist_names_those_that_do(cast):
    answer = cast.api("owner").put("/api/v1/projects", {}, content_type="application/json")
    refused(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST", "HEAD"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed_request"),
        (b'{"slug": "a\\u0000b", "name": "x"}', "malformed_request"),
        (b'{"slug": "\\ud800", "name": "x"}', "malformed_request"),
        (b"[" * 100_000, "malformed_request"),
        (b'{"slug": NaN, "name": "x"}', "malformed_request"),
        (b"[]", "invalid_input"),
        (b'"text"', "invalid_input"),
    ],
)
def test_bodies_that_are_no_object_are_refused_without_an_error_of_ours(cast, body, code):
    refused(cast.api("owner").post("/api/v1/projects", body), 400, code)


def test_another_content_type_is_refused(cast):
    refused(cast.api("owner").post("/api/v1/projects", b"a=b", "text/plain"), 415, "unsupported_media_type")


def test_a_body_beyond_the_bound_is_refused_unread(cast, settings):
    body = b'{"slug": "' + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    refused(cast.api("owner").post("/api/v1/projects", body), 413, "request_too_large")


def test_all_fields_at_fault_are_listed_and_the_first_is_named(cast):
    body = refused(cast.api("owner").post("/api/v1/projects", {"colour": "red"}), 400, "invalid_input")
    assert body["field"] == "colour"
    assert [error["field"] for error in body["errors"]] == ["colour"]
    body = refused(cast.api("owner").post("/api/v1/projects", {}), 400, "invalid_input")
    assert [error["field"] for error in body["errors"]] == ["slug", "name"]


def test_a_nested_field_is_named_with_its_path(cast):
    wish = {"scope": "team", "amount": {"amount_micros": -1, "currency": "USD"}}
    body = refused(cast.api("owner").post("/api/v1/budgets", wish), 400, "invalid_input")
    assert body["field"] == "amount.amount_micros"


def test_an_unknown_filter_is_refused_rather_than_ignored(cast):
    body = refused(cast.api("owner").get("/api/v1/ledger?voise=narrator"), 400, "invalid_input")
    assert body["field"] == "voise"


def test_null_for_an_optional_field_is_the_same_as_leaving_it_out(cast):
    answer = cast.api().post("/api/v1/budgets", {"scope": "team", "period": None, "characters": 10})
    assert answer.status_code == 201, answer.content
    assert answer.json()["period"] == "month"
