"""What WaveSpeed charges: every character is one unit (speech pages), at a price of its own for each model."""

from typing import Any

from providers.sandbox.wavespeed.asks import CLONE, DEFAULT_CLONE_TEXT, DESIGN, SPEECH_MODELS

# Micro-USD per character, from the model pages. No page was seen for 2.5-hd and 2.8: as dear as the dearest of a kind.
MICROS_PER_CHARACTER = {
    "speech-02-hd": 50,
    "speech-02-turbo": 30,
    "speech-2.5-hd-preview": 100,
    "speech-2.5-turbo-preview": 40,
    "speech-2.6-hd": 100,
    "speech-2.6-turbo": 60,
    "speech-2.8-hd": 100,
    "speech-2.8-turbo": 60,
}
DESIGN_PREVIEW_MICROS_PER_CHARACTER = 60
STARTING_BALANCE_MICROS = 1_000_000_000


def base_price(model_id: str) -> float:
    """Dollars per 1000 characters, as the list of models tells it."""
    return micros_per_character(model_id, {}) / 1000


def micros_per_character(model_id: str, inputs: dict[str, Any]) -> int:
    """The price of one character of what a model speaks; a clone's preview costs what its model costs."""
    if model_id == DESIGN:
        return DESIGN_PREVIEW_MICROS_PER_CHARACTER
    name = str(inputs.get("model") or "speech-02-hd") if model_id == CLONE else model_id.removeprefix("minimax/")
    return MICROS_PER_CHARACTER.get(name, MICROS_PER_CHARACTER["speech-2.8-hd"])


def price_of(model_id: str, inputs: dict[str, Any]) -> float:
    """Dollars for one request."""
    text = str(inputs.get("text") or ("" if model_id in SPEECH_MODELS else DEFAULT_CLONE_TEXT))
    return len(text) * micros_per_character(model_id, inputs) / 1_000_000
