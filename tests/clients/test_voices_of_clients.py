"""Cloning, listing and design: MiniMax's MCP servers and its CLI."""

import json
import re

import pytest

from tests.clients.shelf import heard
from tests.sandbox.customer import tone

# The two servers name the arguments of their tools differently.
ARGUMENTS = {
    "python": {"voice": "voice_id", "sample": "file", "preview": "preview_text"},
    "node": {"voice": "voiceId", "sample": "audioFile", "preview": "previewText"},
}


@pytest.mark.parametrize("server", ["python", "node"])
def test_a_clone_is_made_used_and_then_listed(shelf, customer, server):
    name, voice = ARGUMENTS[server], f"Cloned_by_{server}_1"
    sample = shelf.folder / "sample.wav"
    sample.write_bytes(tone(120))
    order = {name["voice"]: voice, name["sample"]: str(sample), "text": "A preview."}
    cloned, before, spoken, after = shelf.mcp(
        server,
        ("voice_clone", order),
        ("list_voices", {}),
        ("text_to_audio", {"text": "Now it is used.", name["voice"]: voice}),
        ("list_voices", {}),
    )
    assert "uccess" in cloned
    assert "uccess" in spoken
    assert (voice in before, voice in after) == (False, True)
    assert heard(shelf.result(cloned, "voice_clone_*")).seconds > 0.4
    assert customer.voice(voice)["state"] == "permanent"
    assert [line["operation"] for line in customer.bill()] == ["clone_preview", "t2a", "clone_fee"]


@pytest.mark.parametrize("server", ["python", "node"])
def test_a_designed_voice_speaks_its_preview(shelf, customer, server):
    order = {"prompt": "An old man with a deep voice", ARGUMENTS[server]["preview"]: "I have seen it all."}
    [answer] = shelf.mcp(server, ("voice_design", order))
    found = re.search(r"ttv-voice-[\w-]+", answer)
    assert found, answer
    assert customer.voice(found[0])["kind"] == "generation"
    audio = heard(shelf.file("voice_design_*.mp3"))
    assert (audio.seconds > 0.5, audio.loudness > 300) == (True, True)
    assert [line["characters"] for line in customer.bill()] == [19]


def test_the_cli_lists_the_voices_and_finds_those_of_a_language(shelf, customer):
    everything = json.loads(shelf.mmx("speech", "voices"))
    system = customer.controls.get("voices", params={"kind": "system"}).json()["voices"]
    assert set(everything) == {row["voice_id"] for row in system}
    korean = json.loads(shelf.mmx("speech", "voices", "--language", "korean"))
    assert {row["voice_id"] for row in korean} == {voice for voice in everything if voice.startswith("Korean_")}
