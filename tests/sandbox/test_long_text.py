import io
import json
import tarfile
import time
import zipfile
from typing import Any

import httpx
import pytest

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import SYSTEM_VOICE, code, tone
from tests.sandbox.test_speech_answers import decoded

TEXT = "One code. No app. 处理危险。"


def body_of(**fields: Any) -> dict[str, Any]:
    return {"model": "speech-2.8-hd", "voice_setting": {"voice_id": SYSTEM_VOICE}, **fields}


def created(customer, **fields: Any) -> Any:
    answer = customer.post("t2a_async_v2", body_of(**fields))
    assert code(answer) == 0, answer
    return answer


def status_of(customer, task_id: str) -> Any:
    return customer.http.get("query/t2a_async_query_v2", params={"task_id": task_id}).json()


def finished(customer, task_id: str) -> Any:
    deadline = time.monotonic() + 20
    while (answer := status_of(customer, task_id))["status"] == "Processing":
        assert time.monotonic() < deadline
    return answer


def result_of(customer, answer) -> dict[str, bytes]:
    assert finished(customer, answer["task_id"])["status"] == "Success"
    content = customer.http.get("files/retrieve_content", params={"file_id": answer["file_id"]}).content
    return unpacked(content)


def unpacked(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = {member.name: archive.extractfile(member) for member in archive.getmembers()}
    return {name: file.read() if file else b"" for name, file in members.items()}


def zipped(**files: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return sink.getvalue()


@pytest.fixture
def quick(tenant):
    tenant.order("pace", {"async_task_seconds": 0})
    return tenant


def test_a_task_answers_at_once_with_ids_and_the_charge(quick):
    answer = created(quick, text=TEXT)
    assert isinstance(answer["task_id"], str)
    assert answer["task_token"].startswith("eyJ")
    assert (isinstance(answer["file_id"], int), 2**32 < answer["file_id"] < 2**53) == (True, True)
    assert answer["usage_characters"] == len(TEXT) + 4
    (line,) = quick.bill()
    assert (line["operation"], line["characters"], line["amount_micros"]) == ("t2a_async", 27, 2700)


def test_the_result_is_a_tar_of_audio_subtitles_and_extra_information(quick):
    answer = created(quick, text=TEXT)
    files = result_of(quick, answer)
    task = answer["task_id"]
    assert set(files) == {f"{task}/{task}.mp3", f"{task}/{task}.titles", f"{task}/{task}.extra"}
    titles, extra = json.loads(files[f"{task}/{task}.titles"]), json.loads(files[f"{task}/{task}.extra"])
    assert [row["text"] for row in titles] == ["One code.", "No app.", "处理危险。"]
    codec, rate, channels, milliseconds = decoded(files[f"{task}/{task}.mp3"], "mp3", 32000, 2)
    assert (codec, rate, channels) == ("mp3float", 32000, 2)
    assert milliseconds == pytest.approx(extra["audio_length"], abs=60)
    assert titles[-1]["time_end"] <= extra["audio_length"]
    assert extra["usage_characters"] == answer["usage_characters"]


def test_its_own_names_count_and_those_of_the_other_call_are_ignored(quick):
    shape = {"audio_sample_rate": 16000, "sample_rate": 8000, "format": "flac", "channel": 1}
    answer = created(quick, text="Hello.", audio_setting=shape)
    (audio,) = [content for name, content in result_of(quick, answer).items() if name.endswith(".flac")]
    assert decoded(audio, "flac", 16000, 1)[1:3] == (16000, 1)


def test_a_task_takes_its_time_on_the_clock_of_the_sandbox(tenant):
    tenant.order("pace", {"async_task_seconds": 600})
    answer = created(tenant, text="Hello.")
    assert status_of(tenant, answer["task_id"]) == {
        "task_id": int(answer["task_id"]),
        "status": "Processing",
        "file_id": answer["file_id"],
        "base_resp": {"status_code": 0, "status_msg": "success"},
    }
    tenant.advance(590)
    assert status_of(tenant, answer["task_id"])["status"] == "Processing"
    tenant.advance(20)
    assert finished(tenant, answer["task_id"])["status"] == "Success"


def test_a_result_is_not_there_before_and_its_url_dies_after_nine_hours(quick):
    quick.order("pace", {"async_task_seconds": 2})
    answer = created(quick, text="Hello.")
    quick.advance(60)
    assert finished(quick, answer["task_id"])["status"] == "Success"
    file = quick.http.get("files/retrieve", params={"file_id": answer["file_id"]}).json()["file"]
    assert (file["filename"], file["purpose"]) == (f"{answer['task_id']}.tar", "t2a_async")
    assert len(unpacked(httpx.get(file["download_url"]).content)) == 3
    quick.advance(9 * 3600 - 60)
    assert httpx.get(file["download_url"]).status_code == 200
    quick.advance(120)
    assert httpx.get(file["download_url"]).status_code == 403


def test_a_long_text_is_spoken_in_blocks_with_subtitles_that_run_on(quick):
    text = "This is a sentence of a long story that never ends. " * 70
    answer = created(quick, text=text, audio_setting={"format": "pcm", "audio_sample_rate": 8000, "channel": 1})
    files = {name.rpartition(".")[2]: content for name, content in result_of(quick, answer).items()}
    titles = json.loads(files["titles"])
    assert " ".join(row["text"] for row in titles) == text.strip()
    assert all(text[row["text_begin"] : row["text_end"]] == row["text"] for row in titles)
    begins = [row["time_begin"] for row in titles]
    assert begins == sorted(begins)
    assert titles[-1]["time_end"] == pytest.approx(len(files["pcm"]) / 16, abs=500)


def test_a_text_file_is_taken_by_its_id_and_charged(quick):
    file_id = quick.upload("\ufeffHello from a file.".encode(), "story.txt", "t2a_async_input")
    answer = created(quick, text_file_id=file_id)
    assert answer["usage_characters"] == 18
    assert len(result_of(quick, answer)) == 3


def test_a_zip_gives_a_folder_for_each_of_its_texts(quick):
    file_id = quick.upload(zipped(one__txt="Hello.", two__txt="Goodbye."), "both.zip", "t2a_async_input")
    answer = created(quick, text_file_id=file_id)
    task = answer["task_id"]
    assert answer["usage_characters"] == 14
    assert set(result_of(quick, answer)) == {
        f"{task}/{name}/{name}.{extension}" for name in ("one", "two") for extension in ("mp3", "titles", "extra")
    }


def test_two_texts_of_one_name_get_two_folders(quick):
    content = zipped(**{"a/one__txt": "Hello.", "b/one__txt": "Goodbye."})
    names = result_of(quick, created(quick, text_file_id=quick.upload(content, "both.zip", "t2a_async_input")))
    assert {name.split("/")[1] for name in names} == {"one", "one_2"}


def test_the_journal_tells_what_a_task_pronounces(quick):
    created(quick, text="Say omg.", pronunciation_dict={"tone": ["omg/oh my god"]})
    (row,) = quick.requests(operation="t2a_async")
    assert row["status_code"] == 0
    assert row["phonemes"] != row["phonemes_without_rules"]


def test_each_part_of_a_json_that_is_not_empty_is_spoken_for_itself(quick):
    story = json.dumps({"title": "Title.", "content": "Content.", "extra": ""})
    file_id = quick.upload(zipped(story__json=story), "story.zip", "t2a_async_input")
    names = result_of(quick, created(quick, text_file_id=file_id))
    assert {name.split("/")[1] for name in names} == {"story_title", "story_content"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": "Hello.", "text_file_id": 5},
        {"text": "a" * 50_001},
        {"text_file_id": 5},
        {"text_file_id": "5"},
        {"text": "Hello.", "model": "speech-8-hd"},
        {"text": "Hello.", "voice_setting": {}},
        {"text": "Hello.", "audio_setting": {"audio_sample_rate": 48000}},
        {"text": "Hello.", "audio_setting": {"format": "pcm"}, "voice_modify": {"pitch": 1}},
        {"text": "Hello.", "voice_setting": {"voice_id": SYSTEM_VOICE, "english_normalization": 1}},
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_what_cannot_be_a_task_is_refused_and_free(customer, fields):
    answer = customer.post("t2a_async_v2", body_of(**fields))
    assert code(answer) == 2013
    assert "file_id" not in answer
    assert customer.bill() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("story.pdf", b"Hello."),
        ("story.txt", b"\xff\xfe\x00"),
        ("story.txt", b"a" * 1_000_001),
        ("story.zip", b"no zip"),
        ("story.zip", zipped()),
        ("story.zip", zipped(one__txt="Hello.", two__json="{}")),
        ("story.zip", zipped(one__json="[]")),
        ("story.zip", zipped(one__json="[" * 100_000)),
        ("story.zip", zipped(one__txt="Hello.").replace(b"Hello", b"Jello")),
        ("story.zip", zipped(one__json="{}")),
        ("story.zip", zipped(one__txt="a" * 600_000, two__txt="a" * 600_000)),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_text_file_that_cannot_be_read_is_refused(customer, name, content):
    file_id = customer.upload(content, name, "t2a_async_input")
    assert code(customer.post("t2a_async_v2", body_of(text_file_id=file_id))) == 2013
    assert customer.bill() == []


def test_a_file_for_another_purpose_is_no_text_file(customer):
    file_id = customer.upload(b"Hello.", "story.txt", "voice_clone")
    assert code(customer.post("t2a_async_v2", body_of(text_file_id=file_id))) == 2013


def test_a_task_of_another_account_does_not_exist(own_sandbox, quick, customer_of):
    task_id = created(quick, text="Hello.")["task_id"]
    for asked in (task_id, "7", "", "x"):
        assert code(status_of(customer_of(own_sandbox), asked)) == 2013


def test_a_task_keeps_a_clone_and_books_its_fee(quick):
    quick.clone("Long_clone_123", tone(120))
    created(quick, text="Hello.", voice_setting={"voice_id": "Long_clone_123"})
    assert [line["operation"] for line in quick.bill()] == ["t2a_async", "clone_fee"]
    assert code(quick.post("t2a_async_v2", body_of(text="Hi.", voice_setting={"voice_id": "Nobody_1234"}))) == 2054


@pytest.mark.parametrize(("fault", "status"), [("task_failed", "Failed"), ("task_expired", "Expired")])
def test_a_task_can_be_ordered_to_end_badly_and_is_charged(quick, fault, status):
    quick.fault(fault, operation="t2a_async")
    answer = created(quick, text="Hello.")
    assert finished(quick, answer["task_id"])["status"] == status
    assert code(quick.http.get("files/retrieve", params={"file_id": answer["file_id"]}).json()) == 2013
    assert len(quick.bill()) == 1


def test_a_restart_keeps_tasks_and_takes_up_the_work(tmp_path, customer_of):
    state = tmp_path / "sandbox.sqlite"
    with SandboxServer(state=state) as server:
        customer = customer_of(server, "key")
        customer.order("pace", {"async_task_seconds": 0})
        done = created(customer, text="Done before.")
        assert finished(customer, done["task_id"])["status"] == "Success"
        text = "This takes a while to speak and to encode. " * 150
        open_task = created(customer, text=text, audio_setting={"format": "flac"})
    with SandboxServer(state=state) as server:
        customer = customer_of(server, "key")
        assert len(result_of(customer, done)) == 3
        assert len(result_of(customer, open_task)) == 3
        assert len(customer.bill()) == 2


def test_reset_forgets_tasks(quick):
    task_id = created(quick, text="Hello.")["task_id"]
    finished(quick, task_id)
    quick.order("reset", {"key": quick.key})
    assert code(status_of(quick, task_id)) == 2013
