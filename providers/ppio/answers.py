"""How a PPIO exchange begins, and how its answers become MiniMax's shape whichever shape they come in.

Up to 2.6 the answer is flat (``{"audio": …}``), from 2.8 on it is MiniMax's; errors are the gateway's envelope or
MiniMax's ``base_resp`` in a 200. The shapes have changed without notice before, so every route is read both ways.
"""

from __future__ import annotations

from typing import Any

from providers.error_rows import ANSWER_LOST
from providers.errors import malformed
from providers.minimax import answers as minimax
from providers.minimax.answers import json_object, key_of, mapping, trace, words
from providers.minimax.errors import http_error
from providers.ppio.errors import gateway_error, is_refusal
from providers.types import JSON, Account, Request, Response, Timeouts

TASK_RESULT = "/v3/async/task-result"


def post(
    account: Account,
    path: str,
    *,
    operation: str,
    json: JSON,
    timeout: Timeouts | None = None,
    max_response_bytes: int = 4 * 1024 * 1024,
) -> Request:
    """A POST, authorised. All of them cost something, so none is ever repeated."""
    return Request(
        account=account,
        operation=operation,
        method="POST",
        url=_root(account) + path,
        headers={"Authorization": f"Bearer {key_of(account)}"},
        json=json,
        timeout=timeout or Timeouts(),
        max_response_bytes=max_response_bytes,
    )


def task_request(account: Account, task_id: str) -> Request:
    """The free question what became of a task."""
    return Request(
        account=account,
        operation="task_result",
        method="GET",
        url=_root(account) + TASK_RESULT,
        headers={"Authorization": f"Bearer {key_of(account)}"},
        params={"task_id": task_id},
        repeatable=True,
    )


def read(request: Request, response: Response) -> dict[str, Any]:
    """The body of a successful answer in MiniMax's shape: what lies flat is found in ``data`` too.

    Raises ``ProviderError``: by ``reason`` or by ``base_resp``, whichever came.
    """
    body = json_object(response.content)
    if is_refusal(body):
        raise gateway_error(request, response, body or {})
    if response.status in ANSWER_LOST or body is None or "base_resp" in body:
        return minimax.read(request, response)
    if response.status != 200:
        raise http_error(request, response.status, words(response, body), trace_id=trace(response, body))
    if "data" not in body:
        body["data"] = {name: body[name] for name in ("audio", "status") if name in body}
    return body


def task_of(request: Request, response: Response) -> tuple[dict[str, Any], dict[str, Any]]:
    """The task object and the whole answer around it. Raises ``ProviderError``."""
    answer = read(request, response)
    task = mapping(answer.get("task"))
    if not task:
        raise malformed(request, "no task in it", http_status=response.status, trace_id=trace(response, answer))
    return task, answer


def _root(account: Account) -> str:
    return account.base_url.rstrip("/").removesuffix("/v3")
