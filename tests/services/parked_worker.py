"""A Celery worker that stops for good when work reaches one step: `--at STEP --marker FILE`, then worker arguments.

The thread that reached the step writes the file and waits for ever: the process can be killed at exactly this place.
"""

import argparse
import json
import os
import threading
from pathlib import Path

from accounts import steps


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--at", required=True, choices=steps.STEPS)
    parser.add_argument("--marker", required=True, type=Path)
    parked, worker_arguments = parser.parse_known_args()

    def park(step: str, ids: dict[str, str]) -> None:
        if step == parked.at:
            fresh = parked.marker.with_suffix(".new")
            fresh.write_text(json.dumps(ids), encoding="utf-8")
            os.replace(fresh, parked.marker)
            threading.Event().wait()

    steps.observers.append(park)
    from config.celery import app  # noqa: PLC0415 - after the observer stands, so that no work can pass it

    app.worker_main(worker_arguments)


if __name__ == "__main__":
    main()
