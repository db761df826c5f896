"""Runs each module of this folder for every provider that declares its operation, through both drivers."""

import pytest

from tests.providers.contract.customer import Customer
from tests.providers.contract.stages import STAGES


def pytest_generate_tests(metafunc):
    if "customer" not in metafunc.fixturenames:
        return
    names = ["customer", *(name for name in ("operation", "case") if name in metafunc.fixturenames)]
    metafunc.parametrize(names, list(_rows(metafunc, names)), indirect=["customer"])


def _rows(metafunc, names):
    operations = getattr(metafunc.module, "OPERATIONS", None) or (metafunc.module.OPERATION,)
    test = metafunc.function
    for stage in STAGES:
        capabilities = stage.adapter.capabilities
        if not getattr(test, "binds", lambda capabilities: True)(capabilities):
            continue
        for operation in sorted(capabilities.operations.intersection(operations)):
            for kind in getattr(test, "kinds", ("blocking", "async")):
                for case in test.cases(capabilities) if "case" in names else (None,):
                    values = {"customer": (stage, kind), "operation": operation, "case": case}
                    told = [stage.name, kind, *(_said(values[name]) for name in names[1:])]
                    yield pytest.param(*(values[name] for name in names), id="-".join(told))


def _said(value):
    return str(value[0] if isinstance(value, tuple) else value)


@pytest.fixture
def customer(request, sandbox):
    stage, kind = request.param
    customer = Customer(stage, sandbox, kind)
    if stage.pace:
        customer.pace(**stage.pace)
    return customer


@pytest.fixture
def stranger(customer, sandbox):
    """Another account at the same provider."""
    return Customer(customer.stage, sandbox, "blocking")
