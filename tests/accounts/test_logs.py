"""Logs: one JSON object a line that says who asked in which request, and never a secret."""

import json
import logging

import pytest

from accounts.logs import JsonFormatter, add_to_request, begin_request, end_request


@pytest.fixture
def lines():
    """What was logged, as a machine reads it."""
    written = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    handler = Keep(logging.DEBUG)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger("accounts")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_written_in_a_request_names_request_team_and_key(lines):
    logger = logging.getLogger("accounts.test")
    begun = begin_request("r-1")
    add_to_request(team="demo", token_prefix="abc")
    logger.warning("inside")
    end_request(begun)
    logger.warning("outside")
    inside, outside = lines
    assert (inside["request_id"], inside["team"], inside["token_prefix"]) == ("r-1", "demo", "abc")
    assert "request_id" not in outside


def test_a_sensible_request_id_of_the_caller_is_kept_and_any_other_replaced(cast):
    api = cast.api()
    assert api.get("/api/v1/me", headers={"X-Request-Id": "from-the-caller-1"})["X-Request-Id"] == "from-the-caller-1"
    assert api.get("/api/v1/me", headers={"X-Request-Id": "a b\tc"})["X-Request-Id"] != "a b\tc"


def test_extra_fields_that_are_not_listed_stay_out(lines):
    logging.getLogger("accounts.test").warning("a call", extra={"attempt": "a1", "password": "hush"})
    assert lines[-1]["attempt"] == "a1"
    assert "hush" not in json.dumps(lines)
