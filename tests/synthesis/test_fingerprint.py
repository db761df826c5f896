"""What makes two pieces of audio the same."""

from typing import Any

import pytest

from synthesis.fingerprint import fingerprint

HEARD: dict[str, Any] = {
    "provider_voice_id": "home",
    "generation": 1,
    "vendor_voice_id": "vendor",
    "model": "speech-2.8-hd",
    "text": "Hello.",
    "settings": {"speed": 1.0},
    "rules": ["SQL/sequel"],
    "audio_format": {"container": "mp3"},
}


def test_a_fingerprint_stays_the_same_for_ever():
    # Changing this value makes every stored clip be paid again: raise the edition on purpose, not by accident.
    assert fingerprint(**HEARD) == "6287f7727dfed960619eb883e2aed61f2886c6f80108122c5ebf4ac1d68ef970"


@pytest.mark.parametrize(
    "change",
    [
        {"provider_voice_id": "other"},
        {"generation": 2},
        {"vendor_voice_id": "other"},
        {"model": "speech-2.8-turbo"},
        {"text": "Hello!"},
        {"settings": {}},
        {"rules": []},
        {"rules": ["SQL/sequel", "a/b"]},
        {"audio_format": {"container": "wav"}},
    ],
)
def test_everything_audible_changes_the_fingerprint(change):
    assert fingerprint(**{**HEARD, **change}) != fingerprint(**HEARD)


def test_the_order_of_names_does_not_change_the_fingerprint():
    one = fingerprint(**{**HEARD, "settings": {"speed": 1.0, "pitch": 2}})
    other = fingerprint(**{**HEARD, "settings": {"pitch": 2, "speed": 1.0}})
    assert one == other
