"""Sending what stands in the outbox. Nothing here is ever raised into the flow that had something to tell.

A letter is claimed by pushing its due time ahead, sent, and marked. A server that is down is asked again until the
letter is a week old. Only a worker that dies between the server's "yes" and the mark can send a letter again; it then
has the same Message-ID.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts import clock
from accounts.backoff import wait_seconds
from accounts.models import Mail, Membership, Team
from accounts.roles import Role

logger = logging.getLogger(__name__)
_BATCH = 100
_FIRST_WAIT, _LONGEST_WAIT = 30.0, 3600.0
_GIVE_UP_AFTER = timedelta(days=7)
_TOLD = (Role.OWNER, Role.ADMIN)


def readers(*, team: Team, of: str) -> list[Membership]:
    """The team's owners and admins who want `alerts` or the `digest`, and can be written to."""
    wants = {"alerts": "gets_alerts", "digest": "gets_digest"}[of]
    members = Membership.objects.filter(team=team, role__in=_TOLD, user__is_active=True, **{wants: True})
    return list(members.select_related("user").order_by("id"))


def write_mails(*, team: Team, members: Iterable[Membership], key: str, subject: str, text: str) -> int:
    """Put one letter to each member into the outbox, in the caller's transaction; how many. Once per `key`."""
    if not settings.MAIL_IS_SENT:
        return 0
    letters = [
        Mail(
            team=team,
            key=f"{key}:{member.user_id}"[:160],
            address=member.user.email,
            subject=" ".join(subject.split())[:300],
            text=text,
        )
        for member in members
    ]
    return len(Mail.objects.bulk_create(letters, ignore_conflicts=True))


def send_tick() -> int:
    """Send what is due, oldest first; how many letters. Stops at the first failure that is not about one address."""
    due = Mail.objects.filter(due_at__lte=clock.real_now()).order_by("due_at", "id")
    sent = 0
    for mail in list(due[:_BATCH]):
        if not _claim(mail):
            continue
        try:
            _send(mail)
        except Exception as error:
            logger.warning("a mail was not sent; it is tried again", extra={"mail": mail.id}, exc_info=True)
            _put_off(mail, error)
            if isinstance(error, OSError) and not getattr(error, "recipients", None):
                break
            continue
        Mail.objects.filter(id=mail.id).update(sent_at=clock.real_now(), due_at=None, last_error="")
        sent += 1
    return sent


def _claim(mail: Mail) -> bool:
    lease = clock.real_now() + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    return Mail.objects.filter(id=mail.id, due_at=mail.due_at, sent_at__isnull=True).update(due_at=lease) == 1


def _send(mail: Mail) -> None:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{mail.id}@{host}>", "Auto-Submitted": "auto-generated"}
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT) if _is_smtp() else get_connection()
    EmailMessage(mail.subject, mail.text, None, [mail.address], headers=headers, connection=connection).send()


def _is_smtp() -> bool:
    return bool(settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"))


def _put_off(mail: Mail, error: Exception) -> None:
    luck = random.random()  # noqa: S311 - spreads retries, guards nothing
    wait = wait_seconds(mail.tries + 1, luck, first=_FIRST_WAIT, longest=_LONGEST_WAIT)
    now = clock.real_now()
    due_at = None if now - mail.created_at > _GIVE_UP_AFTER else now + timedelta(seconds=wait)
    said = f"{type(error).__name__}: {error}"[:500]
    Mail.objects.filter(id=mail.id).update(due_at=due_at, tries=mail.tries + 1, last_error=said)
