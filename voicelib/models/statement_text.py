"""What speakers are asked to agree to, in words that were published: one row per name, locale and version."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Team
from accounts.models.team import slug_validator


class StatementTextQuerySet(models.QuerySet["StatementText"]):
    def newest(self) -> StatementTextQuerySet:
        """The newest version of each name and locale."""
        newer = StatementText.objects.filter(
            team=models.OuterRef("team"),
            name=models.OuterRef("name"),
            locale=models.OuterRef("locale"),
            version__gt=models.OuterRef("version"),
        )
        return self.filter(~models.Exists(newer))


class StatementText(models.Model):
    """A published version, never changed: a database trigger refuses updates, consents refer to it."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="statement_texts", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=64, validators=[slug_validator])
    locale = models.CharField(_("locale"), max_length=35)
    # Counts up from 1 within its name and locale.
    version = models.IntegerField(_("version"))
    # With {speaker} and {company} where a consent fills in the names: see voicelib.statement_texts.
    words = models.TextField(_("words"))
    message = models.CharField(_("message"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published at"), default=clock.now)
    published_by = models.CharField(_("published by"), max_length=200)
    objects = StatementTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement text")
        verbose_name_plural = _("statement texts")
        constraints = [
            models.UniqueConstraint(fields=["team", "name", "locale", "version"], name="one_statement_text_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.locale} v{self.version}"
