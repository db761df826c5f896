"""The OpenAPI schema generates without a warning, and the snapshot in git is what it generates."""

import pytest
import yaml
from django.core.management import call_command

from tests.architecture.source import ROOT

SNAPSHOT = ROOT / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    file = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    call_command("spectacular", file=str(file), validate=True, fail_on_warn=True)
    return file.read_text(encoding="utf-8")


def test_the_snapshot_is_current(schema):
    assert SNAPSHOT.read_text(encoding="utf-8") == schema, "Run `make schema` and look at what changed."


def test_every_operation_says_what_a_problem_looks_like(schema):
    for path, operations in yaml.safe_load(schema)["paths"].items():
        for method, operation in operations.items():
            if method in ("get", "post", "put", "patch", "delete"):
                problem = operation["responses"]["default"]["content"]
                assert list(problem) == ["application/problem+json"], f"{method} {path}"
                assert operation["security"] == [{"token": []}], f"{method} {path}"
                assert operation["description"], f"{method} {path}"


def test_the_schema_is_served_as_yaml_and_json(client, db):
    assert client.get("/api/schema/")["Content-Type"].startswith("application/vnd.oai.openapi")
    answer = client.get("/api/schema/", headers={"Accept": "application/json"})
    assert answer.json()["info"]["title"] == "Voice library"


def test_the_docs_page_needs_nothing_from_elsewhere(client, db):
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
