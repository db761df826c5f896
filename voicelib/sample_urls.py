"""/samples/: recordings behind signed URLs, outside of the API because a provider sends no token of ours."""

from __future__ import annotations

from django.urls import path

from voicelib.views import ReceivedSampleView, signed_sample

urlpatterns = [
    path("uploads/<str:token>", ReceivedSampleView.as_view(), name="sample-upload"),
    path("<str:token>/<str:filename>", signed_sample, name="sample-signed"),
]
