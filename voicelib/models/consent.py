"""Who allowed what with their voice, until when."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Team
from voicelib.models.statement_text import StatementText


class ConsentQuerySet(models.QuerySet["Consent"]):
    def with_newest(self) -> ConsentQuerySet:
        """Each with `newest_version`, the newest version of the text that it was given with; None for free words."""
        of_text = StatementText.objects.filter(
            team=models.OuterRef("team"),
            name=models.OuterRef("statement_text__name"),
            locale=models.OuterRef("statement_text__locale"),
        ).order_by("-version")
        return self.select_related("statement_text").annotate(
            newest_version=models.Subquery(of_text.values("version")[:1])
        )

    def outdated(self, *, is_outdated: bool = True) -> ConsentQuerySet:
        """Those that stand on an older version than the newest of their text, or all others."""
        older = models.Q(newest_version__gt=models.F("statement_text__version"))
        known = self.with_newest()
        return known.filter(older) if is_outdated else known.filter(~older | models.Q(statement_text__isnull=True))


class Consent(models.Model):
    """Its words, terms and dates never change (a database trigger refuses it); a new one takes the place of an old."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="consents", verbose_name=_("team"))
    speaker = models.CharField(_("speaker"), max_length=200)
    company = models.CharField(_("company"), max_length=200, blank=True)
    statement = models.TextField(_("statement"))
    locale = models.CharField(_("locale"), max_length=35)
    # The published text whose words `statement` holds, names filled in; null: free words.
    statement_text = models.ForeignKey(
        StatementText, models.PROTECT, null=True, related_name="consents", verbose_name=_("statement text")
    )
    # Allowed use, e.g. {"projects": ["ads"], "languages": ["en"], "purposes": ["support"]}; empty = not narrowed.
    scope = models.JSONField(_("scope"), default=dict, blank=True)
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    # When the tick has to suspend its voices; null once that is done, or where it never will be.
    expiry_due_at = models.DateTimeField(null=True, editable=False)
    # When the tick has to tell next that it is about to run out; null: nothing is left to tell.
    notice_due_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(
                fields=["expiry_due_at"], condition=models.Q(expiry_due_at__isnull=False), name="consents_to_expire"
            ),
            models.Index(
                fields=["notice_due_at"], condition=models.Q(notice_due_at__isnull=False), name="consents_to_tell"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} ({self.locale})"

    def refusal(self, at: datetime) -> str | None:
        """Why this consent does not allow use at `at`: `consent_revoked`, `consent_expired`, or None."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return "consent_revoked"
        if self.valid_until is not None and self.valid_until <= at:
            return "consent_expired"
        return None
