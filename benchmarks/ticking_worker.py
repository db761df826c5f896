"""One of several processes that tick at once: waits for the word, ticks until nothing is due, tells whom it called."""

import json
import sys

import django

django.setup()

from accounts import clock  # noqa: E402 - Django is set up first
from voicelib.flows.activation import keep_home, keepalive_tick  # noqa: E402
from voicelib.models import ProviderVoice  # noqa: E402


def main(makes_calls):
    called = []

    def call(home):
        called.append(home.id)
        if makes_calls:
            keep_home(provider_voice_id=home.id, claim=home.claim)

    # The connection and the code are warm when the word comes.
    ProviderVoice.objects.first()
    _say("ready")
    sys.stdin.readline()
    while keepalive_tick(at=clock.now(), call=call).calls:
        pass
    _say(json.dumps(called))


def _say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1] == "call")
