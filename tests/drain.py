"""The worker of the tests: hears doorbells and runs ticks in this process until nothing moves."""

import functools
import math
from queue import Empty

from django.apps import apps

from config.celery import app

_STATEFUL = ("synthesis.Rendering", "synthesis.Clip", "voicelib.ProviderVoice", "accounts.Attempt")
_MOST_ROUNDS = 50


def drain(*, ticks: bool = True) -> None:
    """Run every rung task, then every tick of the beat table, again and again until no state changes.

    Work that waits for a later time (back-off, a deadline) stays. `ticks=False` runs rung tasks only.
    """
    for _ in range(_MOST_ROUNDS):
        before = _picture()
        heard = hear_doorbells()
        if ticks:
            run_ticks()
            hear_doorbells()
        if not heard and before == _picture():
            return
    raise AssertionError("work never comes to rest")


def run_ticks(*, every: float = math.inf) -> None:
    """Every tick of the beat table, once; or only those that come round within so many seconds."""
    _know_the_tasks()
    for entry in app.conf.beat_schedule.values():
        if entry["schedule"] <= every:
            app.tasks[entry["task"]]()


def forget_doorbells() -> None:
    """Throw away what other tests rang."""
    with app.connection_for_read() as connection, connection.SimpleQueue(app.conf.task_default_queue) as queue:
        queue.clear()


@functools.cache
def _know_the_tasks() -> None:
    """Once: it runs all of Django's system checks."""
    app.loader.import_default_modules()


def hear_doorbells() -> int:
    """Do the work of everything that was rung for, and of what that rings for; how often it rang."""
    _know_the_tasks()
    heard = 0
    with app.connection_for_read() as connection, connection.SimpleQueue(app.conf.task_default_queue) as queue:
        while True:
            try:
                message = queue.get_nowait()
            except Empty:
                return heard
            message.ack()
            arguments = message.payload[0]
            app.tasks[message.headers["task"]](*arguments)
            heard += 1


def _picture():
    return [list(apps.get_model(name).objects.order_by("id").values_list("id", "state")) for name in _STATEFUL]
