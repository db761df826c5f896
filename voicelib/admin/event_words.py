"""What an event about a voice says beside its sentence. Values in, text or safe HTML out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.asking import link_to
from accounts.admin.shown import error_html, moment
from accounts.models import Event
from voicelib.models import Deletion, ProviderVoice, Sample, VoiceDefaults

# Told elsewhere in the row, or of no use to a person.
_LEFT_OUT = frozenset(
    {"voice", "provider_account", "provider_voice_id", "generation", "attempt", "error", "reason", "message"}
)
_NAMES: dict[str, Any] = {
    "accepted": gettext_lazy("accepted by a person"),
    "by": gettext_lazy("by"),
    "changed": gettext_lazy("changed"),
    "code": gettext_lazy("code"),
    "deadline": gettext_lazy("deadline"),
    "decide_by": gettext_lazy("decide by"),
    "existed": gettext_lazy("was there"),
    "expires_at": gettext_lazy("dies"),
    "homes": gettext_lazy("homes"),
    "hours_left": gettext_lazy("hours left"),
    "kind": gettext_lazy("kind"),
    "language": gettext_lazy("language"),
    "listed": gettext_lazy("in the provider's list"),
    "missing_since": gettext_lazy("missing since"),
    "next": gettext_lazy("next look"),
    "next_try_at": gettext_lazy("next try"),
    "on_silence": gettext_lazy("on silence"),
    "outcome": gettext_lazy("outcome"),
    "policy": gettext_lazy("policy"),
    "preview_characters": gettext_lazy("characters of the preview"),
    "revival": gettext_lazy("if lost"),
    "revives": gettext_lazy("in the place of generation"),
    "sample": gettext_lazy("sample"),
    "suspended": gettext_lazy("suspended"),
    "system_voice": gettext_lazy("system voice"),
    "trace_id": gettext_lazy("trace id"),
    "was": gettext_lazy("was"),
    "will_be_kept": gettext_lazy("will be kept"),
}
_LABELS: dict[str, dict[str, Any]] = {
    "policy": dict(ProviderVoice.Policy.choices),
    "on_silence": dict(ProviderVoice.OnSilence.choices),
    "revival": dict(VoiceDefaults.Revival.choices),
    "outcome": dict(Deletion.Outcome.choices),
}
_MOMENTS = frozenset({"deadline", "decide_by", "expires_at", "missing_since", "next", "next_try_at"})


def where(event: Event) -> str:
    """The account, the generation and the provider's id that an event is about; empty for the voice as a whole."""
    account = event.data.get("provider_account")
    if not account:
        return ""
    generation, vendor_id = event.data.get("generation"), event.data.get("provider_voice_id")
    named = _("%(account)s · generation %(number)s") % {"account": account, "number": generation}
    return format_html(
        "<span>{}</span>{}",
        named if generation else account,
        format_html('<small class="vl-code">{}</small>', vendor_id) if vendor_id else "",
    )


def why(event: Event) -> str:
    """The reason a person gave, or the error that the event tells."""
    reason = event.data.get("reason") or event.data.get("message") or ""
    error = event.data.get("error")
    return format_html("{}{}", reason, error_html(error) if isinstance(error, dict) else "")


def details(event: Event, time_zone: str, samples: Mapping[str, Sample]) -> str:
    """What else is known, as `name: value`. `samples` by id are named where the event tells an id alone."""
    told = [
        (
            _NAMES.get(name, name),
            link_to(samples.get(value)) or value if name == "sample" else _value(name, value, time_zone),
        )
        for name, value in event.data.items()
        if name not in _LEFT_OUT and value not in (None, "", [])
    ]
    return format_html_join(" · ", "{}: {}", told)


def _value(name: str, value: Any, time_zone: str) -> str:
    if name in _MOMENTS:
        return moment(datetime.fromisoformat(value), time_zone)
    if name in _LABELS:
        return str(_LABELS[name].get(value, value))
    if name == "trace_id":
        return format_html('<code class="vl-code">{}</code>', value)
    return next((say(value) for kind, say in _SAID if isinstance(value, kind)), str(value).replace("_", " "))


_SAID: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: _("yes") if value else _("no")),
    (list, lambda value: ", ".join(str(part) for part in value)),
    (dict, lambda value: ", ".join(str(part).replace("_", " ") for part in value.values())),
)
