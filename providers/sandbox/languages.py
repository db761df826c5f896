"""Which language a text is in, and which eSpeak NG voice speaks it.

Language keys are ISO 639 codes. eSpeak identifiers are file paths (`sit/cmn`), the only form that always works.
"""

import re

ESPEAK = {
    "en": "gmw/en-US",
    "zh": "sit/cmn",
    "yue": "sit/yue",
    "jyutping": "sit/yue-Latn-jyutping",
    "ja": "jpx/ja",
    "ko": "ko",
    "ar": "sem/ar",
    "ru": "zle/ru",
    "es": "roa/es-419",
    "fr": "roa/fr",
    "pt": "roa/pt-BR",
    "de": "gmw/de",
    "tr": "trk/tr",
    "nl": "gmw/nl",
    "uk": "zle/uk",
    "vi": "aav/vi",
    "id": "poz/id",
    "it": "roa/it",
    "th": "tai/th",
    "pl": "zlw/pl",
    "ro": "roa/ro",
    "el": "grk/el",
    "cs": "zlw/cs",
    "fi": "urj/fi",
    "hi": "inc/hi",
    "bg": "zls/bg",
    "da": "gmq/da",
    "he": "sem/he",
    "ms": "poz/ms",
    "fa": "ira/fa",
    "sk": "zlw/sk",
    "sv": "gmq/sv",
    "hr": "zls/hr",
    "hu": "urj/hu",
    "no": "gmq/nb",
    "sl": "zls/sl",
    "ca": "roa/ca",
    "ta": "dra/ta",
    "af": "gmw/af",
}

BOOSTS: dict[str, str | None] = {
    "Chinese": "zh",
    "Chinese,Yue": "yue",
    "English": "en",
    "Arabic": "ar",
    "Russian": "ru",
    "Spanish": "es",
    "French": "fr",
    "Portuguese": "pt",
    "German": "de",
    "Turkish": "tr",
    "Dutch": "nl",
    "Ukrainian": "uk",
    "Vietnamese": "vi",
    "Indonesian": "id",
    "Japanese": "ja",
    "Italian": "it",
    "Korean": "ko",
    "Thai": "th",
    "Polish": "pl",
    "Romanian": "ro",
    "Greek": "el",
    "Czech": "cs",
    "Finnish": "fi",
    "Hindi": "hi",
    "Bulgarian": "bg",
    "Danish": "da",
    "Hebrew": "he",
    "Malay": "ms",
    "Persian": "fa",
    "Slovak": "sk",
    "Swedish": "sv",
    "Croatian": "hr",
    # eSpeak NG has no Filipino; Indonesian is its nearest relative there.
    "Filipino": "id",
    "Hungarian": "hu",
    "Norwegian": "no",
    "Slovenian": "sl",
    "Catalan": "ca",
    "Nynorsk": "no",
    "Tamil": "ta",
    "Afrikaans": "af",
    "auto": None,
}
"""Every `language_boost` the vendor documents (MiniMax T2A reference) and the language it stands for."""

HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# The first script found decides; kana comes before Han because Japanese mixes both.
_SCRIPTS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"[\u3040-\u30ff\uff66-\uff9f]"), ("ja",)),
    (re.compile(r"[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]"), ("ko",)),
    (re.compile(f"[{HAN}]"), ("zh", "yue")),
    (re.compile(r"[\u0400-\u04ff]"), ("ru", "uk", "bg")),
    (re.compile(r"[\u0600-\u06ff]"), ("ar", "fa")),
    (re.compile(r"[\u0590-\u05ff]"), ("he",)),
    (re.compile(r"[\u0370-\u03ff]"), ("el",)),
    (re.compile(r"[\u0e00-\u0e7f]"), ("th",)),
    (re.compile(r"[\u0900-\u097f]"), ("hi",)),
    (re.compile(r"[\u0b80-\u0bff]"), ("ta",)),
)
_OWN_SCRIPT = {language for _, languages in _SCRIPTS for language in languages}


def language_of(text: str, *, boost: str | None, native: str) -> str:
    """The language to read `text` in: its script decides, then `language_boost`, then the voice's `native` one."""
    wishes = (BOOSTS.get(boost) if boost else None, native)
    for pattern, languages in _SCRIPTS:
        if pattern.search(text):
            return next((wish for wish in wishes if wish in languages), languages[0])
    return next((wish for wish in wishes if wish and wish not in _OWN_SCRIPT), "en")
