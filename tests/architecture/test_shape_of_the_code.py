"""Habits that no linter knows."""

import ast
import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from tests.architecture.source import PACKAGES, ROOT, modules

OURS = ("config", "synthesis", "voicelib", "accounts")


def test_no_field_takes_the_time_by_itself():
    fields = [
        f"{model.__name__}.{field.name}"
        for package in OURS
        for model in apps.get_app_config(package).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.DateField | models.TimeField) and (field.auto_now or field.auto_now_add)
    ]
    assert fields == []


def public_functions(tree):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


FLOWS = [
    pytest.param(function, id=f"{name}.{function.name}")
    for name, tree in modules("accounts", "voicelib", "synthesis")
    if ".flows." in name
    for function in public_functions(tree)
]


@pytest.mark.parametrize("function", FLOWS)
def test_a_flow_has_types_and_a_docstring(function):
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    assert [argument.arg for argument in arguments if argument.annotation is None] == []
    assert function.returns is not None
    assert ast.get_docstring(function)


def test_a_public_name_of_providers_has_a_docstring():
    bare = [
        f"{name}.{node.name}"
        for name, tree in modules("providers")
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


# Inside a package the left imports none of the right.
LAYERS = ("models", "flows", "tasks", "surface", "urls", "apps")
SURFACES = ("api", "views", "admin", "management", "audio_urls")


def layer_of(module):
    """The layer of a module inside its package; rules and errors are below models and may import only each other."""
    parts = module.split(".")
    if len(parts) == 1:
        return None
    name = "surface" if parts[1] in SURFACES else parts[1]
    return LAYERS.index(name) if name in LAYERS else None


def imports_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("package", ["accounts", "voicelib", "synthesis"])
def test_inside_a_package_imports_run_downhill(package):
    uphill = []
    for name, tree in modules(package):
        here = layer_of(name)
        for imported in imports_of(tree):
            there = layer_of(imported) if imported.startswith(f"{package}.") else None
            if there is not None and here is not None and there > here:
                uphill.append(f"{name} imports {imported}")
    assert uphill == []


def test_no_module_has_a_name_that_says_nothing():
    vague = re.compile(r"(^|[._])(utils?|helpers?|common|misc|services?|managers?)$")
    assert [name for name, _ in modules() if vague.search(name)] == []


def test_migrations_are_named_by_hand():
    names = [path.stem for package in PACKAGES for path in (ROOT / package).glob("migrations/0*.py")]
    assert names
    assert [name for name in names if "_auto_" in name or not re.match(r"\d{4}_[a-z]", name)] == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
