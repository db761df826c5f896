"""A season of a small library: what `test_a_year_of_a_library.py` lives through with 300 voices, in some seconds."""

import pytest

from tests.year.judgement import judge
from tests.year.stage import lived

SEED = 20_261_129


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_a_library_survives_a_season(cast, settings, monkeypatch, tmp_path):
    season = {"seed": SEED, "voices": 16, "days": 45, "rest_days": 14}
    with lived(cast=cast, settings=settings, monkeypatch=monkeypatch, folder=tmp_path, **season) as world:
        judge(world)
