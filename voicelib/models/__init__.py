"""Re-exports. Inside the package imports run one way: consent, sample → voice → deletion; the others stand alone."""

from voicelib.models.consent import Consent
from voicelib.models.deletion import Deletion
from voicelib.models.dictionary import Dictionary, DictionaryVersion, Rule
from voicelib.models.sample import Sample
from voicelib.models.scan import AccountScan
from voicelib.models.system_voice import SystemVoice, SystemVoiceSighting
from voicelib.models.voice import ProviderVoice, Voice

__all__ = [
    "AccountScan",
    "Consent",
    "Deletion",
    "Dictionary",
    "DictionaryVersion",
    "ProviderVoice",
    "Rule",
    "Sample",
    "SystemVoice",
    "SystemVoiceSighting",
    "Voice",
]
