"""The admin of accounts. Importing the modules registers their models."""

from accounts.admin import attempts, books, budgets, mails, people, prices, projects, provider_accounts, tokens

__all__ = ["attempts", "books", "budgets", "mails", "people", "prices", "projects", "provider_accounts", "tokens"]
