"""Files and long texts against the emulator over real sockets, through both drivers."""

import io
import time
import zipfile
from typing import Any

import httpx
import pytest

from providers.fetch import FetchPolicy, fetch
from providers.long_text import LongTextRequest
from providers.probe import probe
from providers.types import AudioFormat, PronunciationRule, SpeechSettings, UploadPart, VoiceEffects
from tests.providers.conversation import MINIMAX
from tests.providers.vendor import failure

TEXT = "One sentence. And another one, 处理 included."
FORMATS = [AudioFormat(container, rates[0], None, 2) for container, rates in MINIMAX.capabilities.formats.items()]


def long_text(**fields):
    defaults: dict[str, Any] = {
        "model": "speech-2.8-turbo", "voice_id": "English_Graceful_Lady", "format": AudioFormat("mp3", 32000),
    }  # fmt: skip
    return LongTextRequest(**defaults | ({} if "file_id" in fields else {"text": TEXT}) | fields)


@pytest.fixture
def quick(vendor):
    httpx.post(f"{vendor.controls}/pace", json={"async_task_seconds": 0}, trust_env=False).raise_for_status()
    return vendor


def submitted(vendor, **fields):
    return vendor.run(MINIMAX.submit_long_text(vendor.account, long_text(**fields)))


def finished(vendor, task):
    deadline = time.monotonic() + 30
    while (found := vendor.run(MINIMAX.query_long_text(vendor.account, task.task_id))).state == "processing":
        assert time.monotonic() < deadline
    assert found.file_id == task.file_id
    return found.state


def result_of(vendor, container="mp3", **fields):
    task = submitted(vendor, **fields)
    assert finished(vendor, task) == "success"
    return vendor.run(MINIMAX.fetch_long_text(vendor.account, task.file_id, container)), task


def test_a_long_text_becomes_audio_with_times_and_a_description(quick):
    result, task = result_of(quick)
    (part,) = result.parts
    assert result.findings == ()
    assert task.billed_characters == len(TEXT) + 2
    assert probe(part.audio).duration_ms == pytest.approx(part.extra["audio_length"], abs=150)
    assert probe(part.audio).channels == 1
    assert "".join(subtitle.text for subtitle in part.subtitles).replace(" ", "") == TEXT.replace(" ", "")
    (line,) = quick.bill()
    assert (line["operation"], line["characters"]) == ("t2a_async", task.billed_characters)


@pytest.mark.parametrize("audio", FORMATS, ids=lambda audio: audio.container)
def test_every_declared_container_is_made_of_a_long_text(quick, audio):
    result, _ = result_of(quick, audio.container, text="Hi.", format=audio)
    assert result.parts[0].container == audio.container
    assert result.findings == ()


def test_every_setting_of_a_long_text_is_accepted(quick):
    settings = SpeechSettings(
        speed=1.2, volume=0.8, pitch=-2, emotion="calm", language_boost="Chinese", text_normalization=True,
        effects=VoiceEffects(pitch=5, intensity=5, timbre=5, sound="spacious_echo"),
    )  # fmt: skip
    rules = (PronunciationRule("处理", "chu3 li3", "pinyin"),)
    assert result_of(quick, settings=settings, rules=rules)[0].parts


def test_an_uploaded_zip_comes_back_as_one_part_per_text(quick):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.txt", "The first one.")
        archive.writestr("two.txt", "The second one.")
    part = UploadPart("book.zip", packed.getvalue(), "application/zip")
    uploaded = quick.run(MINIMAX.upload_file(quick.account, part, "t2a_async_input"))
    result, _ = result_of(quick, file_id=uploaded.file_id)
    assert result.findings == ()
    assert [bool(part.subtitles and part.extra) for part in result.parts] == [True, True]


def test_a_result_can_be_downloaded_without_a_key(quick):
    task = submitted(quick)
    finished(quick, task)
    file = quick.run(MINIMAX.retrieve_file(quick.account, task.file_id))
    fetched = fetch(file.download_url, FetchPolicy(allowed={quick.host_port}))
    assert fetched.content == quick.run(MINIMAX.file_content(quick.account, task.file_id))
    assert file.file_id == task.file_id


def test_files_are_uploaded_listed_read_and_deleted(vendor):
    part = UploadPart("book.txt", b"Once upon a time.", "text/plain")
    file_id = vendor.run(MINIMAX.upload_file(vendor.account, part, "t2a_async_input")).file_id
    (listed,) = vendor.run(MINIMAX.list_files(vendor.account, "t2a_async_input"))
    assert (listed.file_id, listed.filename, listed.size) == (file_id, "book.txt", len(part.content))
    assert vendor.run(MINIMAX.file_content(vendor.account, file_id)) == part.content
    assert vendor.run(MINIMAX.delete_file(vendor.account, file_id, "t2a_async_input")).existed
    assert vendor.run(MINIMAX.list_files(vendor.account, "t2a_async_input")) == []
    missing = failure(lambda: vendor.run(MINIMAX.file_content(vendor.account, file_id)))
    assert (missing.code, missing.possibly_charged) == ("2013", False)


def test_a_long_text_with_a_missing_voice_is_refused_unpaid(quick):
    error = failure(lambda: submitted(quick, voice_id="nobody"))
    assert (error.category, error.possibly_charged) == ("voice_missing", False)
    assert quick.bill() == []
