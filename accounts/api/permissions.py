"""What a token may do here: the view declares a scope per method; a method without one is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.errors import AuthenticationError, PermissionDeniedError
from accounts.flows.tokens import Bearer

if TYPE_CHECKING:
    # DRF's views import the default permission classes, so these cannot import DRF's views.
    from rest_framework.views import APIView

# Declared by the few views that any token may call, whatever its scopes.
ANY_TOKEN = "any-token"  # noqa: S105 - a scope's name


class HasScope(BasePermission):
    """The declared scope of the method must be among the token's effective scopes."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Bearer):
            raise AuthenticationError("Send a token: `Authorization: Bearer vl_…`.", code="token_missing")
        method = request.method or ""
        if method not in view.allowed_methods:
            raise MethodNotAllowed(method)
        scope = scope_of(view, method)
        if scope is None:
            raise PermissionDeniedError("This method is open to nobody.")
        if scope != ANY_TOKEN and scope not in request.auth.scopes:
            raise PermissionDeniedError(
                f"This needs the scope {scope}, which the token, or the role of who made it, does not have.",
                code="scope_missing",
                data={"scope": scope},
            )
        return True


def scope_of(view: APIView, method: str) -> str | None:
    """The scope a view demands for a method; a HEAD is a GET without its body."""
    scopes: dict[str, str] = getattr(view, "scopes", {})
    return scopes.get("GET" if method == "HEAD" else method)
