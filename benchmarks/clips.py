"""What a request costs: a clip from the library beside one that is rendered, over the whole REST path."""

import itertools
import json
from statistics import median

from django.test import Client

from benchmarks.stage import row, times_ms
from benchmarks.voices import speaking_voice
from synthesis.flows.rendering import render
from synthesis.models import Rendering


def clips_over_rest(stage):
    voice = speaking_voice(stage)
    client = Client(headers={"Authorization": f"Bearer {stage.token}", "Host": "127.0.0.1"})
    number = itertools.count()

    def ask(text):
        body = json.dumps({"voice": voice.slug, "text": text, "model": "speech-2.8-hd"})
        answer = client.post("/api/v1/clips", body, content_type="application/json")
        assert answer.status_code in (201, 202), answer.content
        return answer.json()

    def rendered():
        ask(f"The quick brown fox jumps over the lazy dog, take {next(number)}.")
        _render_queued()

    ask("Said before.")
    _render_queued()
    fresh = median(times_ms(rendered, 30))
    yield row(
        "clip from the library / clip rendered (POST /api/v1/clips)",
        median(times_ms(lambda: ask("Said before."), 60)),
        "ms p50",
        fresh,
    )

    clip = ask("Said before.")
    listing = median(times_ms(lambda: client.get("/api/v1/clips?limit=50").content, 30))
    one = median(times_ms(lambda: client.get(f"/api/v1/clips/{clip['id']}").content, 60))
    yield row("list of 50 clips / one clip (GET)", listing, "ms p50", one)


def _render_queued():
    for rendering_id in Rendering.objects.filter(state=Rendering.State.QUEUED).values_list("id", flat=True):
        render(rendering_id=rendering_id)


BENCHMARKS = (clips_over_rest,)
