"""Who adds a provider, or an operation to one, owes its contract."""

import importlib
import pkgutil

import pytest

from providers.registry import ADAPTERS
from tests.providers import contract
from tests.providers.contract.calls import CALLS
from tests.providers.contract.customer import PAID
from tests.providers.contract.stages import STAGES

DECLARED = [
    pytest.param(name, operation, id=f"{name}-{operation}")
    for name, adapter in ADAPTERS.items()
    for operation in sorted(adapter.capabilities.operations)
]


def promises():
    """operation: the tests that speak of it alone."""
    kept: dict[str, list[str]] = {}
    for found in pkgutil.iter_modules(contract.__path__):
        if found.name.startswith("test_"):
            module = importlib.import_module(f"{contract.__name__}.{found.name}")
            if hasattr(module, "OPERATION"):
                kept.setdefault(module.OPERATION, []).extend(name for name in vars(module) if name.startswith("test_"))
    return kept


def test_every_provider_stands_on_a_stage():
    assert sorted(stage.name for stage in STAGES) == sorted(ADAPTERS)


@pytest.mark.parametrize(("name", "operation"), DECLARED)
def test_a_declared_operation_has_its_contract(name, operation):
    assert promises().get(operation)


def test_a_contract_speaks_of_something_that_is_declared():
    assert set(promises()) <= {
        operation for adapter in ADAPTERS.values() for operation in adapter.capabilities.operations
    }


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_knows_the_route_of_every_call_of_its_own(stage):
    assert set(stage.routes) == stage.adapter.capabilities.operations & set(CALLS)


def test_every_paid_call_is_one_of_the_calls():
    assert set(CALLS) > PAID
