"""The result of a long text: a tar with one directory of audio, subtitles and extra information (MiniMax async pages).

A text of a million characters is hours of speech, so it is spoken and encoded in blocks.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from providers.sandbox.emulator import Emulator
from providers.sandbox.encode import Sound, duration_ms, encode_all
from providers.sandbox.minimax.performance import Cast, extra_info, perform, plan_of, subtitles_of
from providers.sandbox.minimax.validation import SpeechAsk
from providers.sandbox.subtitles import Subtitles, shifted
from providers.sandbox.tasks import Task
from providers.sandbox.timbre import Timbre

BLOCK_CHARACTERS = 3000
_CUT = re.compile(r"[。！？!?\n]|\.(?=\s)|\s")


class ShutdownError(Exception):
    """The sandbox stops; the next one speaks it."""


def archive_of(
    emulator: Emulator, task: Task, asks: Sequence[tuple[str, SpeechAsk]], *, timbre: Timbre, native: str
) -> bytes:
    """Speak every text into a group of three files. Blocks. Raises `EngineError` and `ShutdownError`."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for folder, ask in asks:
            place = f"{task.task_id}/{folder}/{folder}" if folder else f"{task.task_id}/{task.task_id}"
            for extension, content in _group(emulator, task, ask, timbre, native).items():
                member = tarfile.TarInfo(f"{place}.{extension}")
                member.size, member.mtime = len(content), int(task.ready_at)
                archive.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def sounds_of(
    emulator: Emulator, ask: SpeechAsk, timbre: Timbre, native: str, *, short: bool = False
) -> Iterator[tuple[Sound, Subtitles]]:
    """A long text spoken stretch by stretch. Blocks. Raises `EngineError` and `ShutdownError`."""
    characters = 0
    for text in _blocks(ask.text):
        if emulator.stopping.is_set():
            raise ShutdownError
        part = replace(ask, text=text, watermark=ask.watermark and characters + len(text) == len(ask.text))
        cast = Cast(timbre, native, plan_of(part, native))
        spoken = perform(emulator, part, cast, short=short)
        yield spoken.sound, subtitles_of(part, cast, spoken)
        if short:
            return
        characters += len(text)


def _group(emulator: Emulator, task: Task, ask: SpeechAsk, timbre: Timbre, native: str) -> dict[str, bytes]:
    titles: list[dict[str, Any]] = []
    short = task.trouble == "short_audio"

    def sounds() -> Iterator[Sound]:
        characters, pronounced, milliseconds = 0, 0, 0
        for sound, subtitles in sounds_of(emulator, ask, timbre, native, short=short):
            titles.extend(
                shifted(
                    subtitles.entries(words=False),
                    characters=characters,
                    pronounced=pronounced,
                    milliseconds=milliseconds,
                )
            )
            yield sound
            characters += subtitles.length
            pronounced += subtitles.pronounced_length
            milliseconds += duration_ms(sound)

    encoded = encode_all(sounds(), ask.shape)
    account = extra_info(
        ask.text,
        encoded.duration_ms,
        ask.shape,
        characters=emulator.bill.count(ask.text),
        control_share=ask.control_share,
        size=len(encoded.content),
    )
    return {
        {"pcmu_raw": "ulaw", "pcmu_wav": "wav"}.get(ask.shape.container, ask.shape.container): encoded.content,
        "titles": json.dumps(titles, ensure_ascii=False).encode(),
        "extra": json.dumps(account).encode(),
    }


def _blocks(text: str) -> Iterator[str]:
    """A text in stretches of some thousand characters that end where a sentence or at least a word does."""
    start = 0
    while start < len(text):
        end = min(start + BLOCK_CHARACTERS, len(text))
        if end < len(text):
            cuts = [match.end() for match in _CUT.finditer(text, start + BLOCK_CHARACTERS // 2, end)]
            end = cuts[-1] if cuts else end
        yield text[start:end]
        start = end
