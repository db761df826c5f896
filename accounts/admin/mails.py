"""The outbox: what people were told by e-mail, and what could not be sent yet."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.books import ReadOnlyAdmin
from accounts.admin.filters import by_row
from accounts.admin.shown import Pill, moment
from accounts.models import Mail

_SENT = Pill("good", "mark_email_read", _("Sent"))
_WAITS = Pill("busy", "outgoing_mail", _("Waits"))
_FAILED = Pill("bad", "unsubscribe", _("Given up"))
_SHOWN: list[Any] = ["address", "state", "subject", "body", "created", "sent", "tries", "last_error", "team"]


@admin.register(Mail)
class MailsAdmin(ReadOnlyAdmin):
    team_path = "team_id"
    read_scope = "tokens:read"
    list_display = ["subject", "address", "state", "created", "sent", "last_error", "team"]
    list_select_related = ["team"]
    list_filter = [by_row("team", _("team"))]
    search_fields = ["address", "subject", "text"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    ordering = ["-id"]

    @display(description=_("State"))
    def state(self, mail: Mail) -> str:
        if mail.sent_at is not None:
            return _SENT.html()
        return (_FAILED if mail.due_at is None else _WAITS).html()

    @display(description=_("Text"))
    def body(self, mail: Mail) -> str:
        return format_html('<div class="vl-wrap">{}</div>', mail.text)

    @display(description=_("Written"), ordering="created_at")
    def created(self, mail: Mail) -> str:
        return moment(mail.created_at, mail.team.time_zone)

    @display(description=_("Sent"), ordering="sent_at")
    def sent(self, mail: Mail) -> str:
        return moment(mail.sent_at, mail.team.time_zone)
