"""Where a provider that pulls recordings finds a sample: a presigned URL of the object store, else a signed one.

Whoever knows the URL may read the recording until it ends, so it is made for one call, kept nowhere, logged nowhere.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.files.storage import FileSystemStorage, storages
from django.urls import reverse

from accounts import clock
from accounts.errors import NotFoundError, PermissionDeniedError
from accounts.models import ProviderAccount
from providers.errors import FetchError
from providers.fetch import FetchPolicy, check_url, fetch
from providers.guard import host_port
from voicelib.errors import VoiceRefusedError
from voicelib.flows.consent_use import refusal_of_sample
from voicelib.flows.samples import STORAGE
from voicelib.models import Sample

# Real time for which a provider can pull a sample (planning figure: it may queue the work before it does).
LINK_SECONDS = 3600
MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "pcmu_wav": "audio/wav",
    "flac": "audio/flac",
    "webm": "audio/webm",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
}
_SALT = "voicelib.sample"
_PORTS = {"http": 80, "https": 443}
_FETCH_SECONDS = 60.0


def sample_url(sample: Sample) -> str:
    """A URL under which the recording can be read for `LINK_SECONDS`, and no longer."""
    storage: Any = storages[STORAGE]
    if not isinstance(storage, FileSystemStorage):
        shown = {"ResponseContentType": MEDIA_TYPES[sample.format], "ResponseCacheControl": "private"}
        return str(storage.url(sample.storage_key, parameters=shown, expire=LINK_SECONDS))
    token = signing.dumps({"sample": sample.id, "team": sample.team_id}, salt=_SALT)
    path = reverse("sample-signed", kwargs={"token": token, "filename": f"sample.{sample.format}"})
    return f"{settings.PUBLIC_URL}{path}"


def sample_of_token(token: str) -> Sample:
    """The sample a signed URL names. Raises PermissionDeniedError (`sample_url_expired`, `sample_url_invalid`, and
    `consent_revoked` or `consent_expired` where no consent allows it any more), NotFoundError."""
    try:
        named = signing.loads(token, salt=_SALT, max_age=LINK_SECONDS)
    except signing.SignatureExpired:
        raise PermissionDeniedError("This link has ended.", code="sample_url_expired") from None
    except signing.BadSignature:
        raise PermissionDeniedError("This link is not one of ours.", code="sample_url_invalid") from None
    sample = Sample.objects.filter(id=named["sample"], team_id=named["team"]).first()
    if sample is None:
        raise NotFoundError("There is no such sample.", code="sample_not_found")
    refusal = refusal_of_sample(sample, clock.now())
    if refusal is not None:
        raise PermissionDeniedError("The speaker's consent has ended.", code=refusal)
    return sample


def refuse_private(url: str, account: ProviderAccount) -> None:
    """Refuse a sample URL that a provider out there cannot reach. Asks for nothing but the addresses of the name.

    Raises VoiceRefusedError `sample_unreachable`.
    """
    try:
        check_url(url, _policy(url, account))
    except FetchError as error:
        raise _unreachable(url, error.message) from error


def refuse_unreachable(url: str, account: ProviderAccount, *, sha256: str, size: int) -> None:
    """Pull the sample as the provider will, before anything is spent: an unreachable storage is found here, and not by
    a lost fee. `sha256` and `size` are those of the recording. No transaction may be open.

    Raises VoiceRefusedError `sample_unreachable`.
    """
    try:
        found = fetch(url, _policy(url, account, max_bytes=size + 1))
    except FetchError as error:
        raise _unreachable(url, error.message) from error
    if hashlib.sha256(found.content).hexdigest() != sha256:
        raise _unreachable(url, "something else answered there")


def _policy(url: str, account: ProviderAccount, *, max_bytes: int = 0) -> FetchPolicy:
    """Our own address may be private only where the provider is a listed local one (the sandbox)."""
    allowed = frozenset({_place(url)}) if _place(account.base_url) in _listed() else frozenset()
    return FetchPolicy(allowed=allowed, max_bytes=max_bytes, timeout_seconds=_FETCH_SECONDS)


def _listed() -> frozenset[str]:
    return frozenset(entry.lower() for entry in settings.FETCH_ALLOWED_HOSTS)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return host_port(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))


def _unreachable(url: str, why: str) -> VoiceRefusedError:
    return VoiceRefusedError(
        f"The provider has to pull the sample from {urlsplit(url).netloc} and cannot: {why}. Set PUBLIC_URL, or the "
        "address of the object store, to one that is reachable from outside.",
        code="sample_unreachable",
    )
