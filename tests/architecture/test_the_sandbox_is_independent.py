"""The contract that keeps the sandbox apart names every module there is to be kept apart from."""

import pkgutil
import tomllib
from pathlib import Path

import providers

ROOT = Path(__file__).resolve().parents[2]


def test_the_contract_forbids_every_other_module_of_providers():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [contract] = [row for row in contracts if row.get("source_modules") == ["providers.sandbox"]]
    others = {f"providers.{module.name}" for module in pkgutil.iter_modules(providers.__path__)} - {"providers.sandbox"}
    assert set(contract["forbidden_modules"]) == others
