"""From a text with marks and rules to samples: the plan (what is said, in which language) and its rendering."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from providers.sandbox.encode import Sound, resample
from providers.sandbox.engine import Engine, Utterance
from providers.sandbox.languages import ESPEAK, HAN, language_of
from providers.sandbox.pronounce import Rule, Span, espeak_phonemes, spans_of
from providers.sandbox.timbre import Samples, Timbre, tune

PAUSE = re.compile(r"<#(\d+(?:\.\d+)?)#>")
INTERJECTION = re.compile(
    r"\((?:laughs|chuckle|coughs|clear-throat|groans|breath|pant|inhale|exhale|gasps|sniffs|sighs|snorts|burps"
    r"|lip-smacking|humming|hissing|emm|sneezes|whistles|crying|applause)\)"
)
WORDS_PER_MINUTE = 165.0
SLOWEST, FASTEST = 80, 700
QUIET = 60
TAIL_SECONDS = 0.08
JOIN_SECONDS = 0.04
INTERJECTION_SECONDS = 0.35
LOUDNESS_RMS = 2400.0
_LANGUAGE_PITCH = {"zh": 0.95, "yue": 0.9, "jyutping": 0.9}
_INTONATION = 50
_HAN_RUN = re.compile(f"([{HAN}]+)")
_SPEAKABLE = re.compile(r"\w")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in one language, or, with `seconds`, silence."""

    language: str = ""
    text: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be spoken, in order."""

    pieces: tuple[Piece, ...]

    def utterances(self, variant: str) -> list[Utterance]:
        """The spoken pieces for an eSpeak variant."""
        return [Utterance(f"{ESPEAK[p.language]}+{variant}", p.text) for p in self.pieces if p.text]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it is spoken: `speed` and `volume` as factors, `semitones` up or down."""

    timbre: Timbre
    speed: float = 1.0
    volume: float = 1.0
    semitones: float = 0.0


@dataclass(slots=True)
class _Draft:
    language: str
    pieces: list[Piece] = field(default_factory=list)

    def say(self, language: str, text: str) -> None:
        if not _SPEAKABLE.search(text):
            return
        last = self.pieces[-1] if self.pieces else None
        if last and last.text and last.language == language:
            self.pieces[-1] = Piece(language, last.text + text)
        else:
            self.pieces.append(Piece(language, text))

    def rest(self, seconds: float) -> None:
        self.pieces.append(Piece(seconds=seconds))


def plan_speech(
    text: str, *, rules: Sequence[Rule] = (), native: str = "en", boost: str | None = None, interjections: bool = False
) -> Plan:
    """Cut a text into pieces to speak. `native` is the voice's language, `boost` the vendor's `language_boost`."""
    language = language_of(PAUSE.sub(" ", text), boost=boost, native=native)
    draft = _Draft(language)
    stretches = PAUSE.split(text)
    for words, seconds in zip(stretches[::2], [*stretches[1::2], None], strict=True):
        parts = INTERJECTION.split(words) if interjections else [words]
        for number, part in enumerate(parts):
            if number:
                draft.rest(INTERJECTION_SECONDS)
            for span in spans_of(part, rules, cantonese=language == "yue"):
                _add_span(draft, span)
        if seconds is not None:
            draft.rest(float(seconds))
    return Plan(tuple(draft.pieces))


def _add_span(draft: _Draft, span: Span) -> None:
    if span.kind == "pinyin":
        # eSpeak's Mandarin reads toned pinyin exactly like the characters, when it stands alone.
        draft.say("zh", f" {span.text} ")
    elif span.kind == "jyutping":
        draft.say("jyutping", f" {span.text} ")
    elif span.kind == "ipa":
        draft.say("en", f" [[{espeak_phonemes(span.text)}]] ")
    else:
        _add_plain(draft, _CONTROL.sub("", span.text).replace("[[", "[ ["))


def _add_plain(draft: _Draft, text: str) -> None:
    language = draft.language
    if language in {"zh", "yue"} and not _HAN_RUN.search(text) and _SPEAKABLE.search(text):
        # Kana inside Chinese is read by the Japanese voice; Latin words are read well by the Chinese one.
        found = language_of(text, boost=None, native="en")
        draft.say(language if found == "en" else found, text)
    elif language != "ja":
        found = language_of(text, boost=None, native=language)
        draft.say(found if _HAN_RUN.search(text) else language, text)
    else:
        # eSpeak cannot read kanji ("Chinese letter"); the Mandarin voice at least reads the character.
        for run in _HAN_RUN.split(text):
            draft.say("zh" if _HAN_RUN.match(run) else "ja", run)


def render(engine: Engine, plan: Plan, delivery: Delivery, *, sample_rate: int) -> Sound:
    """Speak a plan. Pauses are silence of exactly their length between trimmed speech. Raises `EngineError`."""
    main = next((piece.language for piece in plan.pieces if piece.text), "en")
    tuning = tune(delivery.timbre, semitones=delivery.semitones, language_factor=_LANGUAGE_PITCH.get(main, 1.0))
    rate = WORDS_PER_MINUTE * delivery.speed * delivery.timbre.tempo / tuning.playback
    utterances = [
        Utterance(utterance.voice, utterance.text, tuning.pitch)
        for utterance in plan.utterances(delivery.timbre.variant)
    ]
    speech = engine.say(utterances, rate=round(min(max(rate, SLOWEST), FASTEST)), intonation=_INTONATION)
    # Played faster by the tuning's factor: the rest of the pitch and the length of the vocal tract.
    played_rate = round(speech.sample_rate * tuning.playback)
    samples = _assemble(plan, [np.frombuffer(sound, np.int16) for sound in speech.sounds], played_rate)
    resampled = resample(Sound(samples, played_rate), sample_rate)
    return Sound(_leveled(resampled.samples, delivery.volume), sample_rate)


def _assemble(plan: Plan, sounds: list[Samples], rate: int) -> Samples:
    parts: list[Samples] = []
    remaining = iter(sounds)
    for number, piece in enumerate(plan.pieces):
        if not piece.text:
            parts.append(_silence(piece.seconds, rate))
            continue
        parts.append(_trimmed(next(remaining)))
        follows = plan.pieces[number + 1] if number + 1 < len(plan.pieces) else None
        if follows is None or follows.text:
            parts.append(_silence(TAIL_SECONDS if follows is None else JOIN_SECONDS, rate))
    return np.concatenate(parts) if parts else _silence(TAIL_SECONDS, rate)


def _silence(seconds: float, rate: int) -> Samples:
    return np.zeros(round(seconds * rate), np.int16)


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:0]


def _leveled(samples: Samples, volume: float) -> Samples:
    """Every voice equally loud at volume 1; louder than the format allows is rounded off, not wrapped."""
    signal: npt.NDArray[np.float64] = samples.astype(np.float64)
    sounding = signal[np.abs(signal) > QUIET]
    if not len(sounding):
        return samples
    signal *= LOUDNESS_RMS * volume / math.sqrt(float((sounding**2).mean()))
    return (np.tanh(signal / 32000) * 32000).astype(np.int16)
