"""Paid calls leave their time, their outcome and their characters in the metrics."""

from prometheus_client import REGISTRY


def _value(name, **labels):
    return REGISTRY.get_sample_value(name, {"provider": "minimax", **labels}) or 0


def _calls(outcome):
    return _value("voicelib_paid_call_seconds_count", kind="speech", outcome=outcome)


def test_a_call_is_timed_under_how_it_ended(ask, render_all, vendor):
    answered, limited = _calls("answered"), _calls("rate_limited")
    vendor.fail("rate_limit", count=1)
    ask("Measured.")
    render_all()
    render_all()

    assert (_calls("answered") - answered, _calls("rate_limited") - limited) == (1, 1)


def test_characters_are_counted_when_they_are_booked(ask, render_all, django_capture_on_commit_callbacks):
    before = _value("voicelib_billed_characters_total", kind="speech", source="provider")
    ask("Counted once.")
    with django_capture_on_commit_callbacks(execute=True):
        render_all()

    assert _value("voicelib_billed_characters_total", kind="speech", source="provider") - before == len("Counted once.")
