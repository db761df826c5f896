"""Cache hits, joins, and what they book."""

import threading

import pytest
from django.db import connection

from accounts.errors import ConflictError
from accounts.flows.verify import verify_ledger
from accounts.models import Hold, LedgerEntry
from synthesis.flows import rendering
from synthesis.models import Clip, Rendering


def test_a_second_clip_of_the_same_is_ready_at_once_and_books_what_it_saved(ask, render_all, vendor):
    ask("Say it once.")
    render_all()

    again = ask("Say it once.")

    segment = again.segments.get()
    saved = LedgerEntry.objects.get(kind="saved")
    assert again.state == Clip.State.READY
    assert (segment.billed_characters, segment.amount_micros, segment.saved_characters) == (0, 0, 12)
    assert (saved.key, saved.billed_characters, saved.saved_characters, saved.amount_micros) == (
        f"saved:{again.id}:0",
        0,
        12,
        0,
    )
    assert saved.trace_id == vendor.bill()[0]["trace_id"]
    assert len(vendor.bill()) == 1
    assert verify_ledger() == []


def test_clips_of_the_same_that_wait_together_share_one_call(ask, render_all, vendor):
    clips = [ask("Asked by many.") for _ in range(3)]
    assert Hold.objects.count() == 1

    render_all()

    for clip in clips:
        clip.refresh_from_db()
    assert {clip.state for clip in clips} == {"ready"}
    assert [clip.segments.get().billed_characters for clip in clips] == [14, 0, 0]
    assert [clip.segments.get().saved_characters for clip in clips] == [0, 14, 14]
    assert len(vendor.bill()) == 1
    assert LedgerEntry.objects.filter(kind="saved").count() == 2


@pytest.mark.parametrize(
    "difference",
    [
        {"settings": {"speed": 1.5}},
        {"settings": {"emotion": "happy"}},
        {"model": "speech-02-turbo"},
        {"audio_format": "wav"},
        {"audio_format": {"container": "mp3", "bitrate": 64000}},
        {"text": "Say it differently."},
    ],
)
def test_whatever_is_heard_differently_is_another_rendering(ask, difference):
    ask("Say it once.")
    ask(**{"text": "Say it once.", **difference})
    assert Rendering.objects.count() == 2


def test_what_is_heard_alike_is_one_rendering_however_it_is_written(ask):
    ask("One\ntwo.", settings={"speed": 1, "pitch": None})
    ask("One\r\ntwo.", settings={"speed": 1.0}, audio_format={"container": "mp3"}, metadata={"for": "you"})
    assert Rendering.objects.count() == 1


def test_a_suspended_voice_gives_no_cache_hit(ask, render_all, voice):
    ask("Say it once.")
    render_all()
    voice.suspended_at, voice.suspended_reason = voice.created_at, "consent_revoked"
    voice.save()

    with pytest.raises(ConflictError) as refused:
        ask("Say it once.")

    assert refused.value.code == "voice_suspended"
    assert Clip.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_that_ask_at_once_share_one_paid_call(ask, cast, vendor):
    start = threading.Barrier(12)
    made, failed = [], []

    def ask_when_all_are_there():
        try:
            start.wait()
            clip = ask("All at once.")
            rendering.render(rendering_id=clip.segments.get().rendering_id)
            made.append(clip.id)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask_when_all_are_there) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert set(Clip.objects.values_list("state", flat=True)) == {"ready"}
    assert len(made) == 12
    assert len(vendor.bill()) == 1
    assert LedgerEntry.objects.filter(kind="saved").count() == 11
    assert verify_ledger() == []
