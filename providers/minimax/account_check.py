"""Proves key and address by listing the system voices: free, and refused without a valid key.

A key of another region reads exactly like a bad one (1004 or 2049, measured), so one call cannot tell them apart.
"""

from __future__ import annotations

from providers.errors import Category, ProviderError
from providers.minimax import voices
from providers.minimax.keys import balance_hint, refusal_hint
from providers.minimax.regions import is_legacy
from providers.types import Account, AccountCheck, CheckVerdict, Operation
from providers.verdicts import verdict_of

_REGIONS = (
    "The key was refused. A key of another region reads the same: global keys belong to api.minimax.io, "
    "mainland keys to api.minimaxi.com."
)
_EMPTY_GROUP = "An empty GroupId in the query answers the same; this account sends none."
_LEGACY = "This is an old host that the documentation does not name any more: move to a region, and check the prices."
_NOT_VERIFIED = "2038"


def check_account(account: Account) -> Operation[AccountCheck]:
    """Never raises ``ProviderError``: the finding carries what went wrong, the verdict says it in one word."""
    legacy = is_legacy(account.base_url)
    try:
        shown = yield from voices.list_voices(account, "system")
    except ProviderError as error:
        told = _finding(error, account)
        return AccountCheck(
            ok=False,
            verdict=_verdict(error),
            finding=f"{told} {_LEGACY}" if legacy else told,
            code=error.code,
            trace_id=error.trace_id,
        )
    counted = f"{len(shown)} system voices"
    if legacy:
        return AccountCheck(ok=True, verdict="legacy_address", finding=f"{counted}. {_LEGACY}")
    return AccountCheck(ok=True, verdict="ok", finding=counted)


def _verdict(error: ProviderError) -> CheckVerdict:
    if error.category is Category.AUTH and error.field != "key" and "group" in error.message.lower():
        return "group_refused"
    if error.code == _NOT_VERIFIED:
        return "not_verified"
    return verdict_of(error)


def _finding(error: ProviderError, account: Account) -> str:
    verdict = _verdict(error)
    if verdict == "key_refused":
        return _sentences(_REGIONS, refusal_hint(account.key, _group(account)), f"({error.message})")
    if verdict == "group_refused":
        return _sentences(
            f"The group id does not belong to the key ({error.message}).", refusal_hint(account.key, _group(account))
        )
    if verdict == "balance_empty":
        empty = _EMPTY_GROUP if not _group(account) else ""
        return _sentences(f"There is no balance ({error.message}).", balance_hint(account.key), empty)
    if verdict == "not_verified":
        return f"The account's owner is not identity-verified at MiniMax, who then clones nothing ({error.message})."
    if verdict == "not_the_provider":
        return f"The address answers, but not as MiniMax does ({error.message})."
    return error.message


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _group(account: Account) -> str:
    group = account.options.get("group_id")
    return str(group).strip() if isinstance(group, str | int) and not isinstance(group, bool) else ""
