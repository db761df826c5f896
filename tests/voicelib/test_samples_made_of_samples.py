"""Made over by wish: trimmed, louder, in another format. The original stays."""

import io

import pytest
from django.core.files.storage import storages

from accounts.models import Event
from providers.probe import probe
from providers.types import CloneCapabilities
from tests.cast import Api, make_token
from tests.voicelib.sounds import as_webm, bursts
from voicelib.errors import SampleRefusedError
from voicelib.flows.derived_samples import derive_sample, sample_for
from voicelib.flows.samples import add_sample, read_sample
from voicelib.models import Sample
from voicelib.sample_recipes import recipe_for

MINIMAX = CloneCapabilities(
    handover="upload",
    sample_containers=frozenset({"mp3", "m4a", "wav"}),
    min_ms=10_000,
    max_ms=300_000,
    max_bytes=20 * 1024 * 1024,
    preview_limit=1000,
    who_picks_id="caller",
    voice_id_pattern=".*",
)


@pytest.fixture
def add(cast, actor):
    def add(content: bytes) -> Sample:
        return add_sample(team=cast.team, actor=actor, file=io.BytesIO(content), name="Ada")

    return add


@pytest.fixture
def long_ends(add):
    return add(bursts(12, floor=0.001, lead=2, tail=3))


def test_silence_is_cut_off_both_ends_but_for_a_breath(long_ends, actor):
    made = derive_sample(sample=long_ends, actor=actor, trim_silence=True)
    assert made.duration_ms == pytest.approx(11_200 + 400, abs=50)
    assert made.recipe["cut_ms"] == pytest.approx(2_000 + 3_000 + 800 - 400, abs=50)
    assert made.measures["lead_ms"] == pytest.approx(200, abs=10)


def test_the_loudness_that_was_asked_for_is_reached(long_ends, actor):
    made = derive_sample(sample=long_ends, actor=actor, loudness_lufs=-24)
    assert made.loudness_lufs == pytest.approx(-24, abs=0.2)
    assert made.recipe["gain_db"] == pytest.approx(-24 - long_ends.loudness_lufs, abs=0.1)


def test_peaks_are_not_clipped_for_the_sake_of_loudness(add, actor):
    peaky = add(bursts(12, level=0.2, floor=0.001))
    made = derive_sample(sample=peaky, actor=actor, loudness_lufs=-10)
    assert made.measures["true_peak_db"] <= -0.8
    assert made.measures["clipped_samples"] == 0


def test_the_original_stays_as_it_came(long_ends, actor):
    before = read_sample(long_ends)
    made = derive_sample(sample=long_ends, actor=actor, trim_silence=True, container="mp3")
    assert (made.parent_id, made.format) == (long_ends.id, "mp3")
    assert read_sample(long_ends) == before
    assert Event.objects.filter(kind="sample.derived", subject_id=made.id).count() == 1


def test_the_same_wish_is_the_same_sample(long_ends, actor):
    made = [derive_sample(sample=long_ends, actor=actor, trim_silence=True) for _ in range(2)]
    assert made[0].id == made[1].id
    assert Sample.objects.count() == 2


def test_one_that_the_storage_lost_is_made_again(long_ends, actor):
    made = derive_sample(sample=long_ends, actor=actor, trim_silence=True)
    storages["samples"].delete(made.storage_key)
    again = derive_sample(sample=long_ends, actor=actor, trim_silence=True)
    assert again.id == made.id
    assert probe(read_sample(again)).duration_ms == made.duration_ms


def test_what_is_too_short_when_trimmed_is_refused_and_not_kept(add, actor):
    sample = add(bursts(9, floor=0.001, lead=2))
    with pytest.raises(SampleRefusedError) as refused:
        derive_sample(sample=sample, actor=actor, trim_silence=True)
    assert refused.value.code == "sample_too_short"
    assert Sample.objects.count() == 1


def test_a_provider_is_handed_what_it_takes(add):
    recorded = add(as_webm(bursts(11, floor=0.001)))
    handed = sample_for(sample=recorded, clone=MINIMAX)
    assert (handed.format, handed.channels, handed.parent_id) == ("wav", 1, recorded.id)
    assert sample_for(sample=handed, clone=MINIMAX).id == handed.id


@pytest.mark.parametrize(
    ("facts", "container"),
    [
        ({"format": "wav", "size": 19 * 2**20}, None),
        ({"format": "m4a", "size": 100}, None),
        ({"format": "wav", "size": 80 * 2**20, "duration_ms": 200_000}, "wav"),
        ({"format": "wav", "size": 80 * 2**20, "duration_ms": 299_000}, "mp3"),
        ({"format": "webm", "size": 100, "sample_rate": 8_000}, "wav"),
    ],
)
def test_the_first_format_that_fits_is_chosen(facts, container):
    recipe = recipe_for(**{"sample_rate": 48_000, "duration_ms": 60_000, **facts}, clone=MINIMAX)
    assert (recipe and recipe.container) == container


def test_a_recording_that_cannot_be_made_to_fit_is_refused():
    only_ogg = CloneCapabilities(
        handover="upload",
        sample_containers=frozenset({"ogg"}),
        min_ms=0,
        max_ms=300_000,
        max_bytes=1000,
        preview_limit=0,
        who_picks_id="caller",
        voice_id_pattern=".*",
    )
    with pytest.raises(SampleRefusedError) as refused:
        recipe_for(format="mp3", size=100, sample_rate=24_000, duration_ms=20_000, clone=only_ogg)
    assert refused.value.code == "sample_unsuitable"


def test_it_is_asked_for_over_rest(cast, long_ends):
    api = Api(make_token(cast.editor, cast.team))
    wish = {"trim_silence": True, "loudness_lufs": -20, "container": "flac"}
    made = api.post(f"/api/v1/samples/{long_ends.id}/derive", wish)
    assert made.status_code == 201, made.content
    assert (made.json()["made_of"], made.json()["format"]) == (long_ends.id, "flac")
    listed = api.get(f"/api/v1/samples?made_of={long_ends.id}").json()["results"]
    assert [sample["id"] for sample in listed] == [made.json()["id"]]
    refused = api.post(f"/api/v1/samples/{long_ends.id}/derive", {"loudness_lufs": 3})
    assert (refused.status_code, refused.json()["field"]) == (400, "loudness_lufs")
