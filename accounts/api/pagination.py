"""Cursor pages, newest first: stable while rows are added, constant cost at any depth."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Identifiers sort by time, so the primary key is the cursor."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
