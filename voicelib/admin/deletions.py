"""How the deletion of a home stands at its provider, as its row in the list of homes tells it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.admin.shown import Pill, error_html, relative
from voicelib.models import Deletion, ProviderVoice

_Outcome = Deletion.Outcome
OUTCOMES = {
    _Outcome.PENDING: Pill("busy", "hourglass_top", gettext_lazy("To be deleted")),
    _Outcome.DELETED: Pill("good", "check_circle", gettext_lazy("Deletion confirmed")),
    _Outcome.NOT_OFFERED: Pill("warn", "block", gettext_lazy("Deletion not offered")),
    _Outcome.NEVER_MADE: Pill("quiet", "remove", gettext_lazy("Never made")),
    _Outcome.UNNAMED: Pill("warn", "help", gettext_lazy("Cannot be named")),
}


def with_deletions() -> Prefetch[str]:
    """For a query of homes: the deletion that stands, for `deletion_of`."""
    standing = Deletion.objects.filter(undone_at__isnull=True)
    return Prefetch("deletions", standing, to_attr="standing_deletions")


def deletion_of(home: Any) -> Deletion | None:
    """The deletion that stands for a home that was read `with_deletions`. No query."""
    return next(iter(home.standing_deletions), None)


def can_be_deleted(home: ProviderVoice) -> bool:
    """Nobody has asked for it yet."""
    return home.state != ProviderVoice.State.DELETED and deletion_of(home) is None


def can_be_kept(home: ProviderVoice) -> bool:
    """It is to be deleted, and the provider was not asked yet."""
    deletion = deletion_of(home)
    return deletion is not None and deletion.outcome == _Outcome.PENDING and deletion.sent_at is None


def deletion_html(home: ProviderVoice) -> str:
    """What is known about the provider's side; nothing where nobody asked."""
    deletion = deletion_of(home)
    if deletion is None:
        return ""
    lines = [(line,) for line in (_what(deletion), _trace(deletion), deletion.reason) if line]
    return format_html(
        '<span class="vl-stack">{}{}{}</span>',
        OUTCOMES[_Outcome(deletion.outcome)].html(),
        format_html_join("", "<small>{}</small>", lines),
        error_html(deletion.last_error) if deletion.last_error else "",
    )


def _what(deletion: Deletion) -> str:
    if deletion.outcome == _Outcome.DELETED:
        return _("the provider removed it") if deletion.existed else _("the provider knows no such voice")
    if deletion.outcome != _Outcome.PENDING:
        return str(_NOT_REMOVED[deletion.outcome])
    if deletion.sent_at is not None:
        return _("the provider has been asked")
    if deletion.due_at is None:
        return ""
    return _("the provider is asked %(when)s") % {"when": relative(deletion.due_at, clock.real_now())}


def _trace(deletion: Deletion) -> str:
    if not deletion.trace_id:
        return ""
    return format_html('{} <code class="vl-code">{}</code>', _("trace id"), deletion.trace_id)


_NOT_REMOVED: dict[str, Any] = {
    _Outcome.NOT_OFFERED: gettext_lazy("the provider removes nothing: what it keeps is its own affair"),
    _Outcome.NEVER_MADE: gettext_lazy("it never came to be there"),
    _Outcome.UNNAMED: gettext_lazy("its id was lost with the answer"),
}
