"""Cursor pages, newest first: stable while rows are added, constant cost at any depth."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import InvalidInputError

_ID = re.compile(r"\A[0-9a-z]{26}\Z")


class NewestFirst(CursorPagination):
    """Identifiers sort by time, so the primary key is the cursor."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise _bad_cursor() from None
        if cursor is not None and cursor.position is not None and not _ID.match(str(cursor.position)):
            raise _bad_cursor()
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link()})


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError("Take the cursor from `next` of the page before.", field="cursor")
