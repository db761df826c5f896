"""Audio formats in our API's words, completed from what the provider makes. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.errors import InvalidInputError
from providers.types import JSON, AudioFormat, Capabilities

_PARTS = ("container", "sample_rate", "bitrate", "channels")

# Container → (file ending, media type). The bytes decide which of them applies, not what was asked for.
_DELIVERY: Mapping[str, tuple[str, str]] = {
    "mp3": ("mp3", "audio/mpeg"),
    "wav": ("wav", "audio/wav"),
    "flac": ("flac", "audio/flac"),
    "opus": ("opus", "audio/ogg"),
    "ogg": ("ogg", "audio/ogg"),
    "m4a": ("m4a", "audio/mp4"),
    "aac": ("aac", "audio/aac"),
    "webm": ("webm", "audio/webm"),
    "pcm": ("pcm", "audio/pcm"),
    "pcmu_raw": ("ulaw", "audio/basic"),
    "pcmu_wav": ("wav", "audio/wav"),
}


def read_format(asked: object, capabilities: Capabilities) -> AudioFormat:
    """The format a request means: a container's name, or {"container", "sample_rate", "bitrate", "channels"}.

    What is left out comes from the provider's default format, or from the nearest its container allows. Raises
    InvalidInputError `invalid_format` with field `format` or `format.<part>`.
    """
    default = capabilities.default_format
    if asked is None:
        return default
    parts = {"container": asked} if isinstance(asked, str) else asked
    if not isinstance(parts, Mapping):
        raise _refusal("format", "A format is a name like mp3, or an object.")
    for name in parts:
        if name not in _PARTS:
            raise _refusal(f"format.{name}", f"There is no such part of a format; there are {', '.join(_PARTS)}.")
    container = _container(parts.get("container"), capabilities)
    rates = capabilities.formats[container]
    bitrates = capabilities.bitrates.get(container, ())
    return AudioFormat(
        container=container,
        sample_rate=_number(parts, "sample_rate", rates, default.sample_rate),
        bitrate=_bitrate(parts, bitrates, default.bitrate),
        channels=_number(parts, "channels", capabilities.channels, default.channels),
    )


def format_json(audio: AudioFormat) -> dict[str, JSON]:
    """The format as it is kept and answered."""
    return {
        "container": audio.container,
        "sample_rate": audio.sample_rate,
        "bitrate": audio.bitrate,
        "channels": audio.channels,
    }


def file_ending(container: str) -> str:
    """The ending of a file that holds this container."""
    return _DELIVERY.get(container, ("bin", ""))[0]


def media_type(container: str) -> str:
    """The Content-Type of this container."""
    return _DELIVERY.get(container, ("", "application/octet-stream"))[1]


def _container(asked: object, capabilities: Capabilities) -> str:
    if asked is None:
        return capabilities.default_format.container
    if not isinstance(asked, str) or asked not in capabilities.formats:
        raise _refusal("format.container", f"It is none of {', '.join(capabilities.formats)}.")
    return asked


def _bitrate(parts: Mapping[str, object], offered: tuple[int, ...], wanted: int | None) -> int | None:
    if offered:
        return _number(parts, "bitrate", offered, wanted)
    if parts.get("bitrate") is not None:
        raise _refusal("format.bitrate", "This container has no bitrate to choose.")
    return None


def _number(parts: Mapping[str, object], name: str, offered: tuple[int, ...], wanted: int | None) -> int:
    """The part as asked; left out: `wanted` where it is offered, else the highest."""
    value = parts.get(name)
    if value is None:
        return wanted if wanted in offered and wanted is not None else max(offered)
    if isinstance(value, bool) or not isinstance(value, int) or value not in offered:
        raise _refusal(f"format.{name}", f"It is none of {', '.join(map(str, offered))}.")
    return value


def _refusal(field: str, detail: str) -> InvalidInputError:
    return InvalidInputError(detail, code="invalid_format", field=field)
