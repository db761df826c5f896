"""When a provider account's list was last compared with ours, and what came out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import ID_LENGTH, new_id
from accounts.models import ProviderAccount


class AccountScan(models.Model):
    """One row per account. Moments are business time."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    provider_account = models.OneToOneField(
        ProviderAccount, models.CASCADE, related_name="scan", verbose_name=_("provider account")
    )
    due_at = models.DateTimeField(_("due at"), db_index=True)
    scanned_at = models.DateTimeField(_("compared at"), null=True)
    # As flows/drift.py answers it; {} before the first time.
    report = models.JSONField(_("report"), default=dict)

    class Meta:
        verbose_name = _("comparison with a provider's list")
        verbose_name_plural = _("comparisons with providers' lists")

    def __str__(self) -> str:
        return f"{self.provider_account} {self.scanned_at or ''}"
