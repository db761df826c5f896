"""From a text with marks and rules to samples: the plan (what is said, in which language) and its rendering."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from providers.sandbox.encode import Sound, resample
from providers.sandbox.engine import Engine, Speech, Utterance
from providers.sandbox.languages import ESPEAK, HAN, language_of
from providers.sandbox.pronounce import Rule, Span, espeak_phonemes, spans_of
from providers.sandbox.timbre import Samples, Timbre, tune

PAUSE = re.compile(r"<#(\d+(?:\.\d+)?)#>")
INTERJECTION = re.compile(
    r"\((?:laughs|chuckle|coughs|clear-throat|groans|breath|pant|inhale|exhale|gasps|sniffs|sighs|snorts|burps"
    r"|lip-smacking|humming|hissing|emm|sneezes|whistles|crying|applause)\)"
)
INTERRUPTION = re.compile(f"{PAUSE.pattern}|{INTERJECTION.pattern}")
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
    # Where each character of `text` stands in the text that was sent.
    origins: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be spoken, in order, and the spans of the text it was made from."""

    pieces: tuple[Piece, ...]
    spans: tuple[Span, ...] = ()

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

    def say(self, language: str, text: str, start: float, end: float) -> None:
        if not _SPEAKABLE.search(text):
            return
        origins = tuple(start + (end - start) * number / len(text) for number in range(len(text)))
        last = self.pieces[-1] if self.pieces else None
        if last and last.text and last.language == language:
            self.pieces[-1] = Piece(language, last.text + text, origins=last.origins + origins)
        else:
            self.pieces.append(Piece(language, text, origins=origins))

    def rest(self, seconds: float) -> None:
        self.pieces.append(Piece(seconds=seconds))


def plan_speech(
    text: str, *, rules: Sequence[Rule] = (), native: str = "en", boost: str | None = None, interjections: bool = False
) -> Plan:
    """Cut a text into pieces to speak. `native` is the voice's language, `boost` the vendor's `language_boost`."""
    language = language_of(PAUSE.sub(" ", text), boost=boost, native=native)
    draft, spans, begun = _Draft(language), list[Span](), 0
    for mark in (INTERRUPTION if interjections else PAUSE).finditer(text):
        spans += _add_words(draft, text[begun : mark.start()], begun, rules)
        pause = PAUSE.fullmatch(mark.group())
        draft.rest(float(pause.group(1)) if pause else INTERJECTION_SECONDS)
        begun = mark.end()
    spans += _add_words(draft, text[begun:], begun, rules)
    return Plan(tuple(draft.pieces), tuple(spans))


def _add_words(draft: _Draft, words: str, at: int, rules: Sequence[Rule]) -> list[Span]:
    spans = spans_of(words, rules, cantonese=draft.language == "yue", at=at)
    for span in spans:
        _add_span(draft, span)
    return spans


def _add_span(draft: _Draft, span: Span) -> None:
    if span.kind == "pinyin":
        # eSpeak's Mandarin reads toned pinyin exactly like the characters, when it stands alone.
        draft.say("zh", f" {span.text} ", span.start, span.end)
    elif span.kind == "jyutping":
        draft.say("jyutping", f" {span.text} ", span.start, span.end)
    elif span.kind == "ipa":
        draft.say("en", f" [[{espeak_phonemes(span.text)}]] ", span.start, span.end)
    else:
        # Two opening brackets would begin phonemes.
        _add_plain(draft, _CONTROL.sub("", span.text).replace("[[", "(("), span.start, span.end)


def _add_plain(draft: _Draft, text: str, start: int, end: int) -> None:
    language = draft.language
    if language in {"zh", "yue"} and not _HAN_RUN.search(text) and _SPEAKABLE.search(text):
        # Kana inside Chinese is read by the Japanese voice; Latin words are read well by the Chinese one.
        found = language_of(text, boost=None, native="en")
        draft.say(language if found == "en" else found, text, start, end)
    elif language != "ja":
        found = language_of(text, boost=None, native=language)
        draft.say(found if _HAN_RUN.search(text) else language, text, start, end)
    else:
        # eSpeak cannot read kanji ("Chinese letter"); the Mandarin voice at least reads the character.
        place, width = float(start), (end - start) / max(1, len(text))
        for run in _HAN_RUN.split(text):
            draft.say("zh" if _HAN_RUN.match(run) else "ja", run, place, place + len(run) * width)
            place += len(run) * width


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each place of a text is spoken: matching places and seconds, neither ever falling."""

    places: npt.NDArray[np.float64]
    seconds: npt.NDArray[np.float64]

    def at(self, place: float) -> float:
        """Seconds from the start at which a place of the text is reached."""
        return float(np.interp(place, self.places, self.seconds))


@dataclass(frozen=True, slots=True)
class Spoken:
    """The sound of a plan and when its words come."""

    sound: Sound
    timeline: Timeline


def render(engine: Engine, plan: Plan, delivery: Delivery, *, sample_rate: int) -> Spoken:
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
    samples, timeline = _assemble(plan, speech, played_rate)
    resampled = resample(Sound(samples, played_rate), sample_rate)
    return Spoken(Sound(_leveled(resampled.samples, delivery.volume), sample_rate), timeline)


def _assemble(plan: Plan, speech: Speech, rate: int) -> tuple[Samples, Timeline]:
    parts: list[Samples] = []
    anchors: list[tuple[float, float]] = []
    remaining, length = iter(zip(speech.sounds, speech.anchors, strict=True)), 0
    for number, piece in enumerate(plan.pieces):
        if piece.text:
            sound, marks = next(remaining)
            samples, lead = _trimmed(np.frombuffer(sound, np.int16))
            anchors += [(place, (length + sample) / rate) for place, sample in _placed(piece, marks, lead, samples)]
            follows = plan.pieces[number + 1] if number + 1 < len(plan.pieces) else None
            rest = TAIL_SECONDS if follows is None else JOIN_SECONDS if follows.text else 0.0
            new = [samples, _silence(rest, rate)]
        else:
            new = [_silence(piece.seconds, rate)]
        parts += new
        length += sum(len(part) for part in new)
    return np.concatenate(parts) if parts else _silence(TAIL_SECONDS, rate), _timeline(anchors)


def _placed(piece: Piece, marks: Sequence[tuple[int, int]], lead: int, samples: Samples) -> list[tuple[float, int]]:
    """The anchors of a piece, in places of the text sent and samples of the trimmed sound."""
    inner = [
        (piece.origins[place], min(max(0, sample - lead), len(samples)))
        for place, sample in marks
        if place < len(piece.origins)
    ]
    return [(piece.origins[0], 0), *inner, (piece.origins[-1] + 1, len(samples))]


def _timeline(anchors: list[tuple[float, float]]) -> Timeline:
    rising = np.maximum.accumulate(np.array(anchors or [(0.0, 0.0)]), axis=0)
    return Timeline(np.ascontiguousarray(rising[:, 0]), np.ascontiguousarray(rising[:, 1]))


def _silence(seconds: float, rate: int) -> Samples:
    return np.zeros(round(seconds * rate), np.int16)


def _trimmed(samples: Samples) -> tuple[Samples, int]:
    """Without the silence around it, and how many samples of silence came before it."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    return (samples[loud[0] : loud[-1] + 1], int(loud[0])) if len(loud) else (samples[:0], 0)


def _leveled(samples: Samples, volume: float) -> Samples:
    """Every voice equally loud at volume 1; louder than the format allows is rounded off, not wrapped."""
    signal: npt.NDArray[np.float64] = samples.astype(np.float64)
    sounding = signal[np.abs(signal) > QUIET]
    if not len(sounding):
        return samples
    signal *= LOUDNESS_RMS * volume / math.sqrt(float((sounding**2).mean()))
    return (np.tanh(signal / 32000) * 32000).astype(np.int16)
