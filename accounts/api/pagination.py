"""Cursor pages: stable while rows are added, constant cost at any depth."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import InvalidInputError

_ID = re.compile(r"\A[0-9a-z]{26}\Z")


class CursorPages(CursorPagination):
    """What every list answers: `results` and the link to the `next` page."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500

    def is_position(self, position: str) -> bool:
        """Whether this can be the position of a cursor: what cannot never reaches the database."""
        return "\x00" not in position

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise _bad_cursor() from None
        if cursor is not None and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise _bad_cursor()
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link()})


class NewestFirst(CursorPages):
    """Identifiers sort by time, so the primary key is the cursor."""

    ordering = "-id"

    def is_position(self, position: str) -> bool:
        return _ID.match(position) is not None


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError("Take the cursor from `next` of the page before.", field="cursor")
