"""`Authorization: Bearer vl_<prefix>.<secret>`."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.errors import AuthenticationError
from accounts.flows.tokens import Bearer, authenticate_token
from accounts.logs import add_to_request
from accounts.models import User


class TokenAuthentication(BaseAuthentication):
    """Sets `request.user` to the token's creator and `request.auth` to the Bearer."""

    def authenticate(self, request: Request) -> tuple[User, Bearer] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationError("Send the token as `Authorization: Bearer vl_…`.", code="token_missing")
        bearer = authenticate_token(secret=secret.strip())
        add_to_request(team=bearer.token.team.slug, token_prefix=bearer.token.prefix)
        return bearer.token.created_by, bearer

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="voice library"'
