"""The base of every endpoint: three moves, read input, call one flow, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.api.pagination import NewestFirst
from accounts.api.problems import invalid_input
from accounts.errors import InvalidInputError
from accounts.flows.tokens import Bearer
from accounts.models import Project, Team, Token
from accounts.payer import Actor, Payer

_Row = TypeVar("_Row", bound=Model)


class TeamView(APIView):
    """An endpoint of the caller's team. `scopes` names the scope each method demands; what is not named is closed."""

    scopes: ClassVar[Mapping[str, str]] = {}
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    # Without it, bodies are bounded like all of Django's; uploads raise it.
    max_body_bytes: ClassVar[int] = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out who calls before anything is read; refuse bodies beyond the bound unread."""
        super().initial(request, *args, **kwargs)
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.max_body_bytes:
            raise InvalidInputError(
                f"The request is larger than {self.max_body_bytes} bytes.", code="request_too_large", status=413
            )

    @property
    def bearer(self) -> Bearer:
        """Who calls, with which rights."""
        return cast(Bearer, self.request.auth)

    @property
    def token(self) -> Token:
        return self.bearer.token

    @property
    def team(self) -> Team:
        return self.token.team

    @property
    def actor(self) -> Actor:
        return self.bearer.actor

    def payer(self, project: Project | None = None) -> Payer:
        """Whose budgets pay for what this request causes."""
        return Payer(
            team_id=self.team.id,
            project_id=None if project is None else project.id,
            token_id=self.token.id,
            user_id=self.token.created_by_id,
        )

    def project_of(self, slug_or_id: str | None) -> Project | None:
        """The named project of the team; the token's own where none is named. Raises InvalidInputError."""
        if slug_or_id is None:
            return self.token.project
        project = Project.objects.filter(team=self.team, slug=slug_or_id).first()
        project = project or Project.objects.filter(team=self.team, id=slug_or_id).first()
        if project is None:
            raise InvalidInputError("There is no such project in this team.", code="project_unknown", field="project")
        return project

    def read(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The validated body. Raises InvalidInputError that names the first field and lists all."""
        return _validated(serializer_class, self.request.data)

    def filters(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The validated query string. Raises as `read`."""
        return _validated(serializer_class, self.request.query_params)

    def page(self, queryset: QuerySet[_Row], to_json: Callable[[_Row], Any]) -> Response:
        """One page, newest first: {"results": […], "next": URL or null}."""
        paginator = NewestFirst()
        rows = paginator.paginate_queryset(queryset, self.request, view=self)
        return paginator.get_paginated_response([to_json(row) for row in rows or []])


def _validated(serializer_class: type[BaseSerializer[Any]], data: Any) -> dict[str, Any]:
    serializer = serializer_class(data=data)
    if not serializer.is_valid():
        raise invalid_input(serializer.errors)
    return dict(serializer.validated_data)
