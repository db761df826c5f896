"""A season of a small library: what the service suite lives through for a year with 300 voices, in some seconds."""

import pytest

from tests.year.judgement import judge
from tests.year.stage import lived

SEED = 20_261_129


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_a_library_survives_a_season(cast, settings, monkeypatch, tmp_path):
    with lived(
        cast=cast, settings=settings, monkeypatch=monkeypatch, folder=tmp_path, seed=SEED, voices=24, days=90
    ) as world:
        judge(world)
