"""Streams over HTTP and the WebSocket: MiniMax's CLI, LiveKit's plugins, Pipecat."""

import pytest

from tests.clients.shelf import characters, heard, heard_pcm

TEXT = "Here comes the first sentence of the answer. And here is another one, a little longer."
LIVEKIT = {"voice": "socialmedia_female_2_v1", "model": "speech-02-turbo"}


@pytest.mark.parametrize("audio_format", ["mp3", "pcm", "flac"])
def test_livekit_decodes_the_stream_and_the_socket_as_they_come(shelf, customer, seconds_of, audio_format):
    shelf.drive("livekit", "speak_livekit.py", shelf.base_url, customer.key, audio_format, TEXT)
    streamed, spoken = heard(shelf.folder / "http.wav"), heard(shelf.folder / "socket.wav")
    assert (streamed.rate, spoken.rate) == (24000, 24000)
    # Its decoder drops the last tenth of a second of FLAC; the pieces are whole (tests/sandbox/test_streaming.py).
    assert streamed.seconds == pytest.approx(seconds_of(TEXT, **LIVEKIT), abs=0.2)
    assert spoken.seconds > 0.8 * streamed.seconds
    assert min(streamed.loudness, spoken.loudness) > 300
    whole, *sentences = characters(customer)
    assert whole == len(TEXT)
    assert sum(sentences) == pytest.approx(len(TEXT), abs=2)
    assert {line["voice_id"] for line in customer.bill()} == {LIVEKIT["voice"]}


def test_livekit_for_node_plays_the_stream_and_the_socket(shelf, customer, seconds_of):
    packages = shelf.package("@livekit/agents-plugin-minimax").parents[2]
    driver = str(shelf.driver("speak_livekit.cjs"))
    shelf.run("node", driver, str(packages), shelf.base_url, customer.key, TEXT)
    streamed, spoken = (heard_pcm((shelf.folder / name).read_bytes(), 24000) for name in ("http.pcm", "socket.pcm"))
    assert streamed.seconds == pytest.approx(seconds_of(TEXT, **LIVEKIT), abs=0.15)
    assert spoken.seconds > 0.8 * streamed.seconds
    assert min(streamed.loudness, spoken.loudness) > 300
    whole, *sentences = characters(customer)
    assert whole == len(TEXT)
    assert sum(sentences) == pytest.approx(len(TEXT), abs=2)


def test_pipecat_plays_the_stream_with_its_own_voice_and_the_group_id(shelf, customer, seconds_of):
    group_id = customer.controls.get("account", params={"key": customer.key}).json()["group_id"]
    shelf.drive("pipecat", "speak_pipecat.py", shelf.base_url, customer.key, group_id, TEXT)
    audio = heard_pcm(shelf.file("spoken.pcm").read_bytes(), 24000)
    expected = seconds_of(TEXT, "Calm_Woman", model="speech-2.8-turbo")
    assert audio.seconds == pytest.approx(expected, abs=0.15)
    assert audio.loudness > 300
    assert {line["voice_id"] for line in customer.bill()} == {"Calm_Woman"}
    assert sum(characters(customer)) == pytest.approx(len(TEXT), abs=2)


def test_the_cli_hears_everything_twice_because_it_keeps_the_last_frame_too(shelf, customer, seconds_of):
    # It neither excludes the whole audio from the last frame nor drops it. The vendor documents that frame.
    path = shelf.folder / "stream.mp3"
    path.write_bytes(shelf.mmx("speech", "synthesize", "--text", TEXT, "--stream"))
    expected = seconds_of(TEXT, "English_expressive_narrator")
    assert heard(path).seconds == pytest.approx(2 * expected, abs=0.2)
    assert characters(customer) == [len(TEXT)]
