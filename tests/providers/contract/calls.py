"""One ordinary call of each operation that has an exchange of its own."""

from providers.long_text import LongTextRequest
from providers.types import UploadPart

LONG = "One sentence. And another one, 处理 included."


def long_text(customer, **fields):
    content = {} if "file_id" in fields else {"text": LONG}
    return LongTextRequest(
        **{
            "model": customer.capabilities.cheapest_model,
            "voice_id": customer.stage.voice_id,
            "format": customer.capabilities.default_format,
        }
        | content
        | fields
    )


def _long_text(customer):
    return customer.run(customer.adapter.submit_long_text(customer.account, long_text(customer)))


def _list(customer):
    return customer.run(customer.adapter.list_voices(customer.account))


def _delete(customer):
    return customer.run(customer.adapter.delete_voice(customer.account, "Narrator_1a2b3c", customer.stage.clone_kind))


def _files(customer):
    part = UploadPart("book.txt", b"Once upon a time.", "text/plain")
    return customer.run(customer.adapter.upload_file(customer.account, part, "t2a_async_input"))


CALLS = {
    "speech": lambda customer: customer.speak(),
    "stream": lambda customer: customer.stream(),
    "long_text": _long_text,
    "clone": lambda customer: customer.clone(),
    "design": lambda customer: customer.design(),
    "list": _list,
    "delete": _delete,
    "files": _files,
}
