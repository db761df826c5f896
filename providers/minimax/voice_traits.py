"""What the id of a MiniMax system voice tells about it: the vendor's list has neither language nor gender.

Pure reading of words. Where an id does not say, or says both, nothing is guessed.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from providers.known_voices import Gender, VoiceTraits

# The words before the first underscore, as the system voice list and the language_boost table spell them.
_LANGUAGES = MappingProxyType(
    {
        "chinese (mandarin)": "zh",
        "chinese": "zh",
        "cantonese": "yue",
        "english": "en",
        "japanese": "ja",
        "korean": "ko",
        "spanish": "es",
        "portuguese": "pt",
        "french": "fr",
        "german": "de",
        "italian": "it",
        "russian": "ru",
        "arabic": "ar",
        "turkish": "tr",
        "ukrainian": "uk",
        "dutch": "nl",
        "vietnamese": "vi",
        "indonesian": "id",
        "thai": "th",
        "polish": "pl",
        "romanian": "ro",
        "greek": "el",
        "czech": "cs",
        "finnish": "fi",
        "hindi": "hi",
        "bulgarian": "bg",
        "danish": "da",
        "hebrew": "he",
        "malay": "ms",
        "persian": "fa",
        "slovak": "sk",
        "swedish": "sv",
        "croatian": "hr",
        "filipino": "fil",
        "hungarian": "hu",
        "norwegian": "nb",
        "slovenian": "sl",
        "catalan": "ca",
        "nynorsk": "nn",
        "tamil": "ta",
        "afrikaans": "af",
    }
)
_FEMALE = frozenset({
    "female", "woman", "women", "lady", "girl", "girlfriend", "queen", "princess", "maiden", "sister", "miss",
    "heroine", "belle", "antie", "auntie", "aunt", "hostess", "mother", "grandma", "abbess", "goddess", "wife",
    "daughter", "shaonv", "yujie", "xuemei", "xuejie", "mengmei", "meimei", "jiejie",
})  # fmt: skip
_MALE = frozenset({
    "male", "man", "men", "gentleman", "boy", "boyfriend", "guy", "bloke", "husband", "father", "godfather", "grandpa",
    "king", "prince", "brother", "uncle", "santa", "didi", "xuedi", "xiongzhang", "shaoye", "nanyou",
})  # fmt: skip
# Ids glue words together: Wiselady, Jovialman, NaughtySchoolgirl.
_FEMALE_ENDS = ("lady", "woman", "girl", "hostess")
_MALE_ENDS = ("man", "boy", "guy")
_NO_PEOPLE = frozenset({"human"})
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LETTER_IN_BRACKETS = re.compile(r"[（(]([FM])[）)]")
# The rest of such an id is a UUID, in which every letter is an accident.
_OPAQUE = "moss_audio_"


def language_of_name(name: str) -> str | None:
    """The BCP 47 tag of a language as the vendor names it (``language_boost``); None for a name we do not know."""
    first, _, second = name.strip().lower().partition(",")
    return _LANGUAGES.get("cantonese" if second == "yue" else first)


def voice_traits(voice_id: str) -> VoiceTraits:
    """Language and gender as far as the id tells them."""
    if voice_id.startswith(_OPAQUE):
        return VoiceTraits()
    prefix, sign, rest = voice_id.partition("_")
    language = _LANGUAGES.get(prefix.lower()) if sign else None
    # A language is no person: "German" ends in "man".
    return VoiceTraits(language=language, gender=_gender(rest if language else voice_id))


def _gender(said: str) -> Gender | None:
    found = {gender for gender in map(_gender_of_word, _WORD.findall(said)) if gender is not None}
    found |= {_BY_LETTER[letter] for letter in _LETTER_IN_BRACKETS.findall(said)}
    return found.pop() if len(found) == 1 else None


_BY_LETTER: MappingProxyType[str, Gender] = MappingProxyType({"F": "female", "M": "male"})


def _gender_of_word(word: str) -> Gender | None:
    word = word.lower()
    if word in _FEMALE or word.endswith(_FEMALE_ENDS):
        return "female"
    if word in _NO_PEOPLE:
        return None
    return "male" if word in _MALE or word.endswith(_MALE_ENDS) else None
