"""Voices that a provider has by itself: the catalogue all teams share, and where they were seen."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import ProviderAccount


class SystemVoiceQuerySet(models.QuerySet["SystemVoice"]):
    def known_to(self, accounts: Iterable[ProviderAccount] | models.QuerySet[ProviderAccount]) -> SystemVoiceQuerySet:
        """The curated ones, and those that one of these accounts has shown: what another team's account lists, true or
        not, is no business of theirs."""
        seen = SystemVoiceSighting.objects.filter(system_voice=models.OuterRef("pk"), provider_account__in=accounts)
        return self.filter(models.Q(is_curated=True) | models.Exists(seen))


class SystemVoice(models.Model):
    """One voice of a provider. Belongs to no team; the id is opaque and kept byte for byte, outer spaces included."""

    class Gender(models.TextChoices):
        FEMALE = "female", _("female")
        MALE = "male", _("male")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    provider = models.CharField(_("provider"), max_length=32)
    voice_id = models.CharField(_("provider voice id"), max_length=256)
    name = models.CharField(_("name"), max_length=200, blank=True)
    # BCP 47; empty where neither the list nor the id tells it.
    language = models.CharField(_("language"), max_length=35, blank=True)
    gender = models.CharField(_("gender"), max_length=8, blank=True)
    # Of the list that comes with the product; else only what an account has shown.
    is_curated = models.BooleanField(_("in the published list"), default=False)
    seen = models.CharField(_("read in"), max_length=200, blank=True)
    # Public clients that send this id when they are told nothing.
    default_of = models.JSONField(_("default of"), default=list, blank=True)
    objects = SystemVoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("system voice")
        verbose_name_plural = _("system voices")
        constraints = [models.UniqueConstraint(fields=["provider", "voice_id"], name="one_system_voice_per_id")]

    def __str__(self) -> str:
        return self.name or self.voice_id


class SystemVoiceSighting(models.Model):
    """That an account has shown a system voice, and whether it did so the last time it was asked."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    system_voice = models.ForeignKey(
        SystemVoice, models.CASCADE, related_name="sightings", verbose_name=_("system voice")
    )
    provider_account = models.ForeignKey(
        ProviderAccount, models.CASCADE, related_name="system_voice_sightings", verbose_name=_("provider account")
    )
    # In the account's own words.
    name = models.CharField(_("name"), max_length=200, blank=True)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    # Voices that are not shown any more are marked, not forgotten: lists are known to be incomplete.
    is_listed = models.BooleanField(_("listed"), default=True)
    first_seen_at = models.DateTimeField(_("first seen at"), default=clock.real_now)
    last_seen_at = models.DateTimeField(_("last seen at"), default=clock.real_now)

    class Meta:
        verbose_name = _("seen system voice")
        verbose_name_plural = _("seen system voices")
        constraints = [
            models.UniqueConstraint(fields=["system_voice", "provider_account"], name="one_sighting_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.system_voice} @ {self.provider_account}"
