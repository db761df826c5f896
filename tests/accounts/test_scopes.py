"""A token may do what its scopes name and its creator's current role allows; the rest is closed."""

import pytest
from django.urls import path

from accounts.api.views import TeamView
from accounts.models import Membership
from tests.cast import Api, make_token


class ForgotItsScopes(TeamView):
    def get(self, request):
        raise AssertionError("nobody may come here")


urlpatterns = [path("api/v1/forgot", ForgotItsScopes.as_view())]


def test_a_missing_scope_is_named(cast):
    answer = Api(make_token(cast.owner, cast.team, ["clips:read"])).get("/api/v1/projects")
    assert answer.status_code == 403
    assert answer.json()["code"] == "scope_missing"
    assert answer.json()["scope"] == "projects:read"


def test_a_role_that_shrinks_takes_the_tokens_rights_along(cast):
    api = Api(make_token(cast.admin, cast.team))
    assert api.get("/api/v1/tokens").status_code == 200
    Membership.objects.filter(user=cast.admin).update(role="viewer")
    assert api.get("/api/v1/tokens").status_code == 403


@pytest.mark.urls("tests.accounts.test_scopes")
def test_a_view_without_declared_scopes_is_closed_to_everybody(cast):
    answer = cast.api("owner").get("/api/v1/forgot")
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"


def test_head_needs_what_get_needs(cast):
    assert Api(make_token(cast.owner, cast.team, ["projects:read"])).head("/api/v1/projects").status_code == 200
    assert Api(make_token(cast.owner, cast.team, ["clips:read"])).head("/api/v1/projects").status_code == 403


@pytest.mark.parametrize("method", ["options", "trace"])
def test_options_and_trace_are_no_way_in(cast, method):
    assert getattr(Api(), method)("/api/v1/projects").status_code == 401
    assert getattr(cast.api("owner"), method)("/api/v1/projects").status_code == 405
