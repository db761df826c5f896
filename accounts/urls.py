"""The accounts part of /api/v1."""

from __future__ import annotations

from django.urls import path

from accounts.api.attempts import AttemptsView, AttemptView, ResolveAttemptView
from accounts.api.budgets import BudgetsView, BudgetView
from accounts.api.events import EventsView
from accounts.api.ledger import LedgerCsvView, LedgerTotalsView, LedgerView
from accounts.api.me import MeView
from accounts.api.notifications import MailsView, NotificationsView
from accounts.api.prices import PricesView
from accounts.api.projects import ProjectsView
from accounts.api.provider_accounts import (
    CheckProviderAccountView,
    ProviderAccountsView,
    ProviderAccountView,
    RegionsView,
)
from accounts.api.tokens import TokensView, TokenView

# `slug` takes letters, digits, hyphens and underscores: slugs and ids alike, and nothing a database would choke on.
urlpatterns = [
    path("me", MeView.as_view()),
    path("projects", ProjectsView.as_view()),
    path("tokens", TokensView.as_view()),
    path("tokens/<slug:token_id>", TokenView.as_view()),
    path("notifications", NotificationsView.as_view()),
    path("mails", MailsView.as_view()),
    path("events", EventsView.as_view()),
    path("budgets", BudgetsView.as_view()),
    path("budgets/<slug:budget_id>", BudgetView.as_view()),
    path("attempts", AttemptsView.as_view()),
    path("attempts/<slug:attempt_id>", AttemptView.as_view()),
    path("attempts/<slug:attempt_id>/resolve", ResolveAttemptView.as_view()),
    path("ledger", LedgerView.as_view()),
    path("ledger/totals", LedgerTotalsView.as_view()),
    path("ledger.csv", LedgerCsvView.as_view()),
    path("prices", PricesView.as_view()),
    path("regions", RegionsView.as_view()),
    path("provider-accounts", ProviderAccountsView.as_view()),
    path("provider-accounts/<slug:account>", ProviderAccountView.as_view()),
    path("provider-accounts/<slug:account>/check", CheckProviderAccountView.as_view()),
]
