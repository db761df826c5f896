"""The cast: people of every role in a team, one who left, one from another team; and what they hold."""

from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client

from accounts import keyring
from accounts.flows.tokens import create_token
from accounts.ids import new_id
from accounts.models import Membership, Project, ProviderAccount, Team, Token, User
from accounts.roles import SCOPES, Role

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    """One team and everybody around it."""

    team: Team
    project: Project
    account: ProviderAccount
    owner: User
    admin: User
    editor: User
    viewer: User
    auditor: User
    outsider: User
    other_team: Team
    secrets: dict[str, str] = field(default_factory=dict)

    def api(self, who: str = "owner") -> "Api":
        """A client with a full-scope token of a member ("owner", "editor", …) or of the "outsider" in their team."""
        if who not in self.secrets:
            team = self.other_team if who == "outsider" else self.team
            self.secrets[who] = make_token(getattr(self, who), team)
        return Api(self.secrets[who])


class Api(Client):
    """Django's test client that speaks JSON and carries a token."""

    def __init__(self, secret: str | None = None, **options):
        super().__init__(**options)
        if secret is not None:
            self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def post(self, path, data=None, content_type="application/json", **options):  # type: ignore[override]
        return super().post(path, {} if data is None else data, content_type=content_type, **options)

    def patch(self, path, data=None, content_type="application/json", **options):  # type: ignore[override]
        return super().patch(path, {} if data is None else data, content_type=content_type, **options)


def make_team(slug: str | None = None) -> Cast:
    """A team with a member per role, and another team with the outsider."""
    slug = slug or f"team-{new_id()[-8:]}"
    team = Team.objects.create(slug=slug, name=slug.title())
    other_team = Team.objects.create(slug=f"{slug}-other", name=f"{slug.title()} Other")
    return Cast(
        team=team,
        project=Project.objects.create(team=team, slug="website", name="Website"),
        account=make_account(team),
        outsider=make_user(other_team, Role.OWNER, f"outsider@{slug}.example"),
        other_team=other_team,
        owner=make_user(team, Role.OWNER, f"owner@{slug}.example"),
        admin=make_user(team, Role.ADMIN, f"admin@{slug}.example"),
        editor=make_user(team, Role.EDITOR, f"editor@{slug}.example"),
        viewer=make_user(team, Role.VIEWER, f"viewer@{slug}.example"),
        auditor=make_user(team, Role.AUDITOR, f"auditor@{slug}.example"),
    )


def make_user(team: Team, role: str, email: str) -> User:
    """A member of `team`."""
    user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0].title())
    Membership.objects.create(team=team, user=user, role=role)
    return user


def make_account(team: Team, *, slug: str = "sandbox", key: str | None = None, is_default: bool = True, **fields):
    """A MiniMax account at the session's sandbox (ask for the `sandbox` fixture); its key is its own bill there."""
    key = key or f"sandbox-key-{new_id()}"
    values = {
        "name": slug.title(),
        "provider": "minimax",
        "base_url": f"{settings.SANDBOX_URL}/minimax",
        "price_list": "minimax-global",
        "key_encrypted": keyring.encrypt(key),
        "key_hint": keyring.hint(key),
        # The sandbox has no limits unless a test sets them.
        "limits": {family: {"rpm": None, "concurrency": None} for family in ("speech", "clone", "design")},
    }
    return ProviderAccount.objects.create(team=team, slug=slug, is_default=is_default, **(values | fields))


def make_token(user: User, team: Team, scopes=None, **fields) -> str:
    """A token's secret. Without `scopes`, all there are: the creator's role alone then limits it."""
    token, secret = create_token(team=team, creator=user, name=f"key of {user.name}", scopes=["clips:read"], **fields)
    Token.objects.filter(id=token.id).update(scopes=list(SCOPES) if scopes is None else list(scopes))
    return secret
