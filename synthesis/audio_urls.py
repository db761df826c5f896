"""/audio/: local files behind signed URLs, outside of the API because a player sends no token."""

from __future__ import annotations

from django.urls import path

from synthesis.views import signed_audio

urlpatterns = [path("<str:token>", signed_audio, name="clip-audio-signed")]
