"""The product's source, parsed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("config", "synthesis", "voicelib", "accounts", "providers")


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """(dotted name, tree) of every module of the packages, migrations aside."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """The tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def document(name: str) -> str:
    """A page of docs/."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")
