"""The synthesis part of /api/v1."""

from __future__ import annotations

from django.urls import path

from synthesis.api.clips import CancelClipView, ClipAudioView, ClipsView, ClipView, RetryClipView
from synthesis.api.consent_clips import ConsentClipsCsvView, ConsentClipsView
from synthesis.api.estimates import EstimatesView

urlpatterns = [
    path("estimates", EstimatesView.as_view()),
    path("consents/<slug:consent_id>/clips", ConsentClipsView.as_view()),
    path("consents/<slug:consent_id>/clips.csv", ConsentClipsCsvView.as_view()),
    path("clips", ClipsView.as_view()),
    path("clips/<slug:clip_id>", ClipView.as_view()),
    path("clips/<slug:clip_id>/audio", ClipAudioView.as_view()),
    path("clips/<slug:clip_id>/retry", RetryClipView.as_view()),
    path("clips/<slug:clip_id>/cancel", CancelClipView.as_view()),
]
