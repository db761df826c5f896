"""What a clone expects to hear is compared with what the sandbox was told of the recording; it recognises no speech."""

import hashlib

import pytest

from providers.sandbox.transcripts import share_said
from tests.sandbox.customer import code, message, tone

SAID = "I, Ada, agree that Example makes a copy of my voice."


@pytest.fixture
def tell(tenant):
    def make(content, text=SAID):
        order = {"sha256": hashlib.sha256(content).hexdigest(), "text": text}
        return tenant.controls.post("/transcripts", json=order)

    return make


def test_what_was_said_is_heard(tenant, tell):
    assert tell(tone(120)).json()["text"] == SAID
    answer = tenant.clone(
        "Heard_as_told_1", tone(120), text_validation="i ada AGREE that example makes a copy of my voice"
    )
    assert code(answer) == 0


def test_something_else_is_1043_and_makes_no_voice(tenant, tell):
    tell(tone(120))
    answer = tenant.clone("Not_heard_12345", tone(120), text_validation="The weather will be fine tomorrow.")
    assert (code(answer), message(answer)) == (1043, "asr similarity check failed")
    assert tenant.clone("Not_heard_12345", tone(120))["base_resp"]["status_code"] == 0


@pytest.mark.parametrize(("accuracy", "expected"), [(0.5, 0), (0.9, 1043), (0, 1043), (None, 1043)])
def test_the_accuracy_is_the_share_that_has_to_be_said_and_zero_is_the_default(tenant, tell, accuracy, expected):
    tell(tone(120), "one two three")
    fields = {} if accuracy is None else {"accuracy": accuracy}
    answer = tenant.clone("Accuracy_12345", tone(120), text_validation="one two three four five", **fields)
    assert code(answer) == expected


def test_without_a_transcript_every_expectation_is_met(tenant):
    assert code(tenant.clone("Trusted_1234567", tone(120), text_validation=SAID)) == 0


def test_transcripts_are_listed_and_forgotten_with_everything_else(tenant, tell):
    tell(tone(120))
    listed = tenant.controls.get("/transcripts").json()["transcripts"]
    assert [row["text"] for row in listed] == [SAID]
    tenant.controls.post("/reset", json={}).raise_for_status()
    assert tenant.controls.get("/transcripts").json() == {"transcripts": []}


def test_what_is_told_for_one_key_is_said_in_its_recordings_only(tenant, tell, customer_of, own_sandbox):
    tell(tone(120), "Something for everybody.")
    order = {"key": tenant.key, "sha256": hashlib.sha256(tone(120)).hexdigest(), "text": SAID}
    tenant.controls.post("/transcripts", json=order).raise_for_status()
    assert code(tenant.clone("Of_one_key_12345", tone(120), text_validation=SAID)) == 0
    assert code(customer_of(own_sandbox).clone("Of_another_12345", tone(120), text_validation=SAID)) == 1043


@pytest.mark.parametrize(
    "order", [{"text": "a"}, {"sha256": "abc", "text": "a"}, {"sha256": "0" * 64, "text": 1}, {"sha256": "0" * 64}]
)
def test_an_odd_transcript_is_refused_with_a_sentence(tenant, order):
    answer = tenant.controls.post("/transcripts", json=order)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("expected", "said", "share"),
    [
        ("我同意", "我是艾达，我同意。", 1.0),
        ("我不同意", "我同意", 0.75),
        ("one two three four", "Four three two one.", 0.25),
        ("one two", "", 0.0),
        ("…", "anything", 1.0),
    ],
)
def test_the_share_counts_words_in_order_and_characters_where_there_are_no_spaces(expected, said, share):
    assert share_said(expected, said) == share
