"""What the shape of a MiniMax key tells. Seen by users of the API, in no reference, so these are hints and no verdict.

``sk-api-…`` is paid as you go, ``sk-cp-…`` belongs to a subscription, ``eyJ…`` is an older JWT that names its group.
No shape tells the region.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Literal

KeyFamily = Literal["pay_as_you_go", "subscription", "jwt", "unknown"]


def key_family(key: str) -> KeyFamily:
    """Which kind of key this looks like."""
    if key.startswith("sk-api-"):
        return "pay_as_you_go"
    if key.startswith("sk-cp-"):
        return "subscription"
    return "jwt" if key.startswith("eyJ") and key.count(".") == 2 else "unknown"


def group_in(key: str) -> str | None:
    """The group id inside a JWT, unverified; None for every other key and for a JWT without one."""
    if key_family(key) != "jwt":
        return None
    claims = key.split(".")[1]
    try:
        told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    group = told.get("GroupID") if isinstance(told, dict) else None
    return str(group) if isinstance(group, str | int) and not isinstance(group, bool) and group else None


def refusal_hint(key: str, group_id: str) -> str:
    """What to look at first when MiniMax refuses this key; empty where the shape tells nothing."""
    family, group = key_family(key), group_in(key)
    if family == "unknown":
        return "It does not look like a MiniMax key (sk-api-…, sk-cp-…, eyJ…): it may be cut off or another vendor's."
    if group is not None and group_id and group != group_id:
        return f"The key is of group {group}, the account's option group_id says {group_id}."
    return ""


def balance_hint(key: str) -> str:
    """Which balance is meant when MiniMax says that there is none."""
    if key_family(key) == "subscription":
        return "This is a subscription key (sk-cp-…): it does not use the pay-as-you-go balance."
    if key_family(key) == "pay_as_you_go":
        return "This is a pay-as-you-go key (sk-api-…): it does not use a subscription's quota."
    return ""
