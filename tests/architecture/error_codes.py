"""Every code that the source can answer with, of errors and of findings, collected from its syntax."""

import ast

from accounts.api.problems import _DRF_CODES
from accounts.provider_errors import code_of
from providers.errors import Category
from tests.architecture.source import modules

# Our packages that raise PlatformErrors; `code` of a ProviderError is the vendor's.
_PACKAGES = ("accounts", "voicelib", "synthesis")


def error_codes() -> dict[str, str]:
    """code → a module that answers with it."""
    found = {code_of(category): "accounts.provider_errors" for category in Category}
    found |= dict.fromkeys(_DRF_CODES.values(), "accounts.api.problems")
    for name, tree in modules(*_PACKAGES):
        constants = _constants(tree)
        for node in ast.walk(tree):
            found |= dict.fromkeys(_codes_of(node) + _clip_error_codes(node, constants), name)
    for name, tree in modules("voicelib", "synthesis", "providers"):
        if not name.startswith("providers.sandbox"):
            found |= dict.fromkeys((code for node in ast.walk(tree) for code in _finding_codes(node)), name)
    return found


def _finding_codes(node: ast.AST) -> list[str]:
    """Codes of Finding("code", …): what was noticed and refuses nothing."""
    if not (isinstance(node, ast.Call) and _called(node) == "Finding" and node.args):
        return []
    return (
        [node.args[0].value] if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str) else []
    )


def _codes_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
        return [
            statement.value.value
            for statement in node.body
            if isinstance(statement, ast.Assign)
            and [ast.unparse(target) for target in statement.targets] == ["code"]
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        ]
    if isinstance(node, ast.Call) and _called(node).endswith("Error"):
        return [
            choice.value
            for keyword in node.keywords
            if keyword.arg == "code"
            for choice in ast.walk(keyword.value)
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str) and not choice.value.endswith("_")
        ]
    return []


def _clip_error_codes(node: ast.AST, constants: dict[str, str]) -> list[str]:
    """Codes of {"code", "message"} as clips keep them."""
    if not isinstance(node, ast.Dict):
        return []
    pairs = {
        key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
    }
    if not {"code", "message"} <= set(pairs):
        return []
    code = pairs["code"]
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        return [code.value]
    return [constants[code.id]] if isinstance(code, ast.Name) and code.id in constants else []


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for target in statement.targets
        if isinstance(target, ast.Name) and isinstance(statement.value.value, str)
    }


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""
