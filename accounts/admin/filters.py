"""Filters of lists. Their choices are read from the rows that the person may see, never from whole tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from unfold.utils import parse_date_str

if TYPE_CHECKING:
    from django.contrib.admin import ChoicesFieldListFilter, FieldListFilter, SimpleListFilter

    ChoicesDropdownFilter = ChoicesFieldListFilter
    DropdownFilter = SimpleListFilter
    RangeDateFilter = FieldListFilter
else:
    from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter

_MOST_CHOICES = 200
__all__ = [
    "ChoicesDropdownFilter",
    "DayRangeFilter",
    "DropdownFilter",
    "RowsFilter",
    "ValuesFilter",
    "by_row",
    "by_value",
]


class ValuesFilter(DropdownFilter):
    """The different values of a column among the visible rows."""

    column: ClassVar[str]
    labels: ClassVar[dict[str, Any]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        values = (
            model_admin.get_queryset(request)
            .exclude(**{self.column: ""})
            .order_by(self.column)
            .values_list(self.column, flat=True)
            .distinct()
        )
        return [(str(value), self.labels.get(value, value)) for value in values[:_MOST_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class RowsFilter(DropdownFilter):
    """Rows of a related model that the person may see."""

    column: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        related = model_admin.model._meta.get_field(self.column).related_model
        rows = admin.site._registry[related].get_queryset(request)[:_MOST_CHOICES]
        return sorted(((row.pk, str(row)) for row in rows), key=lambda pair: pair[1].lower())

    def has_output(self) -> bool:
        # A filter without output does not filter either; with one team there is nothing to choose.
        return len(self.lookup_choices) > (1 if self.column == "team" else 0)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.column}_id": self.value()}) if self.value() else queryset


class DayRangeFilter(RangeDateFilter):
    """From the beginning of one day to the end of another, in UTC."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        since, until = self._day("from"), self._day("to")
        if since is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": _midnight(since)})
        if until is not None:
            queryset = queryset.filter(**{f"{self.field_path}__lt": _midnight(until + timedelta(days=1))})
        return queryset

    def _day(self, end: str) -> date | None:
        day: date | None = parse_date_str(str(self.used_parameters.get(f"{self.field_path}_{end}") or ""))
        return day


def by_value(column: str, title: str | Promise, labels: dict[str, Any] | None = None) -> type[ValuesFilter]:
    """A ValuesFilter for a column."""
    body = {"column": column, "parameter_name": column, "title": title, "labels": labels or {}}
    return type(f"By_{column}", (ValuesFilter,), body)


def by_row(column: str, title: str | Promise) -> type[RowsFilter]:
    """A RowsFilter for a foreign key."""
    return type(f"By_{column}", (RowsFilter,), {"column": column, "parameter_name": column, "title": title})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
