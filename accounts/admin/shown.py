"""How values are shown: characters, money, moments, spans, status pills. Values in, text or safe HTML out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NOTHING = "–"
_MICROS = 1_000_000
# Between a number and its unit, so that they stay on one line.
_NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Pill:
    """A state at a glance: never colour alone, always a word and an icon with it.

    `tone` is one of good, busy, warn, bad, quiet; `icon` a Material symbol.
    """

    tone: str
    icon: str
    word: str | Promise

    def html(self, note: str = "") -> SafeString:
        """The pill, with a note in brackets where there is one."""
        return format_html(
            '<span class="vl-pill vl-{}"><i class="material-symbols-outlined" aria-hidden="true">{}</i>{}{}</span>',
            self.tone,
            self.icon,
            self.word,
            f" ({note})" if note else "",
        )


def number(value: int | None) -> str:
    """A number with separators."""
    return NOTHING if value is None else str(formats.number_format(value, use_l10n=True, force_grouping=True))


def money(amount_micros: int | None, currency: str) -> str:
    """An amount from millionths: at least two decimals, as many as it needs."""
    if amount_micros is None or not currency:
        return NOTHING
    whole, rest = divmod(abs(amount_micros), _MICROS)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    sign = "-" if amount_micros < 0 else ""
    return f"{sign}{number(whole)}{formats.get_format('DECIMAL_SEPARATOR')}{decimals}{_NBSP}{currency}"


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `5 d 3 h`, `3 h 20 min`, `20 min`."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def relative(at: datetime, now: datetime) -> str:
    """A moment as seen from `now`: `in 5 d 3 h`, `2 h 5 min ago`."""
    if at >= now:
        return _("in %(span)s") % {"span": span(at - now)}
    return _("%(span)s ago") % {"span": span(now - at)}


def moment(at: datetime | None, time_zone: str = "UTC") -> str:
    """A moment in a time zone, with the zone's name."""
    if at is None:
        return NOTHING
    return at.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M %Z").replace(" ", _NBSP)


def moment_html(at: datetime | None, now: datetime, time_zone: str = "UTC") -> str:
    """A moment both ways: relative, and absolute with its zone."""
    if at is None:
        return NOTHING
    return format_html(
        '<time class="vl-moment" datetime="{}"><span>{}</span><small>{}</small></time>',
        at.astimezone(UTC).isoformat(),
        relative(at, now),
        moment(at, time_zone),
    )


def duration(milliseconds: int | None) -> str:
    """Length of a recording: `0:07.3`, `12:05.0`."""
    if milliseconds is None:
        return NOTHING
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}:{rest / 1000:04.1f}"


def size(count: int | None) -> str:
    """Bytes for people."""
    if count is None:
        return NOTHING
    if count < 1024:
        return ngettext("%(count)d byte", "%(count)d bytes", count) % {"count": count}
    value, unit = (count / 1024, "KB") if count < 1024**2 else (count / 1024**2, "MB")
    return f"{formats.number_format(value, decimal_pos=1)} {unit}"


def difference(billed: int, estimated: int) -> str:
    """How far the bill is from our estimate; nothing where they agree."""
    if billed == estimated:
        return NOTHING
    return format_html(
        '<span class="vl-text-warn">{}{}</span>', "+" if billed > estimated else "−", number(abs(billed - estimated))
    )


def error_html(error: Mapping[str, Any] | None) -> str:
    """An error as it was kept: code, sentence, and the vendor's own code and trace id."""
    if not error:
        return NOTHING
    vendor = error.get("provider") or {}
    details = [
        (_("vendor code"), vendor.get("code") or error.get("provider_code")),
        (_("trace id"), vendor.get("trace_id") or error.get("trace_id")),
        (_("at"), moment(datetime.fromisoformat(error["at"])) if error.get("at") else ""),
    ]
    return format_html(
        '<div class="vl-error"><code>{}</code> {}<small>{}</small></div>',
        error.get("code") or _("error"),
        error.get("message") or "",
        format_html_join(" · ", "{}: <code>{}</code>", ((label, value) for label, value in details if value)),
    )


def player(url: str | None, label: str = "") -> str:
    """A player that loads nothing until it is asked to."""
    if not url:
        return NOTHING
    return format_html('<audio class="vl-player" controls preload="none" src="{}" aria-label="{}"></audio>', url, label)


def bar(used: int, held: int, limit: int | None) -> str:
    """Spent and held beside a limit."""
    if not limit:
        return ""
    spent_share = min(100, 100 * used // limit)
    held_share = min(100 - spent_share, 100 * held // limit)
    tone = "bad" if used + held >= limit else "warn" if (used + held) * 10 >= limit * 8 else "good"
    return format_html(
        '<span class="vl-bar vl-{}" role="img" aria-label="{}%">'
        '<i style="width:{}%"></i><b style="width:{}%"></b></span>',
        tone,
        spent_share + held_share,
        spent_share,
        held_share,
    )


def two_lines(first: str, second: str) -> str:
    """A cell of two lines."""
    return format_html('<span class="vl-two"><span>{}</span><small>{}</small></span>', first, second)


def nowrap(text: str) -> str:
    """A cell that stays on one line."""
    return format_html('<span class="vl-nowrap">{}</span>', text)
