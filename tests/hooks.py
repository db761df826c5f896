"""Webhooks of WaveSpeed as anyone could send them, signed by hand, and a view of those that really came."""

import hashlib
import hmac
import json
import threading
import time
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.test import Client

from accounts import keyring, steps
from accounts.flows.hooks import learn_hook_secret
from accounts.hook_links import hook_url
from accounts.metrics import HOOKS
from tests.cast import make_account


def listening_account(cast, **fields):
    """An account at the sandbox's WaveSpeed whose webhooks can be verified. One question per run, then it waits."""
    values: dict[str, Any] = {
        "slug": "wavespeed",
        "provider": "wavespeed",
        "base_url": f"{settings.SANDBOX_URL}/wavespeed",
        "price_list": "wavespeed",
        "is_default": False,
        "options": {"poll_every_seconds": 60},
    }
    account = make_account(cast.team, **(values | fields))
    learn_hook_secret(account_id=account.id)
    account.refresh_from_db()
    return account


def pace(seconds):
    """Real seconds a task takes at the sandbox."""
    told = {"async_task_seconds": seconds}
    httpx.post(f"{settings.SANDBOX_URL}/_sandbox/pace", json=told, trust_env=False).raise_for_status()


def body_of(task, **fields):
    return json.dumps({"id": task, "status": "completed", "outputs": ["http://evil.example/a.mp3"]} | fields).encode()


def signed(account, body, *, message_id="msg_1", late=0, key=None):
    """The headers of a webhook that is `late` seconds old."""
    moment = str(int(time.time()) - late)
    secret = keyring.decrypt(account.hook_secret_encrypted) if key is None else key
    text = f"{message_id}.{moment}.".encode() + body
    digest = hmac.new(secret.removeprefix("whsec_").encode(), text, hashlib.sha256).hexdigest()
    return {"webhook-id": message_id, "webhook-timestamp": moment, "webhook-signature": f"v3,{digest}"}


def send(account, body, headers):
    return Client().post(
        urlsplit(hook_url(account) or "").path, data=body, content_type="application/json", headers=headers
    )


def heard(outcome):
    """How many webhooks ended like that in this process."""
    return HOOKS.labels("wavespeed", outcome)._value.get()


@contextmanager
def hint():
    """`hint()` is an event that is set when a webhook has let something be asked for."""
    rang = threading.Event()

    def observe(step, ids):
        if step == "hinted":
            rang.set()

    steps.observers.append(observe)
    try:
        yield rang
    finally:
        steps.observers.remove(observe)
