"""Homes that ended have the moment of it, and no claim lasts for ever: what the next migration demands of all."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Homes that ended before the moment was kept: their deadline says it, else when they were made."""
    ProviderVoice = apps.get_model("voicelib", "ProviderVoice")
    ended = ProviderVoice.objects.filter(state__in=["lapsed", "lost"], ended_at__isnull=True)
    ended.update(ended_at=Coalesce(F("expires_at"), F("last_used_at"), F("created_at")))
    living = ["cloning", "temporary", "unproven", "permanent", "deleting"]
    ProviderVoice.objects.filter(state__in=living, ended_at__isnull=False).update(ended_at=None)
    ProviderVoice.objects.exclude(claim="").filter(lease_until__isnull=True).update(claim="")


class Migration(migrations.Migration):
    dependencies = [("voicelib", "0015_statement_texts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
