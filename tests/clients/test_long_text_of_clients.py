"""A long text as a task: a public script that creates, asks, retrieves and unpacks."""

import pytest

from tests.clients.shelf import heard

TEXT = "It is a long story, and it is told by a task. " * 40


def test_a_task_is_created_awaited_and_its_archive_unpacked(shelf, customer):
    customer.order("pace", {"async_task_seconds": 0})
    shelf.run(shelf.python("mcp"), shelf.script(), TEXT, "-o", "book.mp3", "-v", "audiobook_male_1")
    audio = heard(shelf.file("book.mp3"))
    # The script leaves the channels to the vendor, whose default for a task is two.
    assert (audio.codec, audio.rate, audio.channels) == ("mp3float", 32000, 2)
    assert audio.seconds == pytest.approx(40 * 3, rel=0.5)
    [line] = customer.bill()
    assert (line["operation"], line["voice_id"], line["characters"]) == ("t2a_async", "audiobook_male_1", len(TEXT))
