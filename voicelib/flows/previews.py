"""The preview a provider makes while cloning: its address is short-lived, so it is copied into our storage at once."""

from __future__ import annotations

import hashlib
import logging
import random

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from accounts import clock
from providers.audio import sniff
from providers.errors import FetchError
from providers.fetch import FetchPolicy, fetch
from voicelib.backoff import clone_wait
from voicelib.flows.claims import let_go
from voicelib.flows.samples import STORAGE
from voicelib.flows.voices import refusal_of
from voicelib.models import ProviderVoice, Voice

logger = logging.getLogger(__name__)

_LARGEST_BYTES = 20 * 1024 * 1024


def keep_preview(home: ProviderVoice) -> None:
    """Fetch and keep the preview of a home whose claim is held, then give the claim back.

    A failed fetch is tried again later, and given up at last: a missing preview harms nothing. That of a voice which
    was suspended meanwhile is not fetched.
    """
    if refusal_of(Voice.objects.select_related("consent").get(id=home.voice_id), clock.now()) is not None:
        let_go(home, preview_source="", retry_at=None, tries=0)
        return
    try:
        content = fetch(home.preview_source, _policy(home)).content
    except FetchError as error:
        logger.warning("preview not fetched", extra={"provider_voice": home.id, "reason": str(error)})
        _later(home)
        return
    container = sniff(content)
    if container is None:
        logger.warning("preview is no audio", extra={"provider_voice": home.id})
        let_go(home, preview_source="", retry_at=None, tries=0)
        return
    key = f"{home.voice.team_id}/{hashlib.sha256(content).hexdigest()}.{container}"
    storage = storages[STORAGE]
    if not storage.exists(key):
        key = storage.save(key, ContentFile(content))
    let_go(home, preview_key=key, preview_source="", retry_at=None, tries=0)


def _later(home: ProviderVoice) -> None:
    wait = clone_wait(home.tries + 1, random.random())  # noqa: S311 - spreads retries, guards nothing
    if wait is None:
        let_go(home, preview_source="", retry_at=None, tries=0)
    else:
        let_go(home, tries=home.tries + 1, retry_at=clock.real_now() + wait)


def _policy(home: ProviderVoice) -> FetchPolicy:
    trusted = home.provider_account.options.get("trusted_hosts", [])
    return FetchPolicy(allowed=frozenset(settings.FETCH_ALLOWED_HOSTS) | frozenset(trusted), max_bytes=_LARGEST_BYTES)
