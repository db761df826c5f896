"""Recordings for the players of the admin: given out by views that ask the same scope as the page around them."""

from __future__ import annotations

from django.core.files.storage import FileSystemStorage, storages
from django.http import FileResponse, Http404, HttpResponseBase, HttpResponseRedirect

from voicelib.flows.sample_links import MEDIA_TYPES
from voicelib.flows.samples import STORAGE


def recording(key: str, name: str) -> HttpResponseBase:
    """The file itself from local storage, a short-lived address at an object store. The caller has asked the rights."""
    storage = storages[STORAGE]
    if not key or not storage.exists(key):
        raise Http404
    if not isinstance(storage, FileSystemStorage):
        return HttpResponseRedirect(storage.url(key))
    ending = key.rpartition(".")[2]
    return FileResponse(
        storage.open(key, "rb"),
        filename=f"{name}.{ending}",
        content_type=MEDIA_TYPES.get(ending, "application/octet-stream"),
        headers={"Cache-Control": "private, no-cache", "Content-Security-Policy": "sandbox"},
    )
