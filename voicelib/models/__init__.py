"""Re-exports. Inside the package imports run one way: statement text → consent → purge, hearing; consent, sample →
consent file, voice → deletion."""

from voicelib.models.consent import Consent
from voicelib.models.consent_file import ConsentFile
from voicelib.models.defaults import VoiceDefaults
from voicelib.models.deletion import Deletion
from voicelib.models.dictionary import Dictionary, DictionaryVersion, Rule
from voicelib.models.purge import Purge
from voicelib.models.sample import Sample
from voicelib.models.sample_upload import SampleUpload
from voicelib.models.scan import AccountScan
from voicelib.models.statement_hearing import StatementHearing
from voicelib.models.statement_text import StatementText
from voicelib.models.system_voice import SystemVoice, SystemVoiceSighting
from voicelib.models.voice import ProviderVoice, Voice
from voicelib.models.voice_sample import VoiceSample

__all__ = [
    "AccountScan",
    "Consent",
    "ConsentFile",
    "Deletion",
    "Dictionary",
    "DictionaryVersion",
    "ProviderVoice",
    "Purge",
    "Rule",
    "Sample",
    "SampleUpload",
    "StatementHearing",
    "StatementText",
    "SystemVoice",
    "SystemVoiceSighting",
    "Voice",
    "VoiceDefaults",
    "VoiceSample",
]
