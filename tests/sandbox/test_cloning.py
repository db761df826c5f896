import httpx
import numpy as np
import pytest

from tests.sandbox.customer import RATE, code, encoded, f0, message, tone, wav


def test_a_clone_speaks_at_once_and_the_answer_does_not_name_it(customer):
    answer = customer.clone("Narrator_a1b2c3d4")
    assert answer == {
        "input_sensitive": False,
        "input_sensitive_type": 0,
        "demo_audio": "",
        "base_resp": {"status_code": 0, "status_msg": "success"},
    }
    assert len(customer.speak(voice="Narrator_a1b2c3d4")) > RATE


def test_a_clone_takes_its_pitch_from_the_sample(customer):
    for hz in (95, 140, 220):
        assert code(customer.clone(f"Pitched-{hz}-hertz", tone(hz))) == 0
        assert f0(customer.speak(voice=f"Pitched-{hz}-hertz")) == pytest.approx(hz, rel=0.15)


def test_two_recordings_of_one_pitch_give_two_voices(customer):
    customer.clone("Twin_recording_1", tone(200, seconds=11))
    customer.clone("Twin_recording_2", tone(200, seconds=12))
    one, two = customer.speak(voice="Twin_recording_1"), customer.speak(voice="Twin_recording_2")
    coarse = [np.abs(np.fft.rfft(samples, 2**17))[1:].reshape(64, -1).mean(axis=1) for samples in (one, two)]
    assert np.corrcoef(coarse)[0, 1] < 0.995


def test_the_same_recording_gives_the_same_voice_again(customer):
    customer.clone("Same_recording_1", tone(130))
    customer.clone("Same_recording_2", tone(130))
    one, two = customer.speak(voice="Same_recording_1"), customer.speak(voice="Same_recording_2")
    assert f0(one) == pytest.approx(f0(two), rel=0.03)
    assert len(one) == pytest.approx(len(two), rel=0.02)


def test_a_preview_is_audible_and_charged_and_activates_nothing(tenant):
    answer = tenant.clone("Previewed_12345", text="处理 it", model="speech-2.8-turbo")
    assert answer["extra_info"]["usage_characters"] == 7
    assert httpx.get(answer["demo_audio"]).content[:3] in (b"ID3", b"\xff\xfb\x90", b"\xff\xfb\x94")
    line = tenant.bill()[0]
    assert (line["operation"], line["characters"], line["amount_micros"]) == ("clone_preview", 7, 420)
    assert tenant.voice("Previewed_12345")["activated_at"] is None
    tenant.advance(48 * 3600 + 60)
    assert httpx.get(answer["demo_audio"]).status_code == 403


@pytest.mark.parametrize(
    ("voice_id", "complaint"),
    [
        ("1Narrator", "voice_id first character"),
        ("_Narrator1", "voice_id first character"),
        ("", "voice_id first character"),
        ("Short_1", "voice_id length"),
        ("N" * 257, "voice_id length"),
        ("Narrator 12", "voice_id character"),
        ("Narrator_旁白", "voice_id character"),
        ("Narrator_12_", "voice_id last character"),
        ("Narrator_12-", "voice_id last character"),
    ],
)
def test_a_voice_id_that_breaks_the_rules_is_refused(customer, voice_id, complaint):
    answer = customer.post("voice_clone", {"file_id": 1, "voice_id": voice_id})
    assert (code(answer), message(answer)) == (2013, f"invalid params, {complaint}")


def test_an_id_in_use_is_a_duplicate_for_every_account(sandbox, customer, customer_of):
    customer.clone("Taken_by_one_1")
    assert code(customer.clone("Taken_by_one_1")) == 2039
    answer = customer_of(sandbox).clone("Taken_by_one_1")
    assert (code(answer), message(answer)) == (2039, "voice clone voice id duplicate")


def test_the_id_of_a_system_voice_is_taken(customer):
    assert code(customer.clone("female-yujie")) == 2039


@pytest.mark.parametrize(
    ("sample", "name", "expected"),
    [
        (tone(120, 9.5), "s.wav", 2037),
        (tone(120, 301), "s.wav", 2037),
        (b"this is no audio at all", "s.mp3", 1000),
        (tone(120), "s.ogg", 2013),
        (tone(120), "sample", 2013),
        (tone(120) + bytes(20 * 1024 * 1024), "s.wav", 2013),
    ],
    ids=["too short", "too long", "no audio", "ogg", "no extension", "over 20 MB"],
)
def test_a_sample_that_breaks_the_rules_is_refused_when_cloned(customer, sample, name, expected):
    assert code(customer.clone("Sampled_12345", sample, name)) == expected
    assert code(customer.t2a(voice="Sampled_12345")) == 2054


def test_the_refusals_of_samples_read_as_measured(customer):
    assert message(customer.clone("Sampled_12346", tone(120), "s.ogg")) == "invalid file ext for voice clone"
    assert message(customer.clone("Sampled_12346", b"nothing", "s.wav")) == "unknown error"


@pytest.mark.parametrize(("container", "codec", "name"), [("mp3", "libmp3lame", "s.MP3"), ("ipod", "aac", "s.m4a")])
def test_mp3_and_m4a_samples_are_taken(customer, container, codec, name):
    samples = np.frombuffer(tone(120)[44:], np.int16)
    assert code(customer.clone(f"Container_{container}", encoded(samples, container, codec), name)) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "Hello."},
        {"text": "Hello.", "model": "speech-9"},
        {"text": "a" * 1001, "model": "speech-02-hd"},
        {"accuracy": 1.1},
        {"text_validation": True},
        {"text_validation": "a" * 201},
        {"need_noise_reduction": 1},
        {"language_boost": "Elvish", "text": "Hello.", "model": "speech-02-hd"},
        {"clone_prompt": {"prompt_text": "Hello."}},
    ],
    ids=str,
)
def test_options_of_a_clone_are_validated(customer, fields):
    assert code(customer.clone("Optional_12345", **fields)) == 2013


def test_a_file_id_must_be_an_integer_of_an_own_sample(sandbox, customer, customer_of):
    file_id = customer.upload(tone(120))
    assert code(customer.post("voice_clone", {"file_id": str(file_id), "voice_id": "Integer_12345"})) == 2013
    assert code(customer.post("voice_clone", {"file_id": float(file_id), "voice_id": "Integer_12345"})) == 2013
    other = customer_of(sandbox)
    assert code(other.post("voice_clone", {"file_id": file_id, "voice_id": "Integer_12345"})) == 20132
    prompt = customer.upload(tone(120), purpose="prompt_audio")
    assert code(customer.post("voice_clone", {"file_id": prompt, "voice_id": "Integer_12345"})) == 20132


def test_a_prompt_must_be_short_and_its_text_must_end_in_punctuation(customer):
    short = customer.upload(tone(120, 5), purpose="prompt_audio")
    long = customer.upload(tone(120, 9), purpose="prompt_audio")

    def clone(audio, text):
        return code(customer.clone("Prompted_12345", clone_prompt={"prompt_audio": audio, "prompt_text": text}))

    assert clone(long, "Hello.") == 2048
    assert clone(short, "Hello") == 2013
    assert clone(short, "你好。") == 0


def test_silence_and_noise_can_be_cloned_too(customer):
    noise = np.random.default_rng(7).normal(0, 3000, RATE * 11)
    assert code(customer.clone("Silence_12345", wav(np.zeros(RATE * 11)))) == 0
    assert code(customer.clone("Noise_1234567", wav(noise))) == 0
    assert len(customer.speak(voice="Noise_1234567")) > RATE
