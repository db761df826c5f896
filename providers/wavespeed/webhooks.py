"""Is a webhook WaveSpeed's? (Page "Verifying webhooks".)

HMAC-SHA256 in hex over ``id.timestamp.body``; the key is the secret's own text behind its ``whsec_`` prefix, not
decoded from base64 as in the scheme whose headers look alike. The page's own worked example does not verify, so the
rule is unproven: a mismatch is to be logged and counted, asking for the task goes on, and an accepted webhook is only a
reason to ask now. What it says is never believed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from providers.errors import malformed
from providers.minimax.answers import json_object, text
from providers.types import Account, Headers, Operation
from providers.wavespeed import answers
from providers.wavespeed.predictions import task_id
from providers.webhooks import Webhooks, WebhookVerdict

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"
_VERSION = "v3"


def verify_webhook(headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> WebhookVerdict:
    """``now`` in Unix seconds, ``body`` as it came. Of several signatures one has to fit."""
    fields = Headers(headers)
    message_id, moment = fields.get("webhook-id", ""), fields.get("webhook-timestamp", "")
    signatures = _signatures(fields.get("webhook-signature", ""))
    if not message_id or not (moment.isascii() and moment.isdigit() and len(moment) < 15) or not signatures:
        return "malformed"
    if abs(now - int(moment)) > TOLERANCE_SECONDS:
        return "stale"
    key = secret.removeprefix(_PREFIX).encode()
    if not key:
        return "mismatch"
    expected = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).hexdigest().encode()
    # Each is compared, so that the time tells nothing about which one fitted.
    fits = [hmac.compare_digest(expected, signature) for signature in signatures]
    return "accepted" if any(fits) else "mismatch"


def webhook_secret(account: Account) -> Operation[str]:
    """What the account's webhooks are signed with: GET /api/v3/webhook/secret, free. Raises ``ProviderError``."""
    asked = answers.get(account, "webhook/secret", operation="webhook_secret")
    secret = text(answers.read(asked, (yield asked)).get("secret"))
    if not secret.removeprefix(_PREFIX):
        raise malformed(asked, "no secret in it", http_status=200)
    return secret


def webhook_task(body: bytes) -> str:
    """The id of the task a webhook speaks of, empty where it names none. The body is the flat prediction."""
    return task_id(json_object(body) or {})


def _signatures(header: str) -> list[bytes]:
    """The hex of each ``v3,<hex>``; several are separated by spaces."""
    pairs = (part.partition(",") for part in header.split())
    return [hexes.lower().encode("utf-8", "replace") for version, _, hexes in pairs if version == _VERSION and hexes]


WEBHOOKS = Webhooks(secret=webhook_secret, verify=verify_webhook, task_of=webhook_task)
