"""Long texts: handed over under field names of their own, asked for, fetched as an archive and unpacked."""

import io
import json
import tarfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ProviderError, RefusedError
from providers.long_text import LongTextRequest
from providers.types import AudioFormat, PronunciationRule, SpeechSettings, VoiceEffects
from tests.providers.conversation import ACCOUNT, MINIMAX, MP3, account, answer, converse, first_request

BIG = 9007199254740993
TITLES = json.dumps([{"text": "Once.", "time_begin": 0.0, "time_end": 900.5}]).encode()
TAKEN = {"task_id": "95157322514444", "task_token": "x", "file_id": BIG, "usage_characters": 101}


def long_text(**fields):
    settings = fields.pop("settings", {})
    if "file_id" not in fields:
        fields = {"text": "Once upon a time."} | fields
    defaults: dict[str, Any] = {
        "model": "speech-2.8-hd", "voice_id": "English_Graceful_Lady", "format": AudioFormat("mp3", 32000, 128000, 1),
    }  # fmt: skip
    return LongTextRequest(**defaults | fields, settings=SpeechSettings(**settings))


def archive(*files, kind=None, **fields):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as packed:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            if kind is not None:
                member.type = kind
            for field, value in fields.items():
                setattr(member, field, value)
            packed.addfile(member, io.BytesIO(content))
    return sink.getvalue()


WHOLE = archive(("7/7.mp3", MP3), ("7/7.titles", TITLES), ("7/7.extra", b'{"audio_length": 900}'))


def submitted(*answers, of=ACCOUNT, **fields):
    return converse(MINIMAX.submit_long_text(of, long_text(**fields)), *answers)


def fetched(content, container="mp3"):
    return converse(MINIMAX.fetch_long_text(ACCOUNT, str(BIG), container), answer(content))[0]


def failure(call):
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value


def test_the_body_has_the_names_of_the_async_reference_and_always_says_its_channels():
    _, (asked,) = submitted(answer(TAKEN), settings={"text_normalization": True, "speed": 1.5})
    assert asked.url.endswith("/v1/t2a_async_v2")
    assert asked.json == {
        "model": "speech-2.8-hd",
        "text": "Once upon a time.",
        "voice_setting": {"voice_id": "English_Graceful_Lady", "speed": 1.5, "english_normalization": True},
        "audio_setting": {"format": "mp3", "audio_sample_rate": 32000, "bitrate": 128000, "channel": 1},
    }


def test_every_other_setting_goes_out_too():
    effects = VoiceEffects(pitch=1, sound="robotic")
    settings = {"volume": 2, "pitch": -1, "emotion": "calm", "language_boost": "Chinese", "effects": effects}
    rules = (PronunciationRule("omg", "oh my god"),)
    body = submitted(answer(TAKEN), settings=settings, rules=rules, text="a\r\nb", watermark=True)[1][0].json
    assert body["aigc_watermark"] is True
    assert body["text"] == "a\nb"
    assert body["voice_setting"] == {
        "voice_id": "English_Graceful_Lady", "vol": 2, "pitch": -1, "emotion": "calm",
    }  # fmt: skip
    assert body["language_boost"] == "Chinese"
    assert body["voice_modify"] == {"pitch": 1, "sound_effects": "robotic"}
    assert body["pronunciation_dict"] == {"tone": ["omg/oh my god"]}


def test_an_uploaded_text_is_named_by_a_number():
    body = submitted(answer(TAKEN), file_id=str(BIG))[1][0].json
    assert body["text_file_id"] == BIG
    assert "text" not in body


@pytest.mark.parametrize("task_id", ["95157322514444", 95157322514444])
def test_ids_are_text_whatever_they_came_as_and_the_bill_comes_at_once(task_id):
    task, (asked,) = submitted(answer(TAKEN | {"task_id": task_id}))
    assert (task.task_id, task.file_id, task.billed_characters) == ("95157322514444", str(BIG), 101)
    assert not asked.repeatable


@pytest.mark.parametrize("task_id", [None, "", 0, True, 1.5, {}, "a\nb"])
def test_a_task_without_an_id_is_malformed_and_keeps_its_bill(task_id):
    error = failure(lambda: submitted(answer(TAKEN | {"task_id": task_id})))
    assert (error.category, error.possibly_charged, error.billed_characters) == ("malformed_response", True, 101)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("model", {"model": "speech-8-hd"}),
        ("text", {"text": None}),
        ("text", {"text": "both", "file_id": "5"}),
        ("text", {"text": " "}),
        ("text", {"text": "a" * 50_001}),
        ("file_id", {"file_id": "five"}),
        ("voice_id", {"voice_id": ""}),
        ("settings.latex_read", {"settings": {"latex_read": True}}),
        ("settings.emotion", {"settings": {"emotion": "whisper"}}),
        ("settings.effects", {"settings": {"effects": VoiceEffects(pitch=1)}, "format": AudioFormat("pcm", 32000)}),
        ("format.sample_rate", {"format": AudioFormat("opus", 32000)}),
        ("rules[0].replacement", {"rules": (PronunciationRule("a", ""),)}),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name_before_sending(field, fields):
    with pytest.raises(RefusedError) as caught:
        next(MINIMAX.submit_long_text(ACCOUNT, long_text(**fields)))
    assert caught.value.field == field
    if field != "file_id":
        with pytest.raises(RefusedError):
            MINIMAX.check_long_text(ACCOUNT, long_text(**fields))


def test_the_limit_of_a_text_is_fifty_thousand_or_what_the_account_says():
    MINIMAX.check_long_text(ACCOUNT, long_text(text="a" * 50_000))
    with pytest.raises(RefusedError):
        MINIMAX.check_long_text(account(long_text_limit=10), long_text())


@pytest.mark.parametrize("state", ["processing", "success", "failed", "expired"])
def test_states_are_read_in_any_case(state):
    for said in (state, state.capitalize(), state.upper()):
        body = answer(status=200, task_id=5, file_id=BIG)
        body = type(body)(200, body.headers, json.dumps(json.loads(body.content) | {"status": said}).encode())
        found, (asked,) = converse(MINIMAX.query_long_text(ACCOUNT, "95157322514444"), body)
        assert (found.state, found.file_id) == (state, str(BIG))
    assert (asked.method, asked.params) == ("GET", {"task_id": "95157322514444"})


@pytest.mark.parametrize("said", [None, "", "Queued", 2])
def test_a_state_we_do_not_know_is_malformed(said):
    body = type(answer())(200, answer().headers, json.dumps({"status": said, "base_resp": {"status_code": 0}}).encode())
    error = failure(lambda: converse(MINIMAX.query_long_text(ACCOUNT, "5"), body))
    assert (error.category, error.possibly_charged) == ("malformed_response", False)


@pytest.mark.parametrize("task_id", ["", "a" * 200, "a\nb"])
def test_what_can_be_no_task_is_not_asked_for(task_id):
    with pytest.raises(RefusedError):
        next(MINIMAX.query_long_text(ACCOUNT, task_id))


def test_the_result_is_unpacked_into_audio_times_and_description():
    (part,) = fetched(WHOLE).parts
    assert (part.name, part.audio, part.container) == ("7/7.mp3", MP3, "mp3")
    assert [(subtitle.text, subtitle.end_ms) for subtitle in part.subtitles] == [("Once.", 900.5)]
    assert part.extra == {"audio_length": 900}
    assert fetched(WHOLE).findings == ()


def test_the_bytes_are_asked_for_within_a_bound():
    asked = first_request(MINIMAX.fetch_long_text(ACCOUNT, str(BIG), "mp3", max_bytes=5000))
    assert (asked.url.rpartition("/")[2], asked.max_response_bytes) == ("retrieve_content", 5000)


@pytest.mark.parametrize("extra", ["info.json", "x.extra", "whatever"])
def test_the_description_may_have_any_name_when_the_audio_is_alone_in_its_folder(extra):
    (part,) = fetched(archive((f"7/{extra}", b'{"a": 1}'), ("7/z.titles", TITLES), ("7/a.mp3", MP3))).parts
    assert part.extra == {"a": 1}
    assert len(part.subtitles) == 1


def test_a_zip_comes_back_as_one_part_per_file():
    files = [(f"7/{name}/{name}.{kind}", data) for name in "ab" for kind, data in (("mp3", MP3), ("titles", TITLES))]
    result = fetched(archive(*files))
    assert [part.name for part in result.parts] == ["7/a/a.mp3", "7/b/b.mp3"]
    assert all(len(part.subtitles) == 1 for part in result.parts)


def test_several_parts_in_one_folder_are_told_apart_by_their_names():
    result = fetched(archive(("7/title.mp3", MP3), ("7/content.mp3", MP3 * 2), ("7/content.titles", TITLES)))
    assert [len(part.subtitles) for part in result.parts] == [0, 1]
    stray = fetched(archive(("7/title.mp3", MP3), ("7/content.mp3", MP3), ("7/x.titles", TITLES)))
    assert [finding.code for finding in stray.findings] == ["file_without_audio"]


def test_headerless_audio_is_believed_to_be_what_was_asked_for():
    samples = bytes(range(200))
    (part,) = fetched(archive(("7/7.pcm", samples), ("7/7.titles", TITLES), ("7/7.extra", b"{}")), "pcm").parts
    assert (part.audio, part.container, len(part.subtitles)) == (samples, "pcm", 1)


def test_titles_that_cannot_be_read_spoil_no_audio():
    result = fetched(archive(("7/7.mp3", MP3), ("7/7.titles", b"oops"), ("7/7.extra", b"\0")))
    assert result.parts[0].audio == MP3
    assert sorted(finding.code for finding in result.findings) == ["file_unreadable", "subtitles_unreadable"]


def test_audio_without_an_archive_is_kept_and_noted():
    result = fetched(MP3)
    assert (result.parts[0].audio, [finding.code for finding in result.findings]) == (MP3, ["no_archive"])


# The second file is declared 512 bytes shorter than nothing: what follows it is itself.
ENDLESS = bytearray(archive(("7/7.mp3", MP3), ("7/8.mp3", MP3)))
ENDLESS[1024 + 124 : 1024 + 136] = (-512 % 256**12).to_bytes(12, "big")
ENDLESS[1024 + 148 : 1024 + 156] = b"%06o\0 " % (sum(ENDLESS[1024:1172]) + 8 * 32 + sum(ENDLESS[1180:1536]))


@pytest.mark.parametrize(
    "content",
    [
        b"no archive at all",
        WHOLE[:600],
        archive(),
        archive(("7/7.titles", TITLES)),
        archive(("../7.mp3", MP3)),
        archive(("7/../../7.mp3", MP3)),
        archive(("/etc/7.mp3", MP3)),
        archive(("7.mp3", b""), kind=tarfile.SYMTYPE, linkname="/etc/passwd"),
        archive(("7.mp3", b""), kind=tarfile.LNKTYPE, linkname="../secret"),
        archive(("7.mp3", b""), kind=tarfile.CHRTYPE),
        archive(("7.mp3", b""), kind=tarfile.FIFOTYPE),
        archive(*((f"{number}", b"") for number in range(3001))),
        bytes(ENDLESS),
        b"\x1f\x8b" + b"\0" * 50,
    ],
)
def test_what_is_no_archive_or_points_outside_of_it_is_malformed(content):
    error = failure(lambda: fetched(content))
    assert (error.category, error.possibly_charged) == ("malformed_response", False)


def test_an_error_in_the_place_of_the_archive_is_the_error():
    error = failure(lambda: converse(MINIMAX.fetch_long_text(ACCOUNT, "5", "mp3"), answer(code=2013)))
    assert error.code == "2013"


@given(
    edits=st.lists(st.tuples(st.integers(0, 1600), st.binary(min_size=1, max_size=12)), max_size=4),
    cut=st.integers(0, 9000),
)
def test_any_damage_to_an_archive_gives_a_result_or_a_provider_error(edits, cut):
    content = bytearray(WHOLE)
    for at, data in edits:
        content[at : at + len(data)] = data
    try:
        result = fetched(bytes(content[:cut]) or b"x")
    except ProviderError:
        return
    assert result.parts
