"""Browsers of the admin's tests: a logged-in client per person of the cast, and shelves of both teams."""

import pytest
from django.test import Client

from accounts.models import User
from tests.admin.shelf import Shelf, stock
from tests.cast import make_account


@pytest.fixture
def browse():
    """`browse(user)` is a client that is logged in as the person."""

    def open_as(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return open_as


@pytest.fixture
def shelf(cast) -> Shelf:
    """One of everything in the cast's team."""
    return stock(cast.team, cast.account, cast.owner, project=cast.project)


@pytest.fixture
def other_shelf(cast) -> Shelf:
    """One of everything in the outsider's team, under a word that must never be seen from the cast's team."""
    return stock(cast.other_team, make_account(cast.other_team, slug="elsewhere"), cast.outsider, word="Quetzal")


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@example.com", "correct horse battery", name="Root")
