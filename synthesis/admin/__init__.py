"""The admin of clips. Importing the module registers their model."""

from synthesis.admin import clips

__all__ = ["clips"]
