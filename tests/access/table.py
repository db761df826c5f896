"""The access table: every endpoint, and what each kind of caller is answered.

Callers: nobody (no token), wrong (an owner's token with every scope but the one needed), viewer, auditor and removed (a
member who left) with tokens of every scope, other (the owner of another team), exact (an owner's token with the needed
scope and no other: what is refused to the rest is possible to somebody).
"""

from dataclasses import dataclass, field
from typing import Any

from tests.access.wav import recording

CALLERS = ("nobody", "removed", "wrong", "viewer", "auditor", "other", "exact")


@dataclass(frozen=True)
class Row:
    """One endpoint. `path` is filled from the stage; `route` is how the URL conf writes it, where that differs."""

    method: str
    route: str
    path: str
    scope: str | None
    statuses: dict[str, int]
    body: Any = None
    is_upload: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def row(method, route, scope, *, viewer, auditor, other, exact, path=None, body=None, is_upload=False):
    """An endpoint that needs a token with `scope`."""
    statuses = {
        "nobody": 401,
        "removed": 401,
        "wrong": 403,
        "viewer": viewer,
        "auditor": auditor,
        "other": other,
        "exact": exact,
    }
    return Row(method, f"api/v1/{route}", f"/api/v1/{path or route}", scope, statuses, body, is_upload)


def public(route, status=200, path=None, **others):
    """An endpoint that asks for no token: all callers are answered alike."""
    return Row("GET", route, f"/{route}" if path is None else path, None, dict.fromkeys(CALLERS, status) | others)


READ = {"viewer": 200, "auditor": 200}
SHUT = {"viewer": 403, "auditor": 403}
BOOKS = {"viewer": 403, "auditor": 200}
RULE = {"source": "GIF", "replacement": "jif", "kind": "respelling"}
ACCOUNT = {"slug": "second", "name": "Second", "provider": "minimax", "base_url": "https://93.184.216.34", "key": "k1"}
CONSENT = {"speaker": "Bob", "statement": "I agree.", "locale": "en"}
STATEMENT = {"name": "release", "locale": "en", "text": "I, {speaker}, agree."}
CLIP = {"voice": "narrator", "text": "Good morning."}
BUDGET = {"scope": "team", "characters": 1_000}

TABLE = [
    # A token of any scope may ask who it is.
    Row(
        "GET", "api/v1/me", "/api/v1/me", "any",
        {"nobody": 401, "removed": 401, "wrong": 200, "viewer": 200, "auditor": 200, "other": 200, "exact": 200},
    ),
    row("GET", "projects", "projects:read", **READ, other=200, exact=200),
    row("POST", "projects", "projects:write", **SHUT, other=201, exact=201, body={"slug": "new", "name": "New"}),
    row("GET", "tokens", "tokens:read", **SHUT, other=200, exact=200),
    row(
        "POST", "tokens", "tokens:write", **SHUT, other=201, exact=201,
        body={"name": "new", "scopes": ["tokens:write"]},
    ),
    row("DELETE", "tokens/{token_id}", "tokens:write", **SHUT, other=404, exact=204),
    row("GET", "notifications", "tokens:read", **SHUT, other=200, exact=200),
    row("PATCH", "notifications", "tokens:write", **SHUT, other=200, exact=200, body={"digest_at": "09:00"}),
    row("GET", "mails", "tokens:read", **SHUT, other=200, exact=200),
    row("GET", "events", "events:read", **BOOKS, other=200, exact=200),
    row("GET", "budgets", "budgets:read", **BOOKS, other=200, exact=200),
    row("POST", "budgets", "budgets:write", **SHUT, other=201, exact=201, body=BUDGET),
    row("PATCH", "budgets/{budget_id}", "budgets:write", **SHUT, other=404, exact=200, body={"characters": 7}),
    row("DELETE", "budgets/{budget_id}", "budgets:write", **SHUT, other=404, exact=204),
    row("GET", "attempts", "attempts:read", **BOOKS, other=200, exact=200),
    row("GET", "attempts/{attempt_id}", "attempts:read", **BOOKS, other=404, exact=200),
    row(
        "POST", "attempts/{attempt_id}/resolve", "attempts:resolve", **SHUT, other=404, exact=200,
        body={"outcome": "not_charged", "reason": "Not on the bill."},
    ),
    row("GET", "ledger", "ledger:read", **BOOKS, other=200, exact=200),
    row("GET", "ledger/totals", "ledger:read", **BOOKS, other=200, exact=200),
    row("GET", "ledger.csv", "ledger:read", **BOOKS, other=200, exact=200),
    row("GET", "prices", "provider-accounts:read", **READ, other=200, exact=200),
    row("GET", "regions", "provider-accounts:read", **READ, other=200, exact=200),
    row("GET", "provider-accounts", "provider-accounts:read", **READ, other=200, exact=200),
    row("POST", "provider-accounts", "provider-accounts:write", **SHUT, other=201, exact=201, body=ACCOUNT),
    row("GET", "provider-accounts/{account}", "provider-accounts:read", **READ, other=404, exact=200),
    row(
        "PATCH", "provider-accounts/{account}", "provider-accounts:write", **SHUT, other=404, exact=200,
        body={"name": "Renamed"},
    ),
    row("POST", "provider-accounts/{account}/check", "provider-accounts:write", **SHUT, other=404, exact=200),
    row("GET", "samples", "voices:read", **READ, other=200, exact=200),
    row(
        "POST", "samples", "voices:write", **SHUT, other=201, exact=201,
        body=lambda: {"name": "Bob", "file": recording()}, is_upload=True,
    ),
    row(
        "POST", "samples/uploads", "voices:write", **SHUT, other=201, exact=201, body={"name": "Bob", "size": 1000}
    ),
    row("POST", "samples/uploads/{upload_id}/complete", "voices:write", **SHUT, other=404, exact=201),
    row("GET", "samples/{sample_id}", "voices:read", **READ, other=404, exact=200),
    row("DELETE", "samples/{sample_id}", "voices:write", **SHUT, other=404, exact=204, path="samples/{lone_sample}"),
    row("GET", "samples/{sample_id}/audio", "voices:read", **READ, other=404, exact=200),
    row("GET", "samples/{sample_id}/peaks", "voices:read", **READ, other=404, exact=200),
    row(
        "POST", "samples/{sample_id}/derive", "voices:write", **SHUT, other=404, exact=201, body={"container": "mp3"}
    ),
    row("GET", "statement-texts", "voices:read", **READ, other=200, exact=200),
    row("POST", "statement-texts", "voices:write", **SHUT, other=201, exact=201, body=STATEMENT),
    row("GET", "statement-texts/built-in", "voices:read", **READ, other=200, exact=200),
    row("GET", "statement-texts/{name}/versions", "voices:read", **READ, other=404, exact=200,
        path="statement-texts/{statement_text}/versions"),
    row("GET", "consents", "voices:read", **READ, other=200, exact=200),
    row("POST", "consents", "voices:write", **SHUT, other=201, exact=201, body=CONSENT),
    row("GET", "consents/{consent_id}", "voices:read", **READ, other=404, exact=200),
    row("POST", "consents/{consent_id}/revoke", "voices:write", **SHUT, other=404, exact=200, body={}),
    row("POST", "consents/{consent_id}/renew", "voices:write", **SHUT, other=404, exact=201,
        body={"statement": "Again.", "valid_until": None}),
    row("GET", "consents/{consent_id}/files", "voices:read", **READ, other=404, exact=200),
    row("POST", "consents/{consent_id}/files", "voices:write", **SHUT, other=404, exact=201, is_upload=True,
        body=lambda: {"name": "Bob", "kind": "spoken", "file": recording()}),
    row("GET", "consents/{consent_id}/files/{file_id}", "voices:read", **READ, other=404, exact=200,
        path="consents/{consent_id}/files/{consent_file}"),
    row("POST", "consents/{consent_id}/files/{file_id}/sample", "voices:write", **SHUT, other=404, exact=201,
        path="consents/{consent_id}/files/{spoken_file}/sample", body={}),
    row("GET", "consents/{consent_id}/clips", "clips:read", **READ, other=404, exact=200),
    row("GET", "consents/{consent_id}/clips.csv", "clips:read", **READ, other=404, exact=200),
    row("GET", "consents/{consent_id}/purge", "voices:read", **READ, other=404, exact=200,
        path="consents/{purged_consent}/purge"),
    row("POST", "consents/{consent_id}/purge", "voices:write", **SHUT, other=404, exact=202,
        path="consents/{purged_consent}/purge", body={}),
    row("GET", "system-voices", "voices:read", **READ, other=200, exact=200),
    row("POST", "provider-accounts/{account}/system-voices/import", "voices:write", **SHUT, other=404, exact=200),
    row("GET", "provider-accounts/{account}/sync", "voices:read", **READ, other=404, exact=200),
    row("POST", "provider-accounts/{account}/sync", "voices:write", **SHUT, other=404, exact=200),
    row(
        "POST", "provider-accounts/{account}/adopt", "voices:write", **SHUT, other=404, exact=400,
        body={"voice_id": "nobody-knows-it", "slug": "adopted", "name": "Adopted", "language": "en", "consent": "none"},
    ),
    row("POST", "provider-accounts/{account}/unfreeze", "provider-accounts:write", **SHUT, other=404, exact=409),
    row("GET", "forecast", "voices:read", **READ, other=200, exact=200),
    row(
        "GET", "voices/{slug}/dependents", "voices:read", **READ, other=404, exact=200,
        path="voices/{voice}/dependents",
    ),
    row(
        "POST", "voices/{slug}/retire", "voices:write", **SHUT, other=404, exact=200, path="voices/{fresh}/retire",
        body={"reason": "Not needed."},
    ),
    row("POST", "voices/{slug}/restore", "voices:write", **SHUT, other=404, exact=409, path="voices/{voice}/restore"),
    row("GET", "voices/{slug}/timeline", "voices:read", **READ, other=404, exact=200, path="voices/{voice}/timeline"),
    row("GET", "voice-defaults", "voices:read", **READ, other=200, exact=200),
    row("PATCH", "voice-defaults", "voices:write", **SHUT, other=200, exact=200, body={"policy": "ask"}),
    row("GET", "voices", "voices:read", **READ, other=200, exact=200),
    row(
        "POST", "voices", "voices:write", **SHUT, other=201, exact=201,
        body={"name": "New", "slug": "new", "language": "en"},
    ),
    row("GET", "voices/{slug}", "voices:read", **READ, other=404, exact=200, path="voices/{voice}"),
    row(
        "PATCH", "voices/{slug}", "voices:write", **SHUT, other=404, exact=200, path="voices/{voice}",
        body={"name": "Renamed"},
    ),
    row(
        "POST", "voices/{slug}/clone", "voices:write", **SHUT, other=404, exact=202, path="voices/{fresh}/clone",
        body={"provider_account": "sandbox"},
    ),
    row("GET", "voices/{slug}/samples", "voices:read", **READ, other=404, exact=200, path="voices/{fresh}/samples"),
    row(
        "POST", "voices/{slug}/samples", "voices:write", **SHUT, other=404, exact=201, path="voices/{fresh}/samples",
        body={"sample": "{sample_id}"},
    ),
    row(
        "DELETE", "voices/{slug}/samples/{sample_id}", "voices:write", **SHUT, other=404, exact=204,
        path="voices/{fresh}/samples/{spare_sample}",
    ),
    row(
        "POST", "voices/{slug}/samples/{sample_id}/choose", "voices:write", **SHUT, other=404, exact=200,
        path="voices/{fresh}/samples/{spare_sample}/choose",
    ),
    row(
        "POST", "voices/{slug}/clone/check", "voices:write", **SHUT, other=404, exact=200,
        path="voices/{fresh}/clone/check", body={"provider_account": "sandbox"},
    ),
    row(
        "POST", "voices/{slug}/activate", "voices:write", **SHUT, other=404, exact=202,
        path="voices/{temporary}/activate", body={},
    ),
    row(
        "POST", "voices/{slug}/policy", "voices:write", **SHUT, other=404, exact=200,
        path="voices/{temporary}/policy", body={"policy": "let_lapse"},
    ),
    row(
        "POST", "voices/{slug}/primary", "voices:write", **SHUT, other=404, exact=200, path="voices/{voice}/primary",
        body={"provider_account": "sandbox"},
    ),
    row(
        "POST", "voices/{slug}/homes", "voices:write", **SHUT, other=404, exact=409, path="voices/{voice}/homes",
        body={"provider_account": "sandbox", "voice_id": "English_Graceful_Lady"},
    ),
    row("DELETE", "voices/{slug}/homes/{account}", "voices:write", **SHUT, other=404, exact=202,
        path="voices/{voice}/homes/{account}"),
    row("POST", "voices/{slug}/homes/{account}/undo", "voices:write", **SHUT, other=404, exact=409, body={},
        path="voices/{voice}/homes/{account}/undo"),
    row("GET", "voices/{slug}/homes/{account}/preview", "voices:read", **READ, other=404, exact=200,
        path="voices/{voice}/homes/{account}/preview"),
    row("GET", "dictionaries", "dictionaries:read", **READ, other=200, exact=200),
    row(
        "POST", "dictionaries", "dictionaries:write", **SHUT, other=201, exact=201, body={"slug": "new", "name": "New"}
    ),
    row("GET", "dictionaries/{slug}", "dictionaries:read", **READ, other=404, exact=200,
        path="dictionaries/{dictionary}"),
    row("GET", "dictionaries/{slug}/rules", "dictionaries:read", **READ, other=404, exact=200,
        path="dictionaries/{dictionary}/rules"),
    row("POST", "dictionaries/{slug}/rules", "dictionaries:write", **SHUT, other=404, exact=201,
        path="dictionaries/{dictionary}/rules", body=RULE),
    row("DELETE", "dictionaries/{slug}/rules/{rule_id}", "dictionaries:write", **SHUT, other=404, exact=204,
        path="dictionaries/{dictionary}/rules/{rule_id}"),
    row("POST", "dictionaries/{slug}/publish", "dictionaries:write", **SHUT, other=404, exact=201,
        path="dictionaries/{dictionary}/publish", body={"message": "New"}),
    row("GET", "dictionaries/{slug}/versions", "dictionaries:read", **READ, other=404, exact=200,
        path="dictionaries/{dictionary}/versions"),
    row("GET", "dictionaries/{slug}/versions/{number}", "dictionaries:read", **READ, other=404, exact=200,
        path="dictionaries/{dictionary}/versions/{number}"),
    # What a team does not have cannot be spoken with, so the body is at fault and not the path.
    row("POST", "estimates", "clips:read", **READ, other=404, exact=200, body=CLIP),
    row("GET", "clips", "clips:read", **READ, other=200, exact=200),
    row("POST", "clips", "clips:write", **SHUT, other=404, exact=202, body=CLIP),
    row("GET", "clips/{clip_id}", "clips:read", **READ, other=404, exact=200, path="clips/{clip}"),
    row("GET", "clips/{clip_id}/audio", "clips:read", **READ, other=404, exact=200, path="clips/{clip}/audio"),
    row("POST", "clips/{clip_id}/retry", "clips:write", **SHUT, other=404, exact=202,
        path="clips/{failed_clip}/retry"),
    row("POST", "clips/{clip_id}/cancel", "clips:write", **SHUT, other=404, exact=200,
        path="clips/{queued_clip}/cancel"),
    public("", 302),
    public("healthz"),
    public("readyz"),
    public("metrics"),
    public("api/schema/"),
    public("api/docs/"),
    # The signature in the path is the permission.
    public("audio/{token}", path="{signed}"),
    Row(
        "POST", "samples/uploads/{token}", "/samples/uploads/x", None, dict.fromkeys(CALLERS, 403),
        body=lambda: {"file": recording()}, is_upload=True,
    ),
    public("samples/{token}/{filename}", path="{signed_sample}"),
    Row("POST", "hooks/{provider}/{token}", "{hook}", None, dict.fromkeys(CALLERS, 202), body={"id": "pred-1"}),
]  # fmt: skip
