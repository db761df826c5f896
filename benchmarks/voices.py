"""What the 7-day rule costs: a tick with many voices of which none is due."""

from datetime import timedelta
from statistics import median

from accounts import clock
from accounts.models import ProviderAccount
from benchmarks.stage import row, times_ms
from voicelib.flows.keepalive import keepalive_tick
from voicelib.models import ProviderVoice, Voice

SIZES = (1_000, 10_000, 100_000)


def speaking_voice(stage) -> Voice:
    """A voice that speaks with one of the provider's own: nothing has to be cloned for it."""
    voice, _ = Voice.objects.get_or_create(
        team=stage.team, slug="bench", defaults={"name": "Bench", "language": "en", "kind": Voice.Kind.SYSTEM}
    )
    ProviderVoice.objects.get_or_create(
        voice=voice,
        provider_account=stage.account,
        defaults={
            "vendor_voice_id": "English_expressive_narrator",
            "state": ProviderVoice.State.PERMANENT,
            "activated_at": clock.now(),
        },
    )
    return voice


def tick_with_nothing_due(stage):
    first = None
    made = 0
    account: ProviderAccount = stage.account
    for size in SIZES:
        _add_waiting(stage.team, account, made, size)
        made = size
        now = median(times_ms(lambda: keepalive_tick(at=clock.now()), 20))
        yield row(f"keepalive tick, {size:,} voices, none due / {SIZES[0]:,} voices", now, "ms p50", first)
        first = first or now


def _add_waiting(team, account, start, stop):
    now = clock.now()
    numbers = range(start, stop)
    voices = [Voice(team=team, slug=f"waiting-{n}", name=str(n), language="en") for n in numbers]
    Voice.objects.bulk_create(voices, batch_size=5_000)
    homes = [
        ProviderVoice(
            voice=voice,
            provider_account=account,
            vendor_voice_id=f"waiting-{voice.slug}",
            state=ProviderVoice.State.TEMPORARY,
            cloned_at=now,
            expires_at=now + timedelta(days=7),
            keepalive_due_at=now + timedelta(days=6),
        )
        for voice in voices
    ]
    ProviderVoice.objects.bulk_create(homes, batch_size=5_000)


BENCHMARKS = (tick_with_nothing_due,)
