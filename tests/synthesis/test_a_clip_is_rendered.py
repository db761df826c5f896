"""One clip from the ask to the audio."""

import io

import av

from accounts.flows.verify import verify_ledger
from accounts.models import Attempt, Event, Hold, LedgerEntry
from synthesis.flows.storing import clip_storage
from synthesis.models import Clip


def test_a_clip_becomes_ready_with_real_audio(ask, render_all, vendor):
    clip = ask("Hello there, this is the narrator.")
    assert clip.state == Clip.State.QUEUED

    render_all()

    clip.refresh_from_db()
    made = clip.segments.get().rendering
    assert clip.state == Clip.State.READY
    with clip_storage().open(made.storage_key) as file, av.open(io.BytesIO(file.read())) as audio:
        assert audio.format.name == "mp3"
    assert made.duration_ms > 500
    assert made.findings == []
    assert made.storage_key == f"{clip.team_id}/{made.sha256}.mp3"


def test_the_books_say_what_the_provider_charged(ask, render_all, vendor):
    clip = ask("Hello there.")
    render_all()

    line = vendor.bill()[0]
    entry = LedgerEntry.objects.get(team_id=clip.team_id)
    segment = clip.segments.get()
    assert (entry.kind, entry.billed_characters, entry.source) == ("speech", 12, "provider")
    assert (line["characters"], line["trace_id"]) == (12, entry.trace_id)
    assert (segment.billed_characters, segment.amount_micros) == (12, entry.amount_micros)
    assert (segment.currency, segment.saved_characters) == ("USD", 0)
    assert Hold.objects.get().state == Hold.State.SETTLED
    assert verify_ledger() == []


def test_what_happened_is_recorded(ask, render_all):
    clip = ask()
    render_all()
    kinds = Event.objects.filter(subject_id=clip.id).order_by("id").values_list("kind", "actor_name")
    assert list(kinds) == [("clip.created", "Owner"), ("clip.ready", "platform")]


def test_the_attempt_names_what_it_was_for(ask, render_all):
    clip = ask()
    render_all()
    attempt = Attempt.objects.get()
    assert attempt.subject == f"rendering:{clip.segments.get().rendering_id}"
    assert (attempt.state, attempt.voice_slug, attempt.model) == ("settled", "narrator", "speech-2.8-hd")


def test_every_format_is_kept_as_it_really_is(ask, render_all):
    for number, container in enumerate(("wav", "flac", "pcm", "mp3")):
        clip = ask(f"Format number {number}.", audio_format={"container": container, "sample_rate": 16000})
        render_all()
        made = clip.segments.get().rendering
        assert (made.state, made.format, made.sample_rate, made.channels) == ("ready", container, 16000, 1)
        assert made.findings == []
        assert made.duration_ms > 300
