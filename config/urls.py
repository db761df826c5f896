"""Every URL of the product."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.negotiation import DefaultContentNegotiation

from config.health import healthz, readyz
from config.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
    path("api/v1/", include("accounts.urls")),
    path("api/v1/", include("voicelib.urls")),
    path("api/v1/", include("synthesis.urls")),
    path("audio/", include("synthesis.audio_urls")),
    path("samples/", include("voicelib.sample_urls")),
    path("hooks/", include("synthesis.hook_urls")),
    # The schema comes as YAML or JSON, as asked.
    path(
        "api/schema/",
        SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation),
        name="schema",
    ),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
handler400 = "accounts.api.fallback.bad_request"
handler404 = "accounts.api.fallback.not_found"
handler500 = "accounts.api.fallback.server_error"
