"""A long text is handed over now and fetched later."""

import io
import time
import zipfile

import pytest

from providers.errors import RefusedError
from providers.types import AudioFormat, PronunciationRule, SpeechSettings, UploadPart, VoiceEffects
from tests.providers.contract.calls import LONG, long_text
from tests.providers.contract.hearing import billed, heard
from tests.providers.contract.promises import for_each, only_where
from tests.providers.vendor import failure

OPERATION = "long_text"


@pytest.fixture(autouse=True)
def quick(customer):
    customer.pace(async_task_seconds=0)


def submitted(customer, **fields):
    return customer.run(customer.adapter.submit_long_text(customer.account, long_text(customer, **fields)))


def finished(customer, task):
    deadline = time.monotonic() + 30
    query = customer.adapter.query_long_text
    while (found := customer.run(query(customer.account, task.task_id))).state == "processing":
        assert time.monotonic() < deadline
    return found


def result_of(customer, **fields):
    task = submitted(customer, **fields)
    state = finished(customer, task)
    assert state.state == "success"
    container = long_text(customer, **fields).format.container
    return customer.run(customer.adapter.fetch_long_text(customer.account, state.file_id, container)), task


def audio_of(customer, part):
    """The audio of a part, fetched where it came as an address."""
    return part.audio if part.audio_url is None else customer.fetched(part.audio_url)


def test_a_long_text_becomes_audio_and_is_billed_at_once(customer):
    result, task = result_of(customer)
    (part,) = result.parts
    assert result.findings == ()
    heard(audio_of(customer, part), customer.capabilities.default_format, LONG)
    billed(customer, "t2a_async", LONG, task.billed_characters, trace_id=task.trace_id)


def test_the_id_of_a_text_is_told_before_anything_else_so_that_it_can_be_asked_for_after_a_crash(customer):
    task = submitted(customer)
    assert [accepted.task for accepted in customer.accepted] == [task.task_id]


@only_where(lambda capabilities: "files" in capabilities.operations)
def test_what_comes_in_an_archive_has_times(customer):
    (part,) = result_of(customer)[0].parts
    assert "".join(subtitle.text for subtitle in part.subtitles).replace(" ", "") == LONG.replace(" ", "")


@for_each(lambda capabilities: sorted(capabilities.long_text_formats or capabilities.formats))
def test_every_declared_container_is_made_of_a_long_text(customer, case):
    shape = AudioFormat(case, customer.capabilities.formats[case][0], None, 2)
    result, _ = result_of(customer, text="Hello there.", format=shape)
    heard(audio_of(customer, result.parts[0]), shape, "Hello there.")
    assert result.findings == ()


@only_where(lambda capabilities: {"effects", "dictionary"} <= capabilities.operations)
def test_every_setting_of_a_long_text_is_accepted(customer):
    settings = SpeechSettings(
        speed=1.2, volume=0.8, pitch=-2, language_boost="Chinese", text_normalization=True,
        effects=VoiceEffects(pitch=5, intensity=5, timbre=5, sound="spacious_echo"), **customer.stage.long_settings,
    )  # fmt: skip
    rules = (PronunciationRule("处理", "chu3 li3", "pinyin"),)
    assert result_of(customer, settings=settings, rules=rules)[0].parts


@only_where(lambda capabilities: "files" in capabilities.operations)
def test_an_uploaded_zip_comes_back_as_one_part_per_text(customer):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.txt", "The first one.")
        archive.writestr("two.txt", "The second one.")
    part = UploadPart("book.zip", packed.getvalue(), "application/zip")
    uploaded = customer.run(customer.adapter.upload_file(customer.account, part, "t2a_async_input"))
    result, _ = result_of(customer, file_id=uploaded.file_id)
    assert result.findings == ()
    assert [bool(part.subtitles and part.extra) for part in result.parts] == [True, True]


@only_where(lambda capabilities: "files" in capabilities.operations)
def test_a_result_can_be_downloaded_without_a_key(customer):
    task = submitted(customer)
    state = finished(customer, task)
    file = customer.run(customer.adapter.retrieve_file(customer.account, state.file_id))
    content = customer.run(customer.adapter.file_content(customer.account, state.file_id))
    assert customer.fetched(file.download_url) == content


@for_each(lambda capabilities: (("task_failed", "failed"), ("task_expired", "expired")))
def test_a_task_that_ends_badly_is_a_state_and_was_billed(customer, case):
    fault, state = case
    customer.order(fault, "long_text")
    assert finished(customer, submitted(customer)).state == state
    assert len(customer.bill()) == 1


def test_a_missing_voice_is_refused_unpaid(customer):
    error = failure(lambda: submitted(customer, voice_id="nobody-at-all-1"))
    assert (error.category, error.possibly_charged) == ("voice_missing", False)
    assert customer.bill() == []


@for_each(
    lambda capabilities: (("text", {"text": ""}), ("model", {"model": "speech-9-hd"}), ("voice_id", {"voice_id": ""}))
)
def test_what_cannot_be_honoured_is_refused_by_its_name_before_anything_is_sent(customer, case):
    field, fields = case
    error = failure(lambda: submitted(customer, **fields))
    assert (isinstance(error, RefusedError), error.field) == (True, field)
    assert customer.requests() == []


def test_a_text_longer_than_declared_is_refused_before_anything_is_sent(customer):
    error = failure(lambda: submitted(customer, text="a" * (customer.capabilities.long_text_limit + 1)))
    assert (isinstance(error, RefusedError), error.field) == (True, "text")
    assert customer.requests() == []
