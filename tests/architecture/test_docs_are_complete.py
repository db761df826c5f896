"""What the docs promise to list is listed: error codes, events, settings, endpoints, scopes, commands."""

import ast
import re

import pytest

from accounts.events import EVENT_KINDS
from accounts.roles import ROLE_SCOPES, SCOPES
from tests.access.table import TABLE
from tests.architecture.error_codes import error_codes
from tests.architecture.source import PACKAGES, ROOT, document, modules


def listed(page, pattern):
    """The names in the first column of the page's tables."""
    return set(re.findall(rf"^\| `({pattern})` \|", document(page), re.MULTILINE))


def constants():
    return {
        node.value
        for _, tree in modules("accounts", "voicelib", "synthesis", "providers")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_error_code_is_listed():
    assert sorted(set(error_codes()) - listed("errors.md", r"\w+")) == []


def test_no_listed_error_code_is_stale():
    # Codes made of two parts are found by their second.
    made = {"provider_", "voice_"}
    known = constants() | set(error_codes())
    stale = {
        code
        for code in listed("errors.md", r"\w+") - known
        if not any(code.startswith(first) and code.removeprefix(first) in known for first in made)
    }
    assert sorted(stale) == []


def test_every_event_is_listed_with_its_meaning():
    page = document("events.md")
    assert [kind for kind, meaning in EVENT_KINDS.items() if f"| `{kind}` | {meaning} |" not in page] == []
    assert listed("events.md", r"[a-z_]+\.[a-z_]+") == set(EVENT_KINDS)


def settings_read():
    """Names of environment variables that config/ reads, secrets with their _FILE twin."""
    for _, tree in modules("config"):
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            reader, first = node.func, node.args[0]
            if ast.unparse(reader.value) == "env" and isinstance(first, ast.Constant):
                yield str(first.value)
                if reader.attr == "secret":
                    yield f"{first.value!s}_FILE"


def test_every_setting_is_listed():
    names = set(settings_read())
    assert len(names) > 30
    page = document("configuration.md")
    assert sorted(name for name in names if f"`{name}`" not in page) == []
    assert sorted(listed("configuration.md", "[A-Z][A-Z0-9_]+") - names) == []


def test_every_endpoint_is_listed_with_its_scope():
    page = document("api.md")
    missing = []
    for row in TABLE:
        scope = f"`{row.scope}`" if row.scope in SCOPES else "any" if row.scope == "any" else "none"
        if f"| `{row.method} /{row.route}` | {scope} |" not in page:
            missing.append(f"| `{row.method} /{row.route}` | {scope} |")
    assert missing == []


def test_every_scope_is_listed_with_the_roles_that_have_it():
    page = document("api.md")
    for scope in SCOPES:
        marks = " | ".join("✓" if scope in scopes else " " for scopes in ROLE_SCOPES.values())
        assert f"| `{scope}` | {marks} |" in page, f"| `{scope}` | {marks} |"


COMMANDS = sorted(
    path.stem
    for package in PACKAGES
    for path in (ROOT / package).glob("management/commands/*.py")
    if path.stem != "__init__"
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_listed(command):
    assert f"`manage.py {command}" in document("configuration.md")
