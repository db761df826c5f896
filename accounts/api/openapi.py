"""What every operation of the schema says by itself: the scope it demands, the bearer token, the problem body."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from accounts.api.outputs import Output, ProblemOutput
from accounts.api.permissions import ANY_TOKEN, scope_of


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `TokenAuthentication`."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """The scheme of a bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vl_<prefix>.<secret>"}


class TeamSchema(AutoSchema):
    """Adds the scope to the description and the problem body to the answers."""

    def get_description(self) -> str:  # type: ignore[override]
        """The view's sentence and the scope it demands."""
        text = super().get_description() or ""
        scope = scope_of(self.view, self.method)
        needs = "" if scope in (None, ANY_TOKEN) else f"Scope: `{scope}`."
        return "\n\n".join(part for part in (text, needs) if part)

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        bodies["default"] = self._get_response_for_code(  # type: ignore[no-untyped-call]
            ProblemOutput, "default", ["application/problem+json"]
        )
        return bodies


def page_of(row: type[Output]) -> type[Output]:
    """The shape of a page of rows, for the schema."""
    name = f"{row.__name__.removesuffix('Output')}PageOutput"
    fields = {
        "__doc__": "One page, newest first.",
        "results": row(many=True),
        "next": serializers.URLField(allow_null=True, help_text="The next page."),
    }
    return type(name, (Output,), fields)
