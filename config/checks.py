"""System checks: combinations of settings that would lose money, voices or secrets, each with an id and a hint."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security)
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """All checks of the product's own settings."""
    return [*_secrets(), *_queue(), *_storage(), *_leases(), *_rate_gate()]


def _secrets() -> Iterator[CheckMessage]:
    if not settings.SECRET_KEY:
        yield Error("There is no SECRET_KEY.", hint="Set SECRET_KEY or SECRET_KEY_FILE.", id="voicelib.E001")
    if not settings.PROVIDER_KEY_RING:
        yield Error(
            "There is no key to encrypt provider keys with.",
            hint="Set PROVIDER_KEY_RING (or _FILE) to one or more Fernet keys; the first encrypts.",
            id="voicelib.E002",
        )
    for key in settings.PROVIDER_KEY_RING:
        try:
            Fernet(key)
        except ValueError:
            yield Error(
                "PROVIDER_KEY_RING holds something that is no Fernet key.",
                hint="A Fernet key is 32 random bytes in URL-safe base64.",
                id="voicelib.E003",
            )
    if not settings.TOKEN_PEPPERS:
        yield Error(
            "There is no pepper for API keys.", hint="Set TOKEN_PEPPERS (or _FILE), e.g. 1:secret.", id="voicelib.E004"
        )


def _queue() -> Iterator[CheckMessage]:
    if settings.EMBEDDED:
        return
    if not settings.CELERY_BROKER_URL or settings.CELERY_BROKER_URL.startswith("memory:"):
        yield Error(
            "The production profile needs a broker that other processes can reach.",
            hint="Set CELERY_BROKER_URL to Redis or RabbitMQ.",
            id="voicelib.E005",
        )
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        yield Error(
            "Web and workers in different processes or machines need PostgreSQL.",
            hint="Set DATABASE_URL=postgres://…",
            id="voicelib.E006",
        )
    if _is_loopback(settings.SANDBOX_URL):
        yield Error(
            "The production profile does not speak to the sandbox.",
            hint="Unset SANDBOX_URL and its host in FETCH_ALLOWED_HOSTS.",
            id="voicelib.E007",
        )


def _storage() -> Iterator[CheckMessage]:
    kinds = {settings.STORAGES[alias]["BACKEND"] for alias in ("samples", "clips")}
    if not settings.EMBEDDED and any("FileSystem" in kind for kind in kinds):
        yield Warning(
            "Samples or clips lie on the local disk of whichever process wrote them.",
            hint="Set S3_SAMPLES_BUCKET and S3_CLIPS_BUCKET, or share VOICELIB_DATA between all processes.",
            id="voicelib.W001",
        )
    if len(kinds) > 1:
        yield Warning(
            "Samples and clips are stored in different kinds of places.",
            hint="Set both S3_SAMPLES_BUCKET and S3_CLIPS_BUCKET, or neither.",
            id="voicelib.W002",
        )


def _leases() -> Iterator[CheckMessage]:
    # Cloning is two exchanges under one claim: the recording is handed over, then the voice is made.
    if settings.WORK_LEASE_SECONDS <= 2 * settings.PROVIDER_TIMEOUT_SECONDS:
        yield Error(
            "A claim on work would run out while its provider call may still be answered.",
            hint="Make WORK_LEASE_SECONDS more than twice PROVIDER_TIMEOUT_SECONDS.",
            id="voicelib.E008",
        )


def _rate_gate() -> Iterator[CheckMessage]:
    if not settings.RATE_GATE_URL:
        if not settings.EMBEDDED:
            yield Warning(
                "Every process paces its calls to providers by itself: together they may exceed an account's limits.",
                hint="Set RATE_GATE_URL to a Redis that all processes reach.",
                id="voicelib.W003",
            )
    elif urlsplit(settings.RATE_GATE_URL).scheme not in ("redis", "rediss", "unix"):
        yield Error("RATE_GATE_URL is no Redis.", hint="Use redis://…, rediss://… or unix://….", id="voicelib.E009")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
