"""Which pronunciation a clip speaks with: the newest published versions when it was asked for."""

import pytest

from accounts.payer import Actor
from synthesis.models import Rendering
from voicelib.flows.dictionaries import add_rule, create_dictionary, publish

CLIPS = "/api/v1/clips"


@pytest.fixture
def dictionary(cast):
    """`dictionary(slug, source, replacement)` → a draft with one rule, and a way to publish it."""
    actor = Actor(user_id=cast.owner.id, name="Owner")

    class Draft:
        def __init__(self, slug, **rules):
            self.draft = create_dictionary(team=cast.team, actor=actor, name=slug, slug=slug, language="en")
            self.add(**rules)

        def add(self, **rules):
            for source, replacement in rules.items():
                add_rule(dictionary=self.draft, actor=actor, source=source, replacement=replacement, kind="respelling")

        def publish(self):
            publish(dictionary=self.draft, actor=actor, message="")

    return Draft


@pytest.fixture
def api(cast, voice):
    return cast.api()


def _sent():
    return Rendering.objects.latest("id").request["rules"]


def test_the_newest_published_version_is_pinned_and_sent(api, dictionary):
    words = dictionary("words", SQL="sequel")
    words.publish()
    words.add(GIF="jif")

    clip = api.post(CLIPS, {"voice": "narrator", "text": "SQL and GIF", "dictionaries": ["words"]}).json()

    assert clip["dictionaries"] == [{"dictionary": "words", "version": 1}]
    assert _sent() == [{"source": "SQL", "replacement": "sequel", "kind": "respelling"}]


def test_only_rules_the_text_needs_make_another_rendering(api, dictionary):
    words = dictionary("words", SQL="sequel")
    words.publish()
    wish = {"voice": "narrator", "text": "SQL speaks", "dictionaries": ["words"]}
    api.post(CLIPS, wish)
    words.add(GIF="jif")
    words.publish()

    api.post(CLIPS, wish)
    assert Rendering.objects.count() == 1

    api.post(CLIPS, {**wish, "dictionaries": []})
    assert Rendering.objects.count() == 2


def test_the_first_of_two_dictionaries_wins_and_a_retry_keeps_the_order(api, dictionary, vendor, render_all):
    dictionary("a", SQL="sequel").publish()
    dictionary("b", SQL="squeal").publish()
    vendor.fail("error_in_200", status_code=1026)
    clip = api.post(CLIPS, {"voice": "narrator", "text": "SQL", "dictionaries": ["b", "a"]}).json()
    render_all()
    assert _sent()[0]["replacement"] == "squeal"

    api.post(f"{CLIPS}/{clip['id']}/retry")
    render_all()

    assert api.get(f"{CLIPS}/{clip['id']}").json()["state"] == "ready"
    assert Rendering.objects.count() == 1


def test_a_dictionary_that_was_never_published_is_refused(api, dictionary):
    dictionary("draft", SQL="sequel")
    answer = api.post(CLIPS, {"voice": "narrator", "text": "SQL", "dictionaries": ["draft"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "dictionary_not_published")
    assert answer.json()["field"] == "dictionaries"
