import hashlib
import hmac
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.sandbox.wavespeed_customer import SPEECH, VOICE

BODY = {"text": "Hello.", "voice_id": VOICE}


class Listener:
    """A customer's own server; answers 200 unless told otherwise."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.statuses: queue.Queue[int] = queue.Queue()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.heard.put(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(listener.statuses.get() if not listener.statuses.empty() else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?of=mine"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.close()


def signature_of(secret, headers, body):
    key = secret.removeprefix("whsec_").encode()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return f"v3,{hmac.new(key, signed, hashlib.sha256).hexdigest()}"


def test_the_end_of_a_task_is_told_flat_and_signed(wavespeed, listener):
    created = wavespeed.submit(SPEECH, BODY, webhook=listener.url)
    headers, body = listener.heard.get(timeout=20)
    told = json.loads(body)
    assert (told["id"], told["status"], len(told["outputs"])) == (created["id"], "completed", 1)
    assert "data" not in told
    secret = wavespeed.http.get("webhook/secret").json()["data"]["secret"]
    assert secret.startswith("whsec_")
    assert headers["webhook-signature"] == signature_of(secret, headers, body)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60


def test_a_failure_is_told_too(wavespeed, listener):
    wavespeed.submit(SPEECH, {**BODY, "voice_id": "Nobody_0001"}, webhook=listener.url)
    told = json.loads(listener.heard.get(timeout=20)[1])
    assert (told["status"], told["error"]) == ("failed", "voice id not exist")


def test_a_refused_webhook_is_tried_three_times_under_one_id(wavespeed, listener):
    for _ in range(3):
        listener.statuses.put(500)
    wavespeed.submit(SPEECH, BODY, webhook=listener.url)
    heard = [listener.heard.get(timeout=20) for _ in range(3)]
    assert len({headers["webhook-id"] for headers, _ in heard}) == 1
    assert len({body for _, body in heard}) == 1
    with pytest.raises(queue.Empty):
        listener.heard.get(timeout=2.5)


def test_a_signature_may_be_wrong_and_a_webhook_may_be_lost(wavespeed, listener):
    wavespeed.fault("bad_signature", operation="webhook")
    wavespeed.submit(SPEECH, BODY, webhook=listener.url)
    headers, body = listener.heard.get(timeout=20)
    secret = wavespeed.http.get("webhook/secret").json()["data"]["secret"]
    assert headers["webhook-signature"] != signature_of(secret, headers, body)
    wavespeed.fault("close_connection", operation="webhook", count=3)
    created = wavespeed.submit(SPEECH, BODY, webhook=listener.url)
    assert wavespeed.ended(created)["status"] == "completed"
    with pytest.raises(queue.Empty):
        listener.heard.get(timeout=2.5)


def test_a_webhook_that_is_no_url_is_refused(wavespeed):
    assert wavespeed.post(SPEECH, BODY, webhook="mailto:me").status_code == 400
