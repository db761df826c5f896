"""What the books cost: a paid call beside the bare HTTP call, and holds with budgets."""

import itertools
from statistics import median

import httpx

from accounts import clock
from accounts.flows.attempts import PaidOrder
from accounts.flows.holds import place_hold, release_hold
from accounts.flows.paid_call import answer_stored, paid_call
from accounts.ids import new_id
from accounts.models import Budget
from accounts.money import Money
from accounts.provider_clients import adapter, wire_account
from accounts.spool import Answer
from benchmarks.stage import KEY, compare, row, times_ms
from providers.types import AudioFormat, SpeechRequest

VOICE, MODEL = "English_expressive_narrator", "speech-2.8-hd"
TEXT = "The quick brown fox jumps over the lazy dog, take "


def paid_call_beside_bare_http(stage):
    number = itertools.count()
    client = httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {KEY}"})
    body = {
        "model": MODEL,
        "voice_setting": {"voice_id": VOICE},
        "audio_setting": {"format": "mp3", "sample_rate": 32000, "bitrate": 128000, "channel": 1},
    }
    url = f"{stage.account.base_url}/v1/t2a_v2"

    def bare():
        client.post(url, json={**body, "text": f"{TEXT}{next(number)}."}).raise_for_status()

    def ours():
        text = f"{TEXT}{next(number)}."
        request = SpeechRequest(text=text, model=MODEL, voice_id=VOICE, format=AudioFormat("mp3", 32000, 128000, 1))
        hold = place_hold(
            payer=stage.payer, key=new_id(), characters=len(text), amount=Money(len(text) * 100, "USD"), at=clock.now()
        )
        order = PaidOrder(
            hold_id=hold.id,
            kind="speech",
            subject="bench",
            account=stage.account,
            model=MODEL,
            voice_slug="bench",
            vendor_voice_id=VOICE,
            estimated_characters=len(text),
        )
        attempt, _ = paid_call(
            order=order,
            operation=adapter(stage.account).speech(wire_account(stage.account), request),
            answer_of=lambda result: Answer(
                audio=result.audio, billed_characters=result.billed_characters, trace_id=result.trace_id
            ),
            guard=lambda: None,
            on_settled=lambda attempt: None,
        )
        answer_stored(attempt_id=attempt.id)

    yield compare("paid call (hold, attempt, spool, ledger) / bare HTTP call", ours, bare, 60)


def holds(stage):
    def hold_and_release():
        hold = place_hold(payer=stage.payer, key=new_id(), characters=10, amount=Money(1000, "USD"), at=clock.now())
        release_hold(hold_id=hold.id)

    without = median(times_ms(hold_and_release, 200))
    Budget.objects.create(team=stage.team, scope="team", target_id=stage.team.id, characters=10**12)
    yield row("hold + release under a budget / without one", median(times_ms(hold_and_release, 200)), "ms p50", without)
    Budget.objects.all().delete()


BENCHMARKS = (paid_call_beside_bare_http, holds)
