"""Syntheses that cannot be honoured, made of what a provider declares. Each with the field a refusal has to name."""

from dataclasses import replace

from providers.types import SpeechSettings


def _shape(capabilities, **fields):
    return {"format": replace(capabilities.default_format, **fields)}


def _settings(**fields):
    return {"settings": SpeechSettings(**fields)}


def impossible(capabilities):
    """(field, fields of a request): what no provider with these capabilities can do."""
    container = capabilities.default_format.container
    wishes = [
        ("text", {"text": ""}),
        ("text", {"text": " \n"}),
        ("text", {"text": "a" * (capabilities.text_limit + 1)}),
        ("model", {"model": "speech-9-hd"}),
        ("voice_id", {"voice_id": ""}),
        ("format.container", _shape(capabilities, container="midi")),
        ("format.sample_rate", _shape(capabilities, sample_rate=12345)),
        ("format.channels", _shape(capabilities, channels=max(capabilities.channels) + 1)),
        ("settings.emotion", _settings(emotion="bored")),
        ("settings.language_boost", _settings(language_boost="Klingon")),
        ("settings.speed", _settings(speed=100.0)),
        ("settings.volume", _settings(volume=-1.0)),
        ("settings.pitch", _settings(pitch=100)),
    ]
    if capabilities.bitrates.get(container):
        wishes.append(("format.bitrate", _shape(capabilities, bitrate=1)))
    return wishes


def undeclared(capabilities):
    """(name, fields): every rate, emotion and language that some of its formats or models have and others have not."""
    rates = sorted({rate for offered in capabilities.formats.values() for rate in offered})
    emotions = frozenset[str]().union(*capabilities.emotions.values())
    wishes = [
        (f"{container} at {rate}", _shape(capabilities, container=container, sample_rate=rate, bitrate=None))
        for container, offered in capabilities.formats.items()
        for rate in rates
        if rate not in offered
    ]
    wishes += [
        (f"{emotion} on {model}", {"model": model, **_settings(emotion=emotion)})
        for model in capabilities.models
        for emotion in sorted(emotions - capabilities.emotions.get(model, frozenset()))
    ]
    return wishes
