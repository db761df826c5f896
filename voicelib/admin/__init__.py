"""The admin of the voice library. Importing the modules registers their models."""

from voicelib.admin import consents, dictionaries, samples, statement_texts, system_voices, voices

__all__ = ["consents", "dictionaries", "samples", "statement_texts", "system_voices", "voices"]
