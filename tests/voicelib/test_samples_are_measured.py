"""What is told about a recording: speech, noise, silence, clipping, and how it looks."""

import io

import pytest
from django.core.files.storage import storages

from tests.cast import Api, make_token
from tests.voicelib.conftest import wav
from tests.voicelib.sounds import FORMATS, bursts
from voicelib.errors import SampleRefusedError, VoiceRefusedError
from voicelib.flows.samples import add_sample, measure_sample
from voicelib.models import Sample


@pytest.fixture
def add(cast, actor):
    def add(content: bytes, **wishes) -> Sample:
        return add_sample(team=cast.team, actor=actor, file=io.BytesIO(content), name="recording", **wishes)

    return add


def codes(sample):
    return {finding["code"] for finding in sample.findings}


@pytest.mark.parametrize("speaks", [0.3, 0.6, 1.0])
def test_the_share_of_speech_is_told(add, speaks):
    assert add(bursts(24, speaks=speaks, every=8)).measures["speech_ratio"] == pytest.approx(speaks, abs=0.05)


def test_the_level_of_the_speech_does_not_depend_on_the_pauses(add):
    levels = [add(bursts(24, speaks=speaks, every=8)).measures["speech_level_db"] for speaks in (0.4, 0.8)]
    assert levels == pytest.approx([-20, -20], abs=1)


def test_the_noise_below_the_speech_is_told(add):
    quiet, loud = add(bursts(12, floor=0.0005)), add(bursts(12, floor=0.02))
    assert quiet.measures["noise_floor_db"] == pytest.approx(-66, abs=1.5)
    assert loud.measures["snr_db"] == pytest.approx(14, abs=2)
    assert "noisy" in codes(loud)
    assert "noisy" not in codes(quiet)


def test_silence_at_the_ends_is_told(add):
    sample = add(bursts(12, lead=1.5, tail=0.7))
    assert (sample.measures["lead_ms"], sample.measures["tail_ms"]) == pytest.approx((1500, 1500), abs=20)
    assert "silent_ends" in codes(sample)


def test_little_speech_is_told_where_noise_fills_the_pauses(add):
    sample = add(bursts(12, speaks=0.2, floor=0.005))
    assert "little_speech" in codes(sample)
    assert "mostly_silence" not in codes(sample)


def test_samples_at_full_scale_are_counted(add):
    assert add(wav(12, level=1.0)).measures["clipped_samples"] > 12 * 20_000
    assert add(wav(12, level=0.9)).measures["clipped_samples"] == 0


def test_a_good_recording_is_found_good(sample):
    assert sample.findings == []
    assert sample.measures["speech_ratio"] > 0.8
    assert sample.measures["snr_db"] > 40


def test_the_peaks_follow_the_sound(add):
    sample = add(bursts(12, lead=4))
    lows, highs = sample.peaks[0::2], sample.peaks[1::2]
    assert len(lows) == 800
    assert set(lows[:199]) | set(highs[:199]) == {0}
    assert max(highs[205:]) > 30
    assert all(-128 <= low <= high <= 127 for low, high in zip(lows, highs, strict=True))


@pytest.mark.parametrize("container", FORMATS)
def test_recordings_of_every_common_format_are_taken_as_they_come(add, container):
    content = FORMATS[container](bursts(11, floor=0.001))
    sample = add(content)
    assert (sample.format, sample.size) == (container, len(content))
    assert sample.duration_ms == pytest.approx(11_000, abs=100)
    with storages["samples"].open(sample.storage_key) as kept:
        assert kept.read() == content


def test_a_prompt_is_short(add):
    assert add(bursts(5), purpose="prompt").purpose == "prompt"
    with pytest.raises(SampleRefusedError) as refused:
        add(bursts(8), purpose="prompt")
    assert refused.value.code == "sample_too_long"


def test_a_sample_from_before_is_measured_when_it_is_looked_at(cast, sample):
    Sample.objects.update(measures={}, peaks=[])
    answer = Api(make_token(cast.viewer, cast.team)).get(f"/api/v1/samples/{sample.id}/peaks").json()
    assert (answer["version"], answer["bits"], answer["length"], len(answer["data"])) == (2, 8, 800, 1600)
    assert Sample.objects.get().measures == sample.measures


def test_one_that_the_storage_lost_cannot_be_drawn(sample):
    Sample.objects.update(peaks=[])
    storages["samples"].delete(sample.storage_key)
    with pytest.raises(VoiceRefusedError) as refused:
        measure_sample(Sample.objects.get())
    assert refused.value.code == "sample_not_stored"
