"""Re-exports. Imports run one way: user → team → token, provider → price, budget, attempt, ledger, event."""

from accounts.models.attempt import Attempt, Hold
from accounts.models.budget import Budget, Meter, Scope
from accounts.models.event import Event
from accounts.models.idempotency import IdempotentRequest
from accounts.models.ledger import LedgerEntry, Seal, SealedEntry
from accounts.models.mail import Alert, Mail
from accounts.models.price import Price
from accounts.models.provider import ProviderAccount
from accounts.models.team import Membership, Project, Team
from accounts.models.token import Token
from accounts.models.user import User

__all__ = [
    "Alert",
    "Attempt",
    "Budget",
    "Event",
    "Hold",
    "IdempotentRequest",
    "LedgerEntry",
    "Mail",
    "Membership",
    "Meter",
    "Price",
    "Project",
    "ProviderAccount",
    "Scope",
    "Seal",
    "SealedEntry",
    "Team",
    "Token",
    "User",
]
