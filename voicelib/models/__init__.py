"""Re-exports. Inside the package imports run one way: consent, sample → voice; the others stand alone."""

from voicelib.models.consent import Consent
from voicelib.models.dictionary import Dictionary, DictionaryVersion, Rule
from voicelib.models.sample import Sample
from voicelib.models.system_voice import SystemVoice, SystemVoiceSighting
from voicelib.models.voice import ProviderVoice, Voice

__all__ = [
    "Consent",
    "Dictionary",
    "DictionaryVersion",
    "ProviderVoice",
    "Rule",
    "Sample",
    "SystemVoice",
    "SystemVoiceSighting",
    "Voice",
]
