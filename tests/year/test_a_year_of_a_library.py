"""A year of 300 voices: four rules, three policies, and everything that goes wrong at a vendor."""

import pytest

from tests.year.houses import YEAR
from tests.year.judgement import judge
from tests.year.stage import Span, lived
from tests.year.verdicts import what_never_happened

SEED, VOICES, DAYS = 20_261_129, 300, 365


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(1500)
def test_a_year_with_300_voices_keeps_every_promise(cast, settings, monkeypatch, tmp_path):
    year = Span(seed=SEED, rules=YEAR, voices=VOICES, days=DAYS, rest_days=30)
    with lived(year, cast=cast, settings=settings, monkeypatch=monkeypatch, folder=tmp_path) as world:
        judge(world)
        assert what_never_happened(world) == []
