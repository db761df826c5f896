"""The admin of the voice library. Importing the modules registers their models."""

from voicelib.admin import consents, dictionaries, provider_shelf, samples, statement_texts, system_voices, voices

__all__ = ["consents", "dictionaries", "provider_shelf", "samples", "statement_texts", "system_voices", "voices"]
