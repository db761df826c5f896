"""Files are handed over, listed, read and deleted, for free."""

from providers.errors import RefusedError
from providers.types import UploadPart
from tests.providers.vendor import failure

OPERATION = "files"
BOOK = UploadPart("book.txt", "Once upon a time, 处理.".encode(), "text/plain")


def upload(customer, part=BOOK):
    return customer.run(customer.adapter.upload_file(customer.account, part, "t2a_async_input"))


def test_a_file_is_uploaded_listed_read_and_deleted(customer):
    adapter, account = customer.adapter, customer.account
    file_id = upload(customer).file_id
    (listed,) = customer.run(adapter.list_files(account, "t2a_async_input"))
    assert (listed.file_id, listed.filename, listed.size) == (file_id, BOOK.filename, len(BOOK.content))
    assert customer.run(adapter.retrieve_file(account, file_id)).file_id == file_id
    assert customer.run(adapter.file_content(account, file_id)) == BOOK.content
    assert customer.run(adapter.delete_file(account, file_id, "t2a_async_input")).existed
    assert customer.run(adapter.list_files(account, "t2a_async_input")) == []
    assert customer.bill() == []


def test_a_file_that_is_not_there_is_an_error_that_cost_nothing(customer):
    file_id = upload(customer).file_id
    customer.run(customer.adapter.delete_file(customer.account, file_id, "t2a_async_input"))
    error = failure(lambda: customer.run(customer.adapter.file_content(customer.account, file_id)))
    assert (error.category, error.possibly_charged) == ("invalid_input", False)


def test_a_file_longer_than_allowed_is_not_taken_into_memory(customer):
    file_id = upload(customer, UploadPart("long.txt", b"a" * 100_000, "text/plain")).file_id
    operation = customer.adapter.file_content(customer.account, file_id, max_bytes=1000)
    assert failure(lambda: customer.run(operation)).category == "malformed_response"


def test_an_empty_file_is_refused_before_anything_is_sent(customer):
    error = failure(lambda: upload(customer, UploadPart("book.txt", b"", "text/plain")))
    assert isinstance(error, RefusedError)
    assert customer.requests() == []
