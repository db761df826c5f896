"""A season of a small library: what `test_a_year_of_a_library.py` lives through with 300 voices, in some seconds."""

import pytest

from tests.year.houses import SEASON
from tests.year.judgement import judge
from tests.year.stage import Span, lived

# Drawn so that the season brings losses, a frozen account, cloning again, open circuits and unresolved calls.
SEED = 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_a_library_survives_a_season(cast, settings, monkeypatch, tmp_path):
    season = Span(seed=SEED, rules=SEASON, voices=30, days=50, rest_days=14)
    with lived(season, cast=cast, settings=settings, monkeypatch=monkeypatch, folder=tmp_path) as world:
        judge(world)
