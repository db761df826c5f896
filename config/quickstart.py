"""The main job, done once at the first start, through the same REST calls that any service would make.

A team clones a voice from a recording, with consent; keeps it; adds pronunciation rules; renders a clip. What it made
is written to `quickstart.json` in the data directory.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from accounts.flows.people import add_member, create_team, create_user
from accounts.flows.projects import create_project
from accounts.flows.provider_accounts import create_provider_account
from accounts.flows.tokens import create_token
from accounts.models import Team, User
from accounts.payer import Actor
from accounts.roles import SCOPES, Role

SAMPLE = Path(__file__).parent / "data" / "sample.mp3"
TEAM, PROJECT, VOICE, DICTIONARY = "demo", "welcome", "narrator", "house-words"
EMAIL = "demo@example.com"
TEXT = "Welcome to the voice library. Every SQL report is ready, and 处理 is said the way we say it."
RULES = (
    {"source": "SQL", "replacement": "sequel", "kind": "respelling"},
    {"source": "处理", "replacement": "chu4 li3", "kind": "pinyin"},
)
_WAIT_SECONDS = 60


class QuickstartError(Exception):
    """The main job did not come to its end; the sentence says at which step."""


def quickstart_path() -> Path:
    """Where the result of the first start lies."""
    return Path(settings.DATA_DIR) / "quickstart.json"


def first_start(say: Callable[[str], Any]) -> dict[str, Any]:
    """Do the main job unless an earlier start did it; returns what quickstart.json holds. Raises QuickstartError."""
    path = quickstart_path()
    if path.exists():
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        say(f"Data in {settings.DATA_DIR}; log in as {result['email']} with the password in {path}.")
        return result
    say("First start: cloning a voice, keeping it, adding a pronunciation rule, rendering a clip…")
    result = _main_job(_bootstrap())
    _write_private(path, json.dumps(result, indent=2))
    return result


def _bootstrap() -> dict[str, Any]:
    """People, team, project, provider account and token: what an operator does before the first call.

    A start that was interrupted before it could write quickstart.json is taken up where it stopped.
    """
    password = secrets.token_urlsafe(12)
    user = User.objects.filter(email=EMAIL).first() or create_user(email=EMAIL, name="Demo", password=password)
    user.set_password(password)
    user.save(update_fields=["password"])
    actor = Actor(user_id=user.id, name=user.email)
    team = Team.objects.filter(slug=TEAM).first()
    if team is None:
        team = create_team(slug=TEAM, name="Demo team", time_zone="UTC")
        add_member(team=team, user=user, role=Role.OWNER)
        create_project(team=team, slug=PROJECT, name="Welcome", actor=actor)
        create_provider_account(
            team=team,
            actor=actor,
            slug="sandbox",
            name="Sandbox",
            provider="minimax",
            base_url=f"{settings.SANDBOX_URL}/minimax",
            key=f"sandbox-{secrets.token_hex(12)}",
            price_list="minimax-global",
            # The sandbox has no limits unless it is told to.
            limits={"speech": {"rpm": None}},
            is_default=True,
        )
    _token, secret = create_token(
        team=team,
        creator=user,
        name="quickstart",
        scopes=list(SCOPES),
        project=team.projects.get(slug=PROJECT),
        expires_at=None,
        actor=actor,
    )
    return {"email": EMAIL, "password": password, "token": secret, "team": TEAM, "project": PROJECT}


def _main_job(made: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {made['token']}"}
    with httpx.Client(base_url=f"{settings.PUBLIC_URL}/api/v1", headers=headers, timeout=60, trust_env=False) as api:
        _clone(api)
        _publish_rules(api)
        clip = _render(api)
        file = Path(settings.DATA_DIR) / "quickstart" / "clip.mp3"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_ok(api.get(f"/clips/{clip['id']}/audio", follow_redirects=True)).content)
    return {
        "base_url": settings.PUBLIC_URL,
        "sandbox_url": settings.SANDBOX_URL,
        **made,
        "voice": VOICE,
        "dictionary": DICTIONARY,
        "clip": clip["id"],
        "clip_file": str(file),
        "billed_characters": clip["billed_characters"],
    }


def _clone(api: httpx.Client) -> None:
    if api.get(f"/voices/{VOICE}").status_code == httpx.codes.NOT_FOUND:
        _add_voice(api)
    homes = _homes(api)
    if not homes:
        _ok(api.post(f"/voices/{VOICE}/clone", json={"provider_account": "sandbox", "policy": "always"}))
    if not homes or homes[0]["state"] == "cloning":
        _wait(lambda: _homes(api)[0], "temporary", f"voice {VOICE}")
    if _homes(api)[0]["state"] == "temporary":
        _ok(api.post(f"/voices/{VOICE}/activate", json={}))
    _wait(lambda: _homes(api)[0], "permanent", f"voice {VOICE}")


def _add_voice(api: httpx.Client) -> None:
    consent = _ok(
        api.post(
            "/consents",
            json={
                "speaker": "The sandbox's narrator",
                "company": "Demo",
                "statement": "I agree that this recording is cloned for the demonstration of this voice library.",
                "locale": "en",
                "valid_until": None,
                "scope": {},
            },
        )
    ).json()
    with SAMPLE.open("rb") as recording:
        files = {"file": (SAMPLE.name, recording, "audio/mpeg")}
        sample = _ok(api.post("/samples", data={"name": "Narrator"}, files=files)).json()
    voice = {"name": "Narrator", "slug": VOICE, "language": "en", "consent": consent["id"], "sample": sample["id"]}
    _ok(api.post("/voices", json=voice))


def _homes(api: httpx.Client) -> list[dict[str, Any]]:
    homes: list[dict[str, Any]] = _ok(api.get(f"/voices/{VOICE}")).json()["homes"]
    return homes


def _publish_rules(api: httpx.Client) -> None:
    if api.get(f"/dictionaries/{DICTIONARY}").is_success:
        return
    _ok(api.post("/dictionaries", json={"name": "House words", "slug": DICTIONARY, "language": "en"}))
    for rule in RULES:
        _ok(api.post(f"/dictionaries/{DICTIONARY}/rules", json=rule))
    _ok(api.post(f"/dictionaries/{DICTIONARY}/publish", json={"message": "First words"}))


def _render(api: httpx.Client) -> dict[str, Any]:
    asked = api.post(
        "/clips",
        json={"voice": VOICE, "text": TEXT, "dictionaries": [DICTIONARY]},
        headers={"Idempotency-Key": "quickstart", "Prefer": "wait=30"},
    )
    clip: dict[str, Any] = _ok(asked).json()
    return _wait(lambda: _ok(api.get(f"/clips/{clip['id']}")).json(), "ready", f"clip {clip['id']}")


def _wait(look: Callable[[], dict[str, Any]], state: str, what: str) -> dict[str, Any]:
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        seen = look()
        if seen["state"] == state:
            return seen
        if seen["state"] in ("failed", "lapsed", "lost") or time.monotonic() > until:
            raise QuickstartError(f"The {what} is {seen['state']}, not {state}: {seen.get('error') or seen}")
        time.sleep(0.05)


def _ok(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise QuickstartError(f"{response.request.method} {response.request.url.path}: {response.text}")
    return response


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def story(result: dict[str, Any]) -> str:
    """Where to log in, and what to paste."""
    base, token = result["base_url"], result["token"]
    ask = json.dumps({"voice": VOICE, "text": "Hello from the command line.", "dictionaries": [DICTIONARY]})
    return f"""
  Log in    {base}/admin/   {result["email"]}   {result["password"]}
  API docs  {base}/api/docs/
  Clip      {result["clip_file"]}   ({result["billed_characters"]} billed characters)
  API key   {token}

  Try it:

  curl -s -H 'Authorization: Bearer {token}' {base}/api/v1/voices/{VOICE}
  curl -s -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -H 'Prefer: wait=20' \\
       -d '{ask}' {base}/api/v1/clips
  curl -sL -H 'Authorization: Bearer {token}' -o clip.mp3 {base}/api/v1/clips/{result["clip"]}/audio
  curl -s -H 'Authorization: Bearer {token}' '{base}/api/v1/ledger/totals?group_by=voice,model'
"""
