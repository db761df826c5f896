"""The admin of the voice library. Importing the modules registers their models."""

from voicelib.admin import consents, dictionaries, samples, voices

__all__ = ["consents", "dictionaries", "samples", "voices"]
