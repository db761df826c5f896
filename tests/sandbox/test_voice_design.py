import re

import numpy as np
import pytest

from providers.sandbox.encode import decode
from tests.sandbox.customer import RATE, code, f0, tone

HOUR = 3600
PREVIEW = "Hello, this is how I speak, and I like it very much."


def designed(customer, prompt="A friendly woman who tells stories", text=PREVIEW, **fields):
    return customer.post("voice_design", {"prompt": prompt, "preview_text": text, **fields})


def listed(customer):
    rows = customer.post("get_voice", {"voice_type": "voice_generation"})["voice_generation"]
    return [row["voice_id"] for row in rows or []]


def test_a_design_gives_an_id_and_audible_hex_and_is_charged_at_its_own_price(customer):
    answer = designed(customer)
    assert re.fullmatch(r"ttv-voice-\d{14}-[0-9a-f]{8}", answer["voice_id"])
    trial = decode(bytes.fromhex(answer["trial_audio"]), sample_rate=RATE)
    assert len(trial.samples) > 2 * RATE
    (line,) = customer.bill()
    assert (line["operation"], line["model"], line["characters"]) == ("design_preview", "", len(PREVIEW))
    assert line["amount_micros"] == 60 * len(PREVIEW)


@pytest.mark.parametrize(
    ("prompt", "low", "high"),
    [("A warm woman", 150, 260), ("a deep old man", 65, 120), ("温柔的女声", 150, 260), ("a small child", 200, 330)],
)
def test_the_description_decides_the_pitch(customer, prompt, low, high):
    voice_id = designed(customer, prompt)["voice_id"]
    assert low < f0(customer.speak(voice=voice_id)) < high


def test_two_designs_of_one_description_are_two_voices(customer):
    one, two = (decode(bytes.fromhex(designed(customer)["trial_audio"]), sample_rate=RATE) for _ in range(2))
    coarse = [np.abs(np.fft.rfft(sound.samples, 2**17))[1:].reshape(64, -1).mean(axis=1) for sound in (one, two)]
    assert np.corrcoef(coarse)[0, 1] < 0.9999


def test_an_id_of_ones_own_is_kept_and_follows_the_rules_of_clones(customer):
    assert designed(customer, voice_id="My_design_123")["voice_id"] == "My_design_123"
    assert code(designed(customer, voice_id="My_design_123")) == 2039
    assert code(customer.clone("My_design_123")) == 2039
    assert code(designed(customer, voice_id="1_design_123")) == 2013


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "A man"},
        {"preview_text": "Hello."},
        {"prompt": " ", "preview_text": "Hello."},
        {"prompt": "A man", "preview_text": ""},
        {"prompt": "A man", "preview_text": "a" * 501},
        {"prompt": 5, "preview_text": "Hello."},
        {"prompt": "A man", "preview_text": "Hello.", "aigc_watermark": 1},
    ],
    ids=lambda body: str(body)[:50],
)
def test_what_is_no_design_is_refused_and_free(customer, body):
    assert code(customer.post("voice_design", body)) == 2013
    assert customer.bill() == []


def test_the_first_synthesis_keeps_a_design_for_three_dollars_and_shows_it(tenant):
    voice_id = designed(tenant)["voice_id"]
    assert listed(tenant) == []
    for _ in range(2):
        assert code(tenant.t2a("Hello.", voice_id)) == 0
    lines = [(line["operation"], line["amount_micros"]) for line in tenant.bill()[1:]]
    assert lines == [("t2a", 600), ("design_fee", 3_000_000), ("t2a", 600)]
    assert listed(tenant) == [voice_id]
    assert tenant.clones_listed() == []
    assert tenant.voice(voice_id)["kind"] == "generation"
    tenant.advance(1000 * HOUR)
    assert code(tenant.t2a("Hello.", voice_id)) == 0


def test_a_design_that_is_never_used_dies_after_168_hours(tenant):
    voice_id = designed(tenant)["voice_id"]
    tenant.advance(168 * HOUR + 60)
    assert code(tenant.t2a("Hello.", voice_id)) == 2054
    assert [line["operation"] for line in tenant.bill()] == ["design_preview"]


def test_a_design_is_deleted_as_what_it_is(customer):
    voice_id = designed(customer)["voice_id"]
    assert code(customer.delete_voice(voice_id)) == 2013
    answer = customer.post("delete_voice", {"voice_type": "voice_generation", "voice_id": voice_id})
    assert (code(answer), answer["voice_id"]) == (0, voice_id)
    assert code(customer.t2a("Hello.", voice_id)) == 2054


def test_a_prompted_and_cleaned_clone_is_made(customer):
    audio = customer.upload(tone(120, 5), purpose="prompt_audio")
    prompt = {"prompt_audio": audio, "prompt_text": "These are other words than those in it."}
    options = {"need_noise_reduction": True, "need_volume_normalization": True}
    assert code(customer.clone("Prompted_clone_1", clone_prompt=prompt, **options)) == 0
    assert code(customer.clone("Prompted_clone_2", clone_prompt={"prompt_audio": audio})) == 2013
