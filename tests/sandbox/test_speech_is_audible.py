import numpy as np
import pytest

from tests.sandbox.customer import RATE, SENTENCE, f0, longest_silence, rms


def test_speed_changes_the_duration_and_not_the_pitch(customer):
    spoken = {speed: customer.speak(voice_setting={"speed": speed}) for speed in (0.5, 1, 2)}
    seconds = {speed: len(samples) / RATE for speed, samples in spoken.items()}
    assert seconds[0.5] == pytest.approx(2 * seconds[1], rel=0.1)
    assert seconds[2] == pytest.approx(0.5 * seconds[1], rel=0.1)
    assert f0(spoken[2]) == pytest.approx(f0(spoken[0.5]), rel=0.1)


def test_volume_changes_the_loudness(customer):
    loudness = [rms(customer.speak(voice_setting={"vol": vol})) for vol in (0.1, 0.5, 1, 2, 10)]
    assert loudness == sorted(loudness)
    assert loudness[3] == pytest.approx(2 * loudness[2], rel=0.1)
    assert loudness[4] > 4 * loudness[2]


def test_pitch_moves_the_fundamental_by_semitones_and_not_the_duration(customer):
    spoken = {pitch: customer.speak(voice_setting={"pitch": pitch}) for pitch in (-12, 0, 12)}
    assert f0(spoken[-12]) == pytest.approx(f0(spoken[0]) / 2, rel=0.2)
    assert f0(spoken[12]) == pytest.approx(f0(spoken[0]) * 2, rel=0.3)
    assert len(spoken[12]) == pytest.approx(len(spoken[0]), rel=0.1)


@pytest.mark.parametrize("seconds", [0.5, 2.25])
def test_a_pause_mark_is_silence_of_its_length(customer, seconds):
    paused = longest_silence(customer.speak(f"Hello there, friend.<#{seconds}#>How are you?"))
    assert paused == pytest.approx(seconds, abs=0.05)


def test_system_voices_differ_from_each_other(customer):
    voices = ["English_Graceful_Lady", "Deep_Voice_Man", "Cute_Elf", "English_Trustworthy_Man", "English_Lucky_Robot"]
    spoken = [customer.speak(voice=voice) for voice in voices]
    pitches = {round(f0(samples)) for samples in spoken}
    assert len(pitches) >= 4
    assert f0(customer.speak(voice="Deep_Voice_Man")) < 150 < f0(customer.speak(voice="English_Graceful_Lady"))


@pytest.mark.parametrize(
    ("text", "boost"),
    [
        ("今天天气非常好，我们去公园散步。", None),
        ("今日天氣好好。", "Chinese,Yue"),
        ("こんにちは、げんきですか", None),
        ("안녕하세요 세계", None),
        ("Привет, мир! Как дела?", "Russian"),
        ("مرحبا بالعالم", "Arabic"),
        ("Bonjour tout le monde", "French"),
        ("नमस्ते दुनिया", "Hindi"),
        ("สวัสดีครับ", "Thai"),
        ("שלום עולם", "Hebrew"),
    ],
)
def test_many_languages_are_spoken(customer, text, boost):
    spoken = customer.speak(text, language_boost=boost)
    assert len(spoken) / RATE > 0.04 * len(text)
    assert rms(spoken) > 500


def test_the_language_boost_changes_how_latin_text_is_read(customer):
    customer.speak("chat chanson", language_boost="English")
    customer.speak("chat chanson", language_boost="French")
    english, french = [row["phonemes"] for row in customer.requests(operation="t2a")]
    assert english != french


def test_a_mix_of_voices_lies_between_them(customer):
    low, high = "Deep_Voice_Man", "Cute_Elf"
    mix = [{"voice_id": low, "weight": 50}, {"voice_id": high, "weight": 50}]
    between = f0(customer.speak(voice="", timbre_weights=mix))
    assert f0(customer.speak(voice=low)) < between < f0(customer.speak(voice=high))


def test_interjections_are_performed_by_new_models_and_read_by_old_ones(customer):
    performed = customer.speak("Well (laughs) then.", model="speech-2.8-hd")
    read = customer.speak("Well (laughs) then.", model="speech-02-hd")
    assert longest_silence(performed) > 0.3 > longest_silence(read)


def test_voice_modify_and_the_watermark_are_audible(customer):
    wav = {"format": "wav"}
    plain = customer.speak(audio_setting=wav)
    assert len(customer.speak(audio_setting=wav, aigc_watermark=True)) > len(plain) + 0.25 * RATE
    assert rms(customer.speak(audio_setting=wav, voice_modify={"intensity": 100})) < 0.7 * rms(plain)
    assert f0(customer.speak(audio_setting=wav, voice_modify={"pitch": 100})) > 1.3 * f0(plain)

    def brightness(samples: np.ndarray) -> float:
        spectrum = np.abs(np.fft.rfft(samples[100:])) ** 2
        return float((spectrum * np.arange(len(spectrum))).sum() / spectrum.sum() / len(spectrum))

    assert brightness(customer.speak(audio_setting=wav, voice_modify={"timbre": 100})) > brightness(plain)
    for effect in ("spacious_echo", "auditorium_echo", "lofi_telephone", "robotic"):
        assert rms(customer.speak(audio_setting=wav, voice_modify={"sound_effects": effect})) > 100


def test_a_long_text_is_spoken_whole(customer):
    assert len(customer.speak(f"{SENTENCE} " * 20)) / RATE > 50
