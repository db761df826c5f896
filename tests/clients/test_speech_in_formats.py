"""Plain answers in several formats: MiniMax's CLI, its MCP servers, LiteLLM."""

import json

import pytest

from tests.clients.shelf import characters, heard, heard_pcm

TEXT = "Hello, this is somebody else's client."
NARRATOR = "English_expressive_narrator"


@pytest.mark.parametrize(
    ("audio_format", "rate", "codec"),
    [
        ("mp3", 32000, "mp3float"),
        ("flac", 44100, "flac"),
        ("wav", 16000, "pcm_s16le"),
        ("pcmu_wav", 8000, "pcm_mulaw"),
        ("opus", 24000, "opus"),
    ],
)
def test_the_cli_of_the_vendor_saves_a_file_that_decodes(shelf, customer, seconds_of, audio_format, rate, codec):
    said = json.loads(
        shelf.mmx("speech", "synthesize", "--text", TEXT, "--format", audio_format, "--sample-rate", str(rate),
                  "--out", f"spoken.{audio_format}")
    )  # fmt: skip
    audio = heard(shelf.file("spoken.*"))
    # Opus always decodes at 48 kHz.
    assert (audio.codec, audio.rate) == (codec, 48000 if audio_format == "opus" else rate)
    assert audio.seconds == pytest.approx(seconds_of(TEXT, NARRATOR), abs=0.1)
    assert audio.seconds == pytest.approx(said["duration_ms"] / 1000, abs=0.1)
    assert audio.loudness > 300
    assert characters(customer) == [len(TEXT)]


@pytest.mark.parametrize(("audio_format", "rate", "width"), [("pcm", 32000, 2), ("pcmu_raw", 8000, 1)])
def test_the_cli_saves_audio_without_a_container(shelf, customer, seconds_of, audio_format, rate, width):
    shelf.mmx("speech", "synthesize", "--text", TEXT, "--format", audio_format, "--sample-rate", str(rate),
              "--out", "spoken.raw")  # fmt: skip
    content = shelf.file("spoken.raw").read_bytes()
    assert len(content) / width / rate == pytest.approx(seconds_of(TEXT, NARRATOR), abs=0.01)
    assert characters(customer) == [len(TEXT)]


def test_the_cli_fetches_subtitles_and_sends_rules_of_its_own_shape(shelf, customer):
    shelf.mmx("speech", "synthesize", "--text", TEXT, "--subtitles", "--out", "spoken.mp3")
    assert TEXT in shelf.file("spoken.srt").read_text()
    assert characters(customer) == [len(TEXT)]


@pytest.mark.parametrize("server", ["python", "node"])
@pytest.mark.parametrize(("audio_format", "codec"), [("mp3", "mp3float"), ("flac", "flac")])
def test_the_mcp_servers_of_the_vendor_answer_with_audio(shelf, customer, seconds_of, server, audio_format, codec):
    [answer] = shelf.mcp(server, ("text_to_audio", {"text": TEXT, "format": audio_format}))
    [line] = customer.bill()
    audio = heard(shelf.result(answer, f"t2a_*.{audio_format}"))
    assert (audio.codec, audio.rate) == (codec, 32000)
    model, happy = line["model"], {"emotion": "happy"}
    assert audio.seconds == pytest.approx(seconds_of(TEXT, line["voice_id"], model=model, voice_setting=happy), abs=0.1)
    assert line["characters"] == len(TEXT)


@pytest.mark.parametrize(
    ("audio_format", "codec"), [("mp3", "mp3float"), ("wav", "pcm_s16le"), ("flac", "flac"), ("pcm", "pcm_s16le")]
)
def test_litellm_speaks_with_its_names_for_voices(shelf, customer, seconds_of, audio_format, codec):
    shelf.drive("litellm", "speak_litellm.py", shelf.base_url, customer.key, "nova", audio_format, TEXT)
    path = shelf.file("nova.*")
    audio = heard_pcm(path.read_bytes(), 32000) if audio_format == "pcm" else heard(path)
    assert (audio.codec, audio.rate) == (codec, 32000)
    assert audio.seconds == pytest.approx(seconds_of(TEXT, "female-yujie", model="speech-2.6-hd"), abs=0.1)
    assert [(line["voice_id"], line["characters"]) for line in customer.bill()] == [("female-yujie", len(TEXT))]


def test_the_voices_litellm_maps_to_all_exist(shelf, customer):
    voices = "alloy,echo,fable,onyx,nova,shimmer"
    shelf.drive("litellm", "speak_litellm.py", shelf.base_url, customer.key, voices, "mp3", "Yes.")
    assert len({line["voice_id"] for line in customer.bill()}) == 6
