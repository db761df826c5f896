"""Options of a provider account: what a provider's documentation leaves open, as data each adapter declares.

An option is checked where it is entered, shown in the forms and listed in the docs from the same row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: what it must be (``expected``, for people) and whether a value ``fits``, what holds without it
    (``default``), and what it does."""

    name: str
    expected: str
    fits: Callable[[object], bool]
    default: str
    meaning: str


def switch(name: str, meaning: str, *, default: bool = False) -> Option:
    """An option that is on or off."""
    return Option(
        name=name,
        expected="true or false",
        fits=lambda value: isinstance(value, bool),
        default="true" if default else "false",
        meaning=meaning,
    )


def text(name: str, meaning: str, *, default: str) -> Option:
    """An option that is a text."""
    return Option(
        name=name, expected="a text", fits=lambda value: isinstance(value, str), default=default, meaning=meaning
    )


def one_of(name: str, values: tuple[str, ...], meaning: str, *, default: str) -> Option:
    """An option with known values."""
    return Option(
        name=name,
        expected=" or ".join(values),
        fits=lambda value: isinstance(value, str) and value in values,
        default=default,
        meaning=meaning,
    )


def whole(name: str, least: int, most: int, meaning: str, *, default: str) -> Option:
    """An option that is a whole number."""
    return Option(
        name=name,
        expected=f"a whole number from {least} to {most}",
        fits=lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most,
        default=default,
        meaning=meaning,
    )


def seconds(name: str, least: float, most: float, meaning: str, *, default: str) -> Option:
    """An option that is a length of time."""
    return Option(
        name=name,
        expected=f"seconds from {least} to {most}",
        fits=lambda value: isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most,
        default=default,
        meaning=meaning,
    )


_MOST_NAMES, _LONGEST_NAME = 1000, 256


def _is_names(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MOST_NAMES
        and all(isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME for name in value)
    )


FAILURES_MAY_CHARGE = switch(
    "failures_may_charge", "failures on the provider's side count as possibly charged", default=True
)
MIX_WEIGHTS_FIELD = one_of(
    "mix_weights_field",
    ("timbre_weights", "timber_weights"),
    "how the field of mixed voices is spelt",
    default="what the provider's page of the model says",
)
FLUENT_ON_28 = switch("fluent_on_28", "the account may use the emotion `fluent` with the 2.8 models")
RETRY_WITHOUT_EMOTION = switch(
    "retry_without_emotion",
    "where a voice refuses the emotion, speak once more without it and say so on the clip (finding "
    "`emotion_dropped`); else the clip fails with the refusal",
)
LONG_TEXT_LIMIT = whole(
    "long_text_limit",
    1,
    1_000_000,
    "the longest text of an asynchronous synthesis, where the provider allows another number",
    default="as documented",
)
VOICES = Option(
    name="voices",
    expected="a list of voice names",
    fits=_is_names,
    default="none",
    meaning="names of voices that are there and in no list we know, so that they can be used as system voices; who "
    "sets "
    "it answers for nobody's clone being among them",
)
