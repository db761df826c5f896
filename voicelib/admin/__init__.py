"""The admin of the voice library. Importing the modules registers their models."""

from voicelib.admin import consents, dictionaries, samples, system_voices, voices

__all__ = ["consents", "dictionaries", "samples", "system_voices", "voices"]
