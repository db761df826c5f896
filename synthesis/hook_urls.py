"""/hooks/: webhooks of providers."""

from __future__ import annotations

from django.urls import path

from synthesis.api.hooks import HookView

urlpatterns = [path("<slug:provider>/<str:token>", HookView.as_view(), name="hook")]
