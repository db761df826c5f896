"""How a voice stands at a moment, from its homes: what the lists and the dashboard show. No queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.shown import Pill, span
from voicelib.models import ProviderVoice, Voice
from voicelib.states import voice_state

State = ProviderVoice.State
DRAFT = "draft"
SUSPENDED = "suspended"
RETIRED = "retired"
PILLS: dict[str, Pill] = {
    DRAFT: Pill("quiet", "draft", gettext_lazy("Draft")),
    State.CLONING: Pill("busy", "hourglass_top", gettext_lazy("Cloning")),
    State.TEMPORARY: Pill("warn", "timer", gettext_lazy("Temporary")),
    State.UNPROVEN: Pill("warn", "help", gettext_lazy("Unproven")),
    State.PERMANENT: Pill("good", "verified", gettext_lazy("Permanent")),
    State.LAPSED: Pill("bad", "timer_off", gettext_lazy("Lapsed")),
    State.LOST: Pill("bad", "search_off", gettext_lazy("Lost")),
    State.FAILED: Pill("bad", "error", gettext_lazy("Failed")),
    State.DELETING: Pill("quiet", "auto_delete", gettext_lazy("Deleting")),
    State.DELETED: Pill("quiet", "delete", gettext_lazy("Deleted")),
    SUSPENDED: Pill("bad", "pause_circle", gettext_lazy("Suspended")),
    RETIRED: Pill("quiet", "archive", gettext_lazy("Retired")),
}
_MORTAL = (State.TEMPORARY, State.UNPROVEN, State.PERMANENT)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a voice as a whole, the home that decides it, and the deadline that is nearest."""

    state: str
    is_suspended: bool
    is_retired: bool
    home: ProviderVoice | None
    deadline: datetime | None

    def pill(self, at: datetime) -> str:
        """Retirement and suspension first: they refuse everything, whatever the homes are."""
        if self.is_retired:
            return PILLS[RETIRED].html("" if self.state == DRAFT else str(PILLS[self.state].word).lower())
        if self.is_suspended:
            return PILLS[SUSPENDED].html()
        return home_pill(self.state, self.deadline, at)

    @property
    def error(self) -> dict[str, Any] | None:
        """The last failure of the deciding home."""
        return None if self.home is None else self.home.last_error


def standing_of(voice: Voice, homes: Iterable[ProviderVoice]) -> Standing:
    """How a voice stands, given all its homes."""
    homes = sorted(homes, key=lambda home: home.id, reverse=True)
    state = voice_state(home.state for home in homes)
    deciding = next((home for home in homes if home.state == state), None)
    deadline = deciding.expires_at if deciding is not None and state in _MORTAL else None
    return Standing(state, voice.suspended_at is not None, voice.retired_at is not None, deciding, deadline)


def state_pill(home: ProviderVoice, at: datetime) -> str:
    """The pill of a home where its deadline is told beside it."""
    return home_pill(home.state, None if home.expires_at is None or home.expires_at > at else home.expires_at, at)


def home_pill(state: str, deadline: datetime | None, at: datetime) -> str:
    """The pill of a state, with the time that is left where there is a deadline."""
    if deadline is None:
        return PILLS[state].html()
    if deadline <= at:
        return PILLS[State.LAPSED].html()
    return PILLS[state].html(_("%(span)s left") % {"span": span(deadline - at)})
