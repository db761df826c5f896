"""Every endpoint × every kind of caller is a row of the table, asked for real; an endpoint without a row fails."""

import re

import pytest
from django.test.client import MULTIPART_CONTENT
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Membership
from accounts.roles import SCOPES
from tests.access.stage import set_stage
from tests.access.table import CALLERS, TABLE, Row
from tests.cast import Api, Cast, make_token

# The admin has a rule of its own, tested with it; static files are no endpoint.
ELSEWHERE = ("admin/", "static/")
METHODS = ("get", "post", "put", "patch", "delete")


def endpoints():
    """(method, route) of everything in the URL conf, parameters written as {name}."""

    def walk(patterns, prefix=""):
        for pattern in patterns:
            route = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
            if route.startswith(ELSEWHERE):
                continue
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                yield from ((method, route) for method in methods_of(pattern.callback))

    return sorted(set(walk(get_resolver().url_patterns)))


def methods_of(view):
    view_class = getattr(view, "view_class", getattr(view, "cls", None))
    if view_class is None or not view_class.__module__.startswith(("accounts", "voicelib", "synthesis")):
        # Pages of ours that are functions, and pages of others, are looked at with GET only.
        return ["GET"]
    return [name.upper() for name in METHODS if hasattr(view_class, name)]


def secret_of(caller: str, row: Row, cast: Cast) -> str | None:
    """A token as the table's head describes it."""
    if caller == "nobody":
        return None
    if caller == "other":
        return make_token(cast.outsider, cast.other_team)
    if caller == "wrong":
        return make_token(cast.owner, cast.team, [scope for scope in SCOPES if scope != row.scope])
    if caller == "exact":
        return make_token(cast.owner, cast.team, [row.scope] if row.scope in SCOPES else [])
    user = cast.admin if caller == "removed" else getattr(cast, caller)
    secret = make_token(user, cast.team)
    if caller == "removed":
        Membership.objects.filter(user=user).delete()
    return secret


def _filled(body, names: dict[str, str]):
    """The body, with `{name}` in it as the stage calls it."""
    if not isinstance(body, dict):
        return body
    return {key: names.get(value[1:-1], value) if isinstance(value, str) else value for key, value in body.items()}


def ask(row: Row, names: dict[str, str], secret: str | None):
    api = Api(secret)
    path = row.path.format(**names)
    if row.method == "GET":
        answer = api.get(path)
        if answer.streaming:
            # Read to its end, as a client would; that closes the file.
            list(answer)
        return answer
    body = row.body() if callable(row.body) else _filled(row.body, names)
    method = getattr(api, row.method.lower())
    return method(path, body, MULTIPART_CONTENT if row.is_upload else "application/json")


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.method} {row.route or '/'}" for row in TABLE])
def test_every_caller_is_answered_as_the_table_says(row, cast, sandbox):
    names = set_stage(cast)
    # Those who are refused come first: if they changed anything, the last one would notice.
    answers = {caller: ask(row, names, secret_of(caller, row, cast)) for caller in CALLERS}
    told = {caller: b"" if answer.streaming else answer.content for caller, answer in answers.items()}
    assert {caller: answer.status_code for caller, answer in answers.items()} == row.statuses, told
    for caller, answer in answers.items():
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", caller
            assert answer.json()["code"], caller
        if answer.status_code == 401:
            assert answer["WWW-Authenticate"].startswith("Bearer"), caller


def test_the_wrong_scope_is_named():
    assert {row.statuses["wrong"] for row in TABLE if row.scope in SCOPES} == {403}


def test_every_endpoint_has_its_row_and_every_row_its_endpoint():
    rows = [(row.method, row.route) for row in TABLE]
    assert len(rows) == len(set(rows))
    assert sorted(rows) == endpoints()


def test_every_declared_scope_is_one_of_ours():
    def views(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from views(pattern.url_patterns)
            else:
                yield getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))

    declared = {scope for view in views(get_resolver().url_patterns) for scope in getattr(view, "scopes", {}).values()}
    assert declared - {"any-token"} == set(SCOPES)
