"""The outbox: what people are to be told by e-mail. The row is the letter; a mail server that is down loses nothing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models.event import Event
from accounts.models.team import Team


class Alert(models.Model):
    """An event that people are to be told of; written in the transaction of the event, told by a tick."""

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="alert")
    team = models.ForeignKey(Team, models.CASCADE, related_name="alerts")
    # Real time; null: told.
    due_at = models.DateTimeField(null=True, default=clock.real_now)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="alerts_due")]

    def __str__(self) -> str:
        return str(self.event)


class Mail(models.Model):
    """One letter to one person. Its id is its Message-ID, so that a reader knows a letter that came twice."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="mails", verbose_name=_("team"))
    # One letter per reason and person.
    key = models.CharField(max_length=160, unique=True, editable=False)
    address = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), default=clock.real_now)
    # Real time of the next try, pushed ahead by who sends it; null: sent, or given up.
    due_at = models.DateTimeField(null=True, default=clock.real_now, editable=False)
    tries = models.IntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="mails_due")]

    def __str__(self) -> str:
        return self.subject
