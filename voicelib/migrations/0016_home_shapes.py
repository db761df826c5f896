"""What no home can be: active without a use, ended at no moment, speaking under no name, claimed for ever."""

from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Homes that ended before the moment was kept: their deadline says it, else when they were made."""
    ProviderVoice = apps.get_model("voicelib", "ProviderVoice")
    ended = ProviderVoice.objects.filter(state__in=["lapsed", "lost"], ended_at__isnull=True)
    ended.update(ended_at=Coalesce(F("expires_at"), F("last_used_at"), F("created_at")))
    ProviderVoice.objects.exclude(claim="").filter(lease_until__isnull=True).update(claim="")


class Migration(migrations.Migration):
    dependencies = [("voicelib", "0014_recordings_of_voices")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="providervoice",
            constraint=models.CheckConstraint(
                condition=~models.Q(state__in=["temporary", "unproven"]) | models.Q(activated_at__isnull=True),
                name="home_not_active_yet_was_not_activated",
            ),
        ),
        migrations.AddConstraint(
            model_name="providervoice",
            constraint=models.CheckConstraint(
                condition=~models.Q(state__in=["temporary", "unproven", "permanent"]) | ~models.Q(vendor_voice_id=""),
                name="home_that_speaks_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="providervoice",
            constraint=models.CheckConstraint(
                condition=(
                    models.Q(state__in=["lapsed", "lost"], ended_at__isnull=False)
                    | models.Q(state__in=["failed", "deleted"])
                    | models.Q(
                        state__in=["cloning", "temporary", "unproven", "permanent", "deleting"], ended_at__isnull=True
                    )
                ),
                name="home_has_ended_or_lives",
            ),
        ),
        migrations.AddConstraint(
            model_name="providervoice",
            constraint=models.CheckConstraint(
                condition=models.Q(claim="") | models.Q(lease_until__isnull=False),
                name="claim_of_a_home_runs_out",
            ),
        ),
    ]
