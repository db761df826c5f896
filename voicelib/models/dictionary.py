"""Pronunciation dictionaries: rules that can be edited, and published versions that cannot."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import Team
from accounts.models.team import slug_validator


class Dictionary(models.Model):
    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="dictionaries", verbose_name=_("team"))
    slug = models.CharField(_("slug"), max_length=64, validators=[slug_validator])
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=35, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("dictionary")
        verbose_name_plural = _("dictionaries")
        constraints = [models.UniqueConstraint(fields=["team", "slug"], name="one_dictionary_per_team_and_slug")]

    def __str__(self) -> str:
        return self.name


def rule_kinds() -> list[tuple[str, str]]:
    """Choices as a function, so that a longer list spawns no migration."""
    return [(value, str(label)) for value, label in Rule.Kind.choices]


class Rule(models.Model):
    """One rule of the draft; publishing copies all rules into a version."""

    class Kind(models.TextChoices):
        RESPELLING = "respelling", _("respelling")
        PINYIN = "pinyin", _("pinyin")
        IPA = "ipa", _("IPA")
        KANA = "kana", _("kana")
        JYUTPING = "jyutping", _("jyutping")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    dictionary = models.ForeignKey(Dictionary, models.CASCADE, related_name="rules", verbose_name=_("dictionary"))
    source = models.CharField(_("source"), max_length=200)
    replacement = models.CharField(_("replacement"), max_length=400)
    kind = models.CharField(_("kind"), max_length=16, choices=rule_kinds)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [
            models.UniqueConstraint(fields=["dictionary", "source"], name="one_rule_per_dictionary_and_source")
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.replacement}"


class DictionaryVersion(models.Model):
    """A published version, pinned by every clip that used it. A database trigger refuses updates."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    dictionary = models.ForeignKey(Dictionary, models.CASCADE, related_name="versions", verbose_name=_("dictionary"))
    number = models.IntegerField(_("version"))
    # [{"source", "replacement", "kind"}], in the order they apply.
    rules = models.JSONField(_("rules"))
    message = models.CharField(_("message"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published at"), default=clock.now)
    published_by = models.CharField(_("published by"), max_length=200)

    class Meta:
        verbose_name = _("dictionary version")
        verbose_name_plural = _("dictionary versions")
        constraints = [models.UniqueConstraint(fields=["dictionary", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.dictionary} v{self.number}"
