"""Recordings: judged by their bytes, kept once."""

import io

import pytest
from django.core.files.storage import storages

from accounts.errors import InvalidInputError
from accounts.models import Event
from tests.studio import SAMPLE
from tests.voicelib.conftest import wav
from voicelib.errors import SampleRefusedError
from voicelib.flows.samples import add_sample, read_sample
from voicelib.models import Sample
from voicelib.sample_rules import LARGEST_BYTES, Recording, check_recording


@pytest.fixture
def add(cast, actor):
    def add(content: bytes, name: str = "recording", team=None) -> Sample:
        return add_sample(team=team or cast.team, actor=actor, file=io.BytesIO(content), name=name)

    return add


def test_a_recording_is_described_by_its_bytes_and_kept_by_its_content(sample, cast):
    assert (sample.format, sample.sample_rate, sample.channels) == ("mp3", 24000, 1)
    assert 16_000 < sample.duration_ms < 17_500
    assert sample.storage_key == f"{cast.team.id}/{sample.sha256}.mp3"
    assert read_sample(sample) == SAMPLE.read_bytes()
    assert sample.findings == []


def test_the_same_content_is_the_same_sample(sample, add):
    assert add(SAMPLE.read_bytes(), name="again").id == sample.id
    assert Event.objects.filter(kind="sample.added").count() == 1


def test_another_team_has_a_sample_of_its_own(sample, add, cast):
    theirs = add(SAMPLE.read_bytes(), team=cast.other_team)
    assert theirs.id != sample.id
    assert theirs.storage_key != sample.storage_key


def test_half_a_file_left_by_a_crash_is_written_anew(add, cast, sample):
    storage = storages["samples"]
    Sample.objects.all().delete()
    storage.delete(sample.storage_key)
    with storage.open(sample.storage_key, "wb") as file:
        file.write(b"half")
    assert read_sample(add(SAMPLE.read_bytes())) == SAMPLE.read_bytes()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sample_empty"),
        (b"x" * (LARGEST_BYTES + 5), "sample_too_large"),
        (b"hello, I am no audio at all" * 100, "sample_format_unsupported"),
        (b"fLaC" + bytes(100), "sample_not_audio"),
        (b"OggS" + bytes(100), "sample_not_audio"),
        (b"ID3" + bytes(400), "sample_not_audio"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_reason(add, content, code):
    with pytest.raises(SampleRefusedError) as refusal:
        add(content)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert Sample.objects.count() == 0


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(9.5, "sample_too_short"), (301, "sample_too_long")],
)
def test_ten_seconds_to_five_minutes_are_taken(add, seconds, code):
    with pytest.raises(SampleRefusedError) as refusal:
        add(wav(seconds, rate=8000))
    assert refusal.value.code == code


def test_silence_is_refused(add):
    with pytest.raises(SampleRefusedError) as refusal:
        add(wav(12, level=0))
    assert refusal.value.code == "sample_silent"


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ({"level": 0.005}, "quiet"),
        ({"level": 1.0}, "clipping"),
        ({"sounding": 0.3}, "mostly_silence"),
        ({"rate": 8000}, "low_sample_rate"),
        ({"channels": 2}, "not_mono"),
    ],
)
def test_what_is_worth_knowing_is_told(add, shape, code):
    found = add(wav(12, **shape)).findings
    assert code in {finding["code"] for finding in found}
    assert all(set(finding) == {"code", "severity", "message"} for finding in found)


def test_exactly_ten_seconds_are_enough():
    good = Recording(
        format="wav",
        size=1000,
        duration_ms=10_000,
        sample_rate=24_000,
        channels=1,
        loudness_lufs=-20.0,
        true_peak_db=-3.0,
        silence_ratio=0.1,
    )
    assert check_recording(good) == []


def test_a_sample_has_a_name(add):
    with pytest.raises(InvalidInputError) as refusal:
        add(SAMPLE.read_bytes(), name=" ")
    assert refusal.value.field == "name"
