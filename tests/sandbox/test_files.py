import httpx
import pytest

from tests.sandbox.customer import code, tone


def test_an_upload_answers_with_an_integer_id_that_survives_javascript_but_not_32_bits(customer):
    ids = [customer.upload(b"some bytes") for _ in range(5)]
    assert all(isinstance(file_id, int) and 2**32 < file_id < 2**53 for file_id in ids)
    assert len(set(ids)) == 5


def test_a_file_can_be_listed_retrieved_read_and_deleted(tenant):
    sample = tone(120)
    file_id = tenant.upload(sample, "mine.wav")
    (row,) = tenant.http.get("files/list", params={"purpose": "voice_clone"}).json()["files"]
    assert row == {
        "file_id": file_id,
        "bytes": len(sample),
        "created_at": row["created_at"],
        "filename": "mine.wav",
        "purpose": "voice_clone",
    }
    file = tenant.http.get("files/retrieve", params={"file_id": file_id}).json()["file"]
    assert httpx.get(file["download_url"]).content == sample
    content = tenant.http.get("files/retrieve_content", params={"file_id": file_id})
    assert content.content == sample
    tenant.advance(9 * 3600 + 60)
    assert httpx.get(file["download_url"]).status_code == 403
    deletion = {"file_id": file_id, "purpose": "voice_clone"}
    assert tenant.post("files/delete", deletion)["file_id"] == file_id
    assert code(tenant.post("files/delete", deletion)) == 2013
    assert code(tenant.http.get("files/retrieve", params={"file_id": file_id}).json()) == 2013


def test_files_belong_to_their_account(sandbox, customer, customer_of):
    file_id = customer.upload(b"mine")
    other = customer_of(sandbox)
    assert code(other.http.get("files/retrieve_content", params={"file_id": file_id}).json()) == 2013
    assert code(other.post("files/delete", {"file_id": file_id, "purpose": "voice_clone"})) == 2013
    assert other.http.get("files/list", params={"purpose": "voice_clone"}).json()["files"] == []


@pytest.mark.parametrize(
    ("data", "files"),
    [
        ({}, {"file": ("a.wav", b"x")}),
        ({"purpose": "holiday"}, {"file": ("a.wav", b"x")}),
        ({"purpose": "voice_clone"}, {"file": ("a.wav", b"")}),
        ({"purpose": "voice_clone"}, {"audio": ("a.wav", b"x")}),
    ],
    ids=["no purpose", "unknown purpose", "empty file", "other name"],
)
def test_an_upload_needs_a_known_purpose_and_a_file(customer, data, files):
    assert code(customer.http.post("files/upload", data=data, files=files).json()) == 2013


@pytest.mark.parametrize("query", ["", "?file_id=", "?file_id=abc", "?file_id=-1", "?file_id=99999999999999999999"])
def test_a_file_id_in_a_query_must_be_a_number(customer, query):
    assert code(customer.http.get(f"files/retrieve{query}").json()) == 2013


def test_an_unknown_download_is_not_found(sandbox):
    assert httpx.get(f"{sandbox.base_url}/minimax/download/none.mp3").status_code == 404


def test_an_upload_that_is_no_multipart_is_refused(customer):
    assert code(customer.post("files/upload", {"purpose": "voice_clone"})) == 2013
