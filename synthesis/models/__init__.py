"""Re-exports. Inside the package imports run one way: rendering → clip."""

from synthesis.models.clip import Clip, Pin, Segment
from synthesis.models.rendering import Rendering

__all__ = ["Clip", "Pin", "Rendering", "Segment"]
