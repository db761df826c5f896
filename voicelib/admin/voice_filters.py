"""Filter voices by how they stand as a whole."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.filters import DropdownFilter
from voicelib.admin.standing import DRAFT, PILLS, RETIRED, SUSPENDED
from voicelib.models import Voice
from voicelib.states import BEST_FIRST


class StandingFilter(DropdownFilter):
    """The state of a voice is the best of its homes'; suspension and retirement are filters of their own."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(state), pill.word) for state, pill in PILLS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Voice]) -> QuerySet[Voice]:
        chosen = self.value()
        if not chosen or chosen not in PILLS:
            return queryset
        if chosen == RETIRED:
            return queryset.filter(retired_at__isnull=False)
        queryset = queryset.filter(retired_at__isnull=True)
        if chosen == SUSPENDED:
            return queryset.filter(suspended_at__isnull=False)
        if chosen == DRAFT:
            return queryset.filter(homes__isnull=True)
        best = queryset.filter(homes__state=chosen).exclude(homes__state__in=BEST_FIRST[: BEST_FIRST.index(chosen)])
        return best.filter(Q(suspended_at__isnull=True)).distinct()
