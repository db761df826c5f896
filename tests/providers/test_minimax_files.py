"""Files at MiniMax: uploaded, listed, found, read, deleted, under ids that stay exact."""

from typing import Any

import pytest

from providers.errors import ProviderError, RefusedError
from providers.types import UploadPart
from tests.providers.conversation import ACCOUNT, MINIMAX, account, answer, converse, first_request

BIG = 9007199254740993
WRONG: Any = "holiday"
FILE = {"file_id": BIG, "bytes": 76, "created_at": 1700000000, "filename": "a.txt", "purpose": "t2a_async_input"}


def part(name="book.txt", content=b"Once."):
    return UploadPart(name, content, "text/plain")


def failure(operation, *answers):
    with pytest.raises(ProviderError) as caught:
        converse(operation, *answers)
    return caught.value


def test_a_text_is_uploaded_for_its_purpose():
    result, (asked,) = converse(MINIMAX.upload_file(ACCOUNT, part(), "t2a_async_input"), answer(file=FILE))
    assert asked.form == {"purpose": "t2a_async_input"}
    assert asked.files["file"].filename == "book.txt"
    assert (result.file_id, result.size) == (str(BIG), 76)


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("filename", lambda: MINIMAX.upload_file(ACCOUNT, part("book.pdf"), "t2a_async_input")),
        ("content", lambda: MINIMAX.upload_file(ACCOUNT, part(content=b""), "t2a_async_input")),
        ("purpose", lambda: MINIMAX.upload_file(ACCOUNT, part(), "t2a_async")),
        ("purpose", lambda: MINIMAX.list_files(ACCOUNT, WRONG)),
        ("purpose", lambda: MINIMAX.delete_file(ACCOUNT, "1", WRONG)),
        ("file_id", lambda: MINIMAX.delete_file(ACCOUNT, "", "voice_clone")),
        ("file_id", lambda: MINIMAX.retrieve_file(ACCOUNT, "-1")),
        ("file_id", lambda: MINIMAX.retrieve_file(ACCOUNT, "0")),
        ("file_id", lambda: MINIMAX.retrieve_file(ACCOUNT, "1.0")),
        ("file_id", lambda: MINIMAX.file_content(ACCOUNT, str(2**63))),
        ("file_id", lambda: MINIMAX.file_content(ACCOUNT, "²")),
    ],
)
def test_what_no_file_can_be_is_refused_before_sending(field, call):
    with pytest.raises(RefusedError) as caught:
        next(call())
    assert caught.value.field == field


def test_the_list_keeps_ids_exact_and_leaves_out_what_has_none():
    listed = answer(files=[FILE, None, {"file_id": 1.5}, {"file_id": "17", "filename": None}])
    files, (asked,) = converse(MINIMAX.list_files(account(group_id="7"), "voice_clone"), listed)
    assert (asked.method, asked.params) == ("GET", {"purpose": "voice_clone", "GroupId": "7"})
    assert [file.file_id for file in files] == [str(BIG), "17"]
    assert (files[0].filename, files[0].size, files[0].created_at) == ("a.txt", 76, 1700000000)


@pytest.mark.parametrize("files", [None, {}, "x"])
def test_a_list_may_be_missing(files):
    assert converse(MINIMAX.list_files(ACCOUNT, "voice_clone"), answer(files=files))[0] == []


def test_a_file_is_found_with_its_address_and_not_with_its_bytes():
    found = answer(file=FILE | {"download_url": "https://cdn.example/x.tar"})
    file, (asked,) = converse(MINIMAX.retrieve_file(ACCOUNT, str(BIG)), found)
    assert asked.url.endswith("/v1/files/retrieve")
    assert asked.params == {"file_id": str(BIG)}
    assert file.download_url == "https://cdn.example/x.tar"


@pytest.mark.parametrize("url", ["", None, "x", "file:///etc/passwd"])
def test_an_address_that_is_none_is_not_shown(url):
    found = answer(file=FILE | {"download_url": url})
    assert converse(MINIMAX.retrieve_file(ACCOUNT, str(BIG)), found)[0].download_url is None


def test_a_file_that_is_not_in_the_answer_is_malformed_but_free():
    error = failure(MINIMAX.retrieve_file(ACCOUNT, "5"), answer(file=None))
    assert (error.category, error.possibly_charged) == ("malformed_response", False)


@pytest.mark.parametrize("content", [b"\0\1tar", b"{}", b'{"title": "a"}', b"[1]", b"{ no JSON"])
def test_the_bytes_of_a_file_are_taken_as_they_are(content):
    result, (asked,) = converse(MINIMAX.file_content(ACCOUNT, "5", max_bytes=1000), answer(content))
    assert asked.url.endswith("/v1/files/retrieve_content")
    assert (result, asked.max_response_bytes) == (content, 1000)


def test_an_error_in_the_place_of_a_file_is_the_error():
    assert failure(MINIMAX.file_content(ACCOUNT, "5"), answer(code=1004)).category == "auth"
    assert failure(MINIMAX.file_content(ACCOUNT, "5"), answer(b"oops", status=500)).category == "provider_down"
    assert failure(MINIMAX.file_content(ACCOUNT, "5"), answer()).category == "malformed_response"
    assert failure(MINIMAX.file_content(ACCOUNT, "5"), answer(b"")).category == "malformed_response"


def test_a_file_is_deleted_by_a_number_and_its_purpose():
    result, (asked,) = converse(MINIMAX.delete_file(ACCOUNT, str(BIG), "voice_clone"), answer(file_id=BIG))
    assert asked.json == {"file_id": BIG, "purpose": "voice_clone"}
    assert result.existed


def test_everything_about_files_is_free_to_be_repeated():
    for operation in (
        MINIMAX.upload_file(ACCOUNT, part(), "t2a_async_input"),
        MINIMAX.list_files(ACCOUNT, "voice_clone"),
        MINIMAX.retrieve_file(ACCOUNT, "5"),
        MINIMAX.file_content(ACCOUNT, "5"),
        MINIMAX.delete_file(ACCOUNT, "5", "voice_clone"),
    ):
        assert first_request(operation).repeatable
