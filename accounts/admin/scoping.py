"""The one rule of the admin: people see and touch what their role allows in their own teams, and nothing else exists.

Every ModelAdmin and inline is built on `TeamScoped`; a test fails for one that is not.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict

from accounts.admin.rights import rights_of
from accounts.admin.typed_unfold import ModelAdmin, TabularInline

if TYPE_CHECKING:
    from django.contrib.admin.options import BaseModelAdmin

    _Mixed = BaseModelAdmin[Any]
else:
    _Mixed = object

_M = TypeVar("_M", bound=Model)


class TeamScoped(_Mixed):
    """Mixin for ModelAdmin and inlines: rows, choices and permissions by the person's roles in their teams.

    `team_path` leads from the model to the team's id. Reading needs `read_scope`, everything else `write_scope` and the
    matching `can_…`; most changes are made by buttons that call flows, so these are off by default.
    """

    team_path: ClassVar[str] = "team_id"
    read_scope: ClassVar[str] = ""
    write_scope: ClassVar[str] = ""
    can_add: ClassVar[bool] = False
    can_change: ClassVar[bool] = False
    can_delete_rows: ClassVar[bool] = False
    # Query-string lookups beyond those of the filters, for links between pages. Everything else is refused: a lookup
    # on a field that is not shown would tell its content bit by bit.
    link_lookups: ClassVar[frozenset[str]] = frozenset()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scoped(super().get_queryset(request), request, self.team_path, self.read_scope)

    def team_id_of(self, obj: Model) -> str:
        """The team a row belongs to."""
        return str(reduce(getattr, self.team_path.split("__"), obj))

    def may(self, request: HttpRequest, scope: str, obj: Model | None = None) -> bool:
        """Whether `scope` is held in the team of `obj`, or anywhere."""
        rights = rights_of(request)
        if not scope:
            return rights.is_superuser
        return rights.anywhere(scope) if obj is None else rights.allows(scope, self.team_id_of(obj))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.read_scope)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, self.read_scope, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_add and self.may(request, self.write_scope, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_change and self.may(request, self.write_scope, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_delete_rows and self.may(request, self.write_scope, obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = choices_for(db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = choices_for(db_field, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in self.link_lookups or lookup in _filter_lookups(self, request)


class TeamAdmin(TeamScoped, ModelAdmin[_M]):
    """A scoped ModelAdmin; nothing is selected for bulk actions, because every change is a decision of its own."""

    actions = None
    list_per_page = 50
    show_facets = ShowFacets.NEVER
    list_filter_submit = True
    # Dates and owners: what a list row joins to show itself. Set it, or the list asks a query per row.
    list_select_related: ClassVar[bool | list[str] | tuple[str, ...]] = True

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Who belongs to one team is not told its name in every row."""
        columns = super().get_list_display(request)
        return [name for name in columns if name != "team" or len(rights_of(request).roles) > 1]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PreparedChangeList

    def prepare_rows(self, request: HttpRequest, changelist: ChangeList, rows: list[Any]) -> None:
        """Attach to the rows of one page what their columns need, in a fixed number of queries."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Changes are told by events, which flows record; the framework's own log would be a second story."""
        raise PermissionDenied

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        return None


class PreparedChangeList(ChangeList):
    """A list whose admin sees the rows of the page before they are shown."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # A list of its own, so that what is attached to the rows is still there when they are shown.
        self.result_list = list(self.result_list)
        self.model_admin.prepare_rows(request, self, self.result_list)  # type: ignore[attr-defined]


class TeamInline(TeamScoped, TabularInline[Any, Any]):
    """A scoped tabular inline. Its rows are those of the parent, whose admin has been asked before."""

    extra = 0
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return TabularInline.get_queryset(self, request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return rights_of(request).anywhere(self.read_scope) if obj is None else self._of_parent(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_add and self._of_parent(request, obj, self.write_scope)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_change and self._of_parent(request, obj, self.write_scope)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.can_delete_rows and self._of_parent(request, obj, self.write_scope)

    def _of_parent(self, request: HttpRequest, parent: Model | None, scope: str | None = None) -> bool:
        scope = self.read_scope if scope is None else scope
        if parent is None:
            return rights_of(request).anywhere(scope)
        team_id = getattr(parent, "team_id", None)
        return team_id is not None and rights_of(request).allows(scope, team_id)


def scoped(queryset: QuerySet[_M], request: HttpRequest, team_path: str, scope: str) -> QuerySet[_M]:
    """The rows of the teams in which the person of the request holds `scope`; all for a superuser."""
    rights = rights_of(request)
    if rights.is_superuser:
        return queryset
    teams = rights.teams(scope) if scope else []
    return queryset.filter(**{f"{team_path}__in": teams})


def choices_for(db_field: Any, request: HttpRequest) -> QuerySet[Any]:
    """What may be chosen for a relation: what the related model's admin lists; nothing where there is none."""
    related: Any = db_field.related_model
    registered: Any = admin.site._registry.get(related)
    if not isinstance(registered, TeamScoped):
        return cast("QuerySet[Any]", related._default_manager.none())
    return registered.get_queryset(request)


def with_query(base: str, **parameters: str) -> str:
    """A link with a query string."""
    query = QueryDict(mutable=True)
    query.update(parameters)
    return f"{base}?{query.urlencode()}"


def _filter_lookups(model_admin: Any, request: HttpRequest) -> set[str]:
    lookups: set[str] = set()
    for item in model_admin.get_list_filter(request):
        if isinstance(item, tuple):
            item = item[0]
        name = item if isinstance(item, str) else getattr(item, "parameter_name", "")
        lookups |= {name, f"{name}__exact", f"{name}__id__exact", f"{name}_from", f"{name}_to"}
    return lookups
