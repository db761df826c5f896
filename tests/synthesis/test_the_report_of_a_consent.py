"""Every clip made under a consent can be listed, whatever became of the voice since."""

import csv

import pytest

from accounts.payer import Actor
from voicelib.flows.consents import revoke_consent
from voicelib.models import Consent, StatementText


@pytest.fixture
def consents(cast, voice):
    text = StatementText.objects.create(
        team=cast.team, name="release", locale="en", version=3, words="I agree.", published_by="Owner"
    )
    first, second = (
        Consent.objects.create(team=cast.team, speaker=name, statement="I agree.", locale="en", statement_text=text)
        for name in ("Ann", "Eve")
    )
    voice.consent = first
    voice.save()
    return first, second


def test_the_report_lists_what_was_made_under_a_consent_and_nothing_else(cast, voice, consents, ask, render_all):
    first, second = consents
    mine = [ask("One."), ask("=2+3", purpose="support")]
    voice.consent = second
    voice.save()
    other = ask("Three.")
    render_all()
    revoke_consent(team=cast.team, consent_id=first.id, actor=Actor(name="Owner"))

    api = cast.api()
    listed = api.get(f"/api/v1/consents/{first.id}/clips").json()["results"]
    assert [row["id"] for row in listed] == [clip.id for clip in reversed(mine)]
    assert [row["id"] for row in api.get(f"/api/v1/consents/{second.id}/clips").json()["results"]] == [other.id]

    answer = api.get(f"/api/v1/consents/{first.id}/clips.csv")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert [row["clip"] for row in rows] == [clip.id for clip in mine]
    assert [row["text"] for row in rows] == ["One.", "'=2+3"]
    assert [row["purpose"] for row in rows] == ["", "support"]
    assert [row["billed_characters"] for row in rows] == ["4", "4"]
    assert {row["statement_text"] for row in rows} == {"release en v3"}
    assert all(row["sha256"] and row["state"] == "ready" and row["voice"] == voice.slug for row in rows)
