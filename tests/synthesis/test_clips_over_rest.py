"""The REST surface of clips: shapes, states, filters, refusals."""

import pytest

from accounts.flows.verify import verify_ledger
from synthesis.models import Clip
from tests.cast import Api, make_token
from tests.synthesis.conftest import make_voice

CLIPS = "/api/v1/clips"
FIELDS = {
    "id",
    "state",
    "voice",
    "text",
    "applied_text",
    "format",
    "duration_ms",
    "size",
    "sha256",
    "estimated_characters",
    "billed_characters",
    "saved_characters",
    "amount",
    "error",
    "trace_ids",
    "audio_url",
    "created_at",
}


@pytest.fixture
def api(cast, voice):
    return cast.api()


def test_asking_answers_202_and_everything_that_is_not_known_yet_as_null(api):
    answer = api.post(CLIPS, {"voice": "narrator", "text": "Hello 世界", "metadata": {"order": 7}})

    clip = answer.json()
    assert answer.status_code == 202
    assert set(clip) >= FIELDS
    assert (clip["state"], clip["voice"], clip["text"], clip["estimated_characters"]) == (
        "queued",
        "narrator",
        "Hello 世界",
        10,
    )
    unknown = ("duration_ms", "size", "sha256", "billed_characters", "amount", "error", "audio_url", "finished_at")
    assert {clip[name] for name in unknown} == {None}
    assert clip["format"] == {"container": "mp3", "sample_rate": 32000, "bitrate": 128000, "channels": 1}
    assert (clip["metadata"], clip["trace_ids"]) == ({"order": 7}, [])


def test_a_finished_clip_says_what_it_is_and_what_it_cost(api, render_all, vendor):
    clip_id = api.post(CLIPS, {"voice": "narrator", "text": "Hello there."}).json()["id"]
    render_all()

    clip = api.get(f"{CLIPS}/{clip_id}").json()

    assert (clip["state"], clip["billed_characters"], clip["saved_characters"]) == ("ready", 12, 0)
    assert clip["amount"] == {"amount_micros": 1200, "currency": "USD"}
    assert clip["trace_ids"] == [vendor.bill()[0]["trace_id"]]
    assert clip["size"] > 1000
    assert len(clip["sha256"]) == 64
    assert clip["audio_url"].startswith("http://")


def test_a_cache_hit_answers_201_with_cost_headers(api, render_all, vendor):
    api.post(CLIPS, {"voice": "narrator", "text": "Hello there."})
    render_all()

    answer = api.post(CLIPS, {"voice": "narrator", "text": "Hello there."})

    assert answer.status_code == 201
    assert (answer.json()["billed_characters"], answer.json()["saved_characters"]) == (0, 12)
    assert answer.json()["amount"] == {"amount_micros": 0, "currency": "USD"}
    assert (answer["X-Billed-Characters"], answer["X-Cache"]) == ("0", "hit")
    assert answer["X-Trace-Id"] == vendor.bill()[0]["trace_id"]


def test_a_replayed_answer_names_the_same_cost(api, render_all, voice):
    api.post(CLIPS, {"voice": "narrator", "text": "Hello there."})
    render_all()
    ask = {"voice": "narrator", "text": "Hello there."}

    first, again = (api.post(CLIPS, ask, headers={"Idempotency-Key": "k-1"}) for _ in range(2))

    assert again["Idempotent-Replayed"] == "true"
    for header in ("X-Billed-Characters", "X-Cache", "X-Trace-Id"):
        assert again[header] == first[header]


def test_the_list_is_filtered_and_newest_first(cast, api, render_all):
    make_voice(cast, "other", "English_radiant_girl")
    first = api.post(CLIPS, {"voice": "narrator", "text": "A red fox."}).json()["id"]
    render_all()
    second = api.post(CLIPS, {"voice": "other", "text": "A blue fox.", "project": "website"}).json()["id"]

    def listed(**filters):
        return [clip["id"] for clip in api.get(CLIPS, filters).json()["results"]]

    assert listed() == [second, first]
    assert listed(state="ready") == [first]
    assert listed(voice="other") == [second]
    assert listed(project="website") == [second]
    assert listed(q="BLUE") == [second]
    assert listed(q="fox", state="failed") == []
    assert api.get(CLIPS, {"state": "done"}).status_code == 400


def test_a_list_costs_the_same_number_of_queries_however_long(api, django_assert_max_num_queries, render_all):
    for number in range(3):
        api.post(CLIPS, {"voice": "narrator", "text": f"Number {number}."})
    render_all()
    with django_assert_max_num_queries(10):
        api.get(CLIPS)


def test_another_teams_clip_is_not_there(cast, api):
    clip_id = api.post(CLIPS, {"voice": "narrator", "text": "Ours."}).json()["id"]
    stranger = cast.api("outsider")
    for path, call in (
        ("", stranger.get),
        ("/audio", stranger.get),
        ("/retry", stranger.post),
        ("/cancel", stranger.post),
    ):
        answer = call(f"{CLIPS}/{clip_id}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "clip_not_found")
    assert stranger.get(CLIPS).json()["results"] == []
    assert stranger.post(CLIPS, {"voice": "narrator", "text": "Ours."}).json()["code"] == "voice_not_found"


@pytest.mark.parametrize(
    ("wish", "status", "code", "field"),
    [
        ({"voice": "nobody"}, 404, "voice_not_found", "voice"),
        ({"text": ""}, 400, "text_empty", "text"),
        ({"text": " \n"}, 400, "text_empty", "text"),
        ({"text": "…!?"}, 400, "text_unspeakable", "text"),
        ({"text": "bell \x07"}, 400, "text_invalid", "text"),
        ({"text": "a" * 10_000}, 400, "text_too_long", "text"),
        ({"model": "speech-99"}, 400, "unsupported", "model"),
        ({"format": "ogg"}, 400, "invalid_format", "format.container"),
        ({"format": {"container": "wav", "sample_rate": 12345}}, 400, "invalid_format", "format.sample_rate"),
        ({"format": {"codec": "x"}}, 400, "invalid_format", "format.codec"),
        ({"format": {"container": "wav", "bitrate": 128000}}, 400, "invalid_format", "format.bitrate"),
        ({"format": 7}, 400, "invalid_format", "format"),
        ({"settings": {"speeed": 1}}, 400, "unknown_setting", "settings.speeed"),
        ({"settings": {"speed": "fast"}}, 400, "invalid_setting", "settings.speed"),
        ({"settings": {"speed": 9}}, 400, "invalid_input", "settings.speed"),
        ({"settings": {"emotion": "hungry"}}, 400, "unsupported", "settings.emotion"),
        ({"settings": {"effects": {"sound": "cave"}}}, 400, "unsupported", "settings.effects.sound"),
        ({"settings": []}, 400, "invalid_input", "settings"),
        ({"dictionaries": ["none"]}, 404, "dictionary_not_found", "dictionaries"),
        ({"project": "none"}, 400, "project_unknown", "project"),
        ({"txet": "x"}, 400, "invalid_input", "txet"),
        ({"metadata": "x" * 5000}, 400, "invalid_input", "metadata"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name_and_nothing_is_written(api, wish, status, code, field):
    answer = api.post(CLIPS, {"voice": "narrator", "text": "Hello.", **wish})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (status, code, field)
    assert Clip.objects.count() == 0
    # An estimate refuses the same with the same words.
    if "metadata" not in wish:
        estimate = api.post("/api/v1/estimates", {"voice": "narrator", "text": "Hello.", **wish})
        assert (estimate.status_code, estimate.json()["code"]) == (status, code)


def test_a_full_budget_is_told_by_name_and_recorded(cast, api):
    api.post("/api/v1/budgets", {"scope": "project", "target": "website", "name": "Web", "characters": 20})
    clip = {"voice": "narrator", "text": "Exactly twenty-two ch.", "project": "website"}

    answer = api.post(CLIPS, clip)

    assert (answer.status_code, answer.json()["code"]) == (402, "budget_exceeded")
    assert answer.json()["budget"]["name"] == "Web"
    events = [event["kind"] for event in api.get("/api/v1/events").json()["results"]]
    assert "budget.refused" in events
    assert "clip.created" not in events
    assert verify_ledger() == []


def test_a_queued_clip_can_be_taken_back_and_costs_nothing(api, render_all, vendor):
    clip_id = api.post(CLIPS, {"voice": "narrator", "text": "Never mind."}).json()["id"]

    assert api.post(f"{CLIPS}/{clip_id}/cancel").json()["state"] == "canceled"
    render_all()

    assert api.get(f"{CLIPS}/{clip_id}").json()["state"] == "canceled"
    assert vendor.requests() == 0
    assert api.post(f"{CLIPS}/{clip_id}/cancel").json()["code"] == "clip_not_queued"
    assert verify_ledger() == []


def test_taking_back_one_of_two_leaves_the_other_its_audio(api, render_all, vendor):
    clips = [api.post(CLIPS, {"voice": "narrator", "text": "For two."}).json()["id"] for _ in range(2)]
    api.post(f"{CLIPS}/{clips[0]}/cancel")
    render_all()
    assert [api.get(f"{CLIPS}/{clip_id}").json()["state"] for clip_id in clips] == ["canceled", "ready"]
    assert verify_ledger() == []


def test_a_viewer_hears_and_cannot_ask(cast, api, render_all):
    clip_id = api.post(CLIPS, {"voice": "narrator", "text": "Hello."}).json()["id"]
    render_all()
    viewer = cast.api("viewer")
    heard = viewer.get(f"{CLIPS}/{clip_id}/audio")
    assert heard.status_code == 200
    assert heard.getvalue()
    assert viewer.post(CLIPS, {"voice": "narrator", "text": "Hi."}).status_code == 403
    assert viewer.post(f"{CLIPS}/{clip_id}/retry").status_code == 403


def test_the_project_of_the_token_pays_where_none_is_named(cast, voice):
    api = Api(make_token(cast.owner, cast.team, project=cast.project))
    assert api.post(CLIPS, {"voice": "narrator", "text": "Hello."}).json()["project"] == "website"
