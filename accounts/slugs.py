"""Slugs as people type them: checked before they reach the database, told where they are taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.errors import ConflictError, InvalidInputError
from accounts.models.team import slug_validator


def checked_slug(slug: str) -> str:
    """The slug, if it is one. Raises InvalidInputError on `slug`."""
    try:
        slug_validator(slug)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages), field="slug") from None
    return slug


@contextmanager
def unique_slug(slug: str) -> Iterator[None]:
    """A transaction whose insert may find the slug taken: ConflictError `slug_taken`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ConflictError(f"The slug {slug} is taken in this team.", code="slug_taken", field="slug") from None
