import re

import httpx
import pytest

from providers.sandbox.status_page import element
from tests.sandbox.customer import SYSTEM_VOICE

HOUR = 3600


@pytest.fixture
def page(tenant):
    def read() -> str:
        answer = tenant.controls.get("")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return str(answer.text)

    return read


def row_of(page: str, text: str) -> list[str]:
    row = next(row for row in re.findall(r"<tr>(.*?)</tr>", page) if text in row)
    return re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)


def test_an_empty_sandbox_says_that_there_is_nothing(page):
    text = page()
    for title in ("Voices", "Bill", "Tasks", "Faults"):
        assert f"<h2>{title} (0)</h2><p>None.</p>" in text


def test_a_voice_is_shown_with_the_time_it_has_left(tenant, page):
    tenant.clone("Shown_clone_123")
    tenant.advance(30 * HOUR)
    assert row_of(page(), "Shown_clone_123")[1:3] == ["cloning", "temporary"]
    assert row_of(page(), "Shown_clone_123")[4] == "5 d 17 h 59 min"
    tenant.t2a("Hello.", "Shown_clone_123")
    assert row_of(page(), "<td>Shown_clone_123</td><td>cloning")[2::2] == ["permanent", "", "minimax"]
    assert row_of(page(), "<td>Shown_clone_123</td><td>cloning")[5] == "charged"


def test_bill_tasks_and_faults_are_shown(tenant, page):
    tenant.t2a("Hello there.")
    body = {"model": "speech-02-hd", "text": "Hello.", "voice_setting": {"voice_id": SYSTEM_VOICE}}
    task_id = tenant.post("t2a_async_v2", body)["task_id"]
    tenant.order("faults", {"operation": "get_voice", "fault": "rate_limit", "count": 3})
    text = page()
    assert row_of(text, "Total") == ["Total", "", "", "", "18", "0.001800", "USD", ""]
    assert row_of(text, "t2a_async")[2:] == ["speech-02-hd", SYSTEM_VOICE, "6", "0.000600", "USD", "minimax"]
    assert row_of(text, task_id)[1] == "Processing"
    assert row_of(text, "rate_limit") == ["rate_limit", "get_voice", "3", "1.0"]


def test_keys_and_texts_are_not_shown(own_sandbox, customer_of):
    customer = customer_of(own_sandbox, "a-very-secret-key")
    body = {"model": "speech-02-hd", "text": "Whispered words.", "voice_setting": {"voice_id": SYSTEM_VOICE}}
    customer.post("t2a_v2", body)
    customer.controls.post("faults", json={"operation": "t2a", "fault": "stall", "key": "a-very-secret-key"})
    text = customer.controls.get("").text
    assert "a-very-secret-key" not in text
    assert "Whispered" not in text


def test_the_page_loads_nothing_from_elsewhere_and_answers_to_local_names_only(tenant, page):
    assert not re.search(r"(src|href|url|@import)\s*[=(]", page())
    assert "<script" not in page()
    answer = tenant.controls.get("")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert tenant.controls.get("", headers={"Host": "evil.example"}).status_code == 421
    assert httpx.get(f"{tenant.base_url}/_sandbox/?key=K").status_code == 400


def test_markup_escapes_everything_that_is_not_markup():
    row = element("td", "<b>&", element("i", '"quoted"'))
    assert row == "<td>&lt;b&gt;&amp;<i>&quot;quoted&quot;</i></td>"
