"""A process that passes a shared gate as often as it may: URL PREFIX RPM SECONDS. Prints when its calls started."""

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from redis import Redis  # noqa: E402 - the product's modules want its settings

from accounts.rate_gate.gate import GateFullError, RateGate  # noqa: E402
from accounts.rate_gate.rule import Limit  # noqa: E402
from accounts.rate_gate.stores import Place, RedisStore  # noqa: E402


def main() -> None:
    url, prefix, rpm, seconds = sys.argv[1:]
    gate = RateGate(RedisStore(Redis.from_url(url), prefix=prefix))
    place, limit = Place("account", "speech", "model"), Limit(rpm=int(rpm))
    ends, sent = time.time() + float(seconds), []
    while time.time() < ends:
        try:
            with gate.passing(place, limit, provider="minimax", patience_seconds=0.5):
                sent.append(time.time())
        except GateFullError:
            time.sleep(0.01)
    sys.stdout.write(json.dumps(sent))


if __name__ == "__main__":
    main()
