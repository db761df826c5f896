"""A consent may allow some projects, languages and purposes only: anything else is refused before it costs."""

from dataclasses import replace

import pytest

from accounts.errors import ConflictError
from accounts.models import Attempt, Hold, Project
from accounts.payer import Actor, Payer
from synthesis.flows.clips import ask_clip, retry_clip
from synthesis.flows.estimates import estimate
from synthesis.models import Clip
from voicelib.consent_scope import Outside, Use, outside, spoken_language
from voicelib.flows.activation_orders import ask_activation
from voicelib.flows.clone_orders import ask_clone
from voicelib.models import Consent

ADS = {"projects": ["ads"]}


@pytest.fixture
def narrow(cast, voice):
    """`narrow(scope)` gives the narrator a consent of that scope."""

    def make(scope):
        voice.consent = Consent.objects.create(
            team=cast.team, speaker="Ann", statement="I agree.", locale="en", scope=scope
        )
        voice.save()

    return make


@pytest.fixture
def ads(cast):
    return Project.objects.create(team=cast.team, slug="ads", name="Ads")


def refused(call):
    with pytest.raises(ConflictError) as refusal:
        call()
    assert refusal.value.code == "outside_consent"
    assert not Hold.objects.exists()
    assert not Clip.objects.exists()
    return refusal.value


@pytest.mark.parametrize(
    ("scope", "wish", "field"),
    [
        (ADS, {}, "project"),
        ({"languages": ["de"]}, {}, "voice"),
        ({"languages": ["en"]}, {"settings": {"language_boost": "Chinese"}}, "settings.language_boost"),
        ({"purposes": ["support"]}, {}, "purpose"),
        ({"purposes": ["support"]}, {"purpose": "advertising"}, "purpose"),
    ],
)
def test_a_use_outside_of_the_consent_is_refused_before_spending(narrow, ask, scope, wish, field):
    narrow(scope)
    refusal = refused(lambda: ask(**wish))
    assert refusal.field == field
    assert refusal.data == {"allowed": next(iter(scope.values()))}
    assert ", ".join(refusal.data["allowed"]) in refusal.detail


@pytest.mark.parametrize(
    ("scope", "wish"),
    [
        ({"languages": ["en"]}, {}),
        ({"languages": ["zh", "en"]}, {"settings": {"language_boost": "Chinese"}}),
        ({"purposes": ["support"]}, {"purpose": "support"}),
        ({"projects": []}, {}),
        ({}, {"purpose": "anything"}),
    ],
)
def test_what_the_consent_covers_is_spoken(narrow, ask, render_all, scope, wish):
    narrow(scope)
    clip = ask(**wish)
    render_all()
    clip.refresh_from_db()
    assert (clip.state, clip.purpose) == ("ready", wish.get("purpose", ""))


def test_a_project_in_the_scope_may_speak(narrow, ask, ads):
    narrow(ADS)
    assert ask(project=ads).project_id == ads.id


def test_audio_that_is_there_already_is_refused_to_other_projects_too(cast, narrow, ask, ads, render_all):
    narrow(ADS)
    ask(project=ads)
    render_all()
    with pytest.raises(ConflictError) as refusal:
        ask(project=cast.project)
    assert refusal.value.code == "outside_consent"
    assert Clip.objects.count() == 1


def test_an_estimate_refuses_as_the_clip_would(cast, narrow, voice):
    narrow(ADS)
    payer = Payer(cast.team.id)
    assert refused(lambda: estimate(team=cast.team, payer=payer, voice_slug=voice.slug, text="Hi.")).field == "project"


def test_a_consent_exchanged_meanwhile_stops_what_is_queued(cast, narrow, ask, ads, render_all, vendor):
    clip = ask()
    narrow(ADS)
    render_all()
    clip.refresh_from_db()
    assert (clip.state, clip.error["code"]) == ("failed", "outside_consent")
    assert not Hold.objects.filter(state="open").exists()
    assert not Attempt.objects.exclude(state="released").exists()
    owner = Actor(user_id=cast.owner.id, name="Owner")
    with pytest.raises(ConflictError) as refusal:
        retry_clip(team=cast.team, clip_id=clip.id, payer=Payer(cast.team.id), actor=owner)
    assert refusal.value.code == "outside_consent"


def test_clones_and_activations_are_uses_too(cast, narrow, voice):
    narrow(ADS)
    voice.kind = "cloned"
    voice.save()
    actor, payer = Actor(user_id=cast.owner.id, name="Owner"), Payer(cast.team.id, cast.project.id)
    with pytest.raises(ConflictError) as refusal:
        ask_activation(voice=voice, account=None, actor=actor, payer=payer)
    assert (refusal.value.code, refusal.value.field) == ("outside_consent", "project")
    with pytest.raises(ConflictError) as refusal:
        ask_clone(voice=voice, account=cast.account, actor=actor, payer=payer)
    assert refusal.value.code in ("outside_consent", "sample_missing")


def test_over_rest_a_clip_outside_of_the_consent_is_a_problem_that_says_what_to_do(cast, narrow, voice):
    narrow(ADS | {"purposes": ["support"]})
    Project.objects.create(team=cast.team, slug="ads", name="Ads")
    api = cast.api()
    wish = {"voice": voice.slug, "text": "Hello."}
    answer = api.post("/api/v1/clips", wish)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "outside_consent", "project")
    assert answer.json()["allowed"] == ["ads"]
    answer = api.post("/api/v1/clips", wish | {"project": "ads"})
    assert answer.json()["field"] == "purpose"
    answer = api.post("/api/v1/clips", wish | {"project": "ads", "purpose": "support"})
    assert (answer.status_code, answer.json()["purpose"]) == (202, "support")
    assert ask_clip(
        team=cast.team,
        payer=replace(Payer(cast.team.id), project_id=cast.team.projects.get(slug="ads").id),
        actor=Actor(name="x"),
        voice_slug=voice.slug,
        text="Other.",
        purpose="support",
    )


@pytest.mark.parametrize(
    ("allowed", "asked", "fits"),
    [("en", "en", True), ("en", "EN-gb", True), ("en-GB", "en", False), ("e", "en", False), ("zh", "yue", False)],
)
def test_a_language_covers_its_regions_and_no_other(allowed, asked, fits):
    found = outside({"languages": [allowed]}, Use(project=None, language=asked))
    assert found == (None if fits else Outside("languages", (allowed,)))


@pytest.mark.parametrize(
    ("boost", "language"),
    [(None, "en-GB"), ("auto", "en-GB"), ("Chinese", "zh"), ("Chinese,Yue", "yue"), ("Klingon", "Klingon")],
)
def test_the_language_of_a_clip_is_the_one_asked_for_else_the_voices(boost, language):
    assert spoken_language(language_boost=boost, voice_language="en-GB") == language
