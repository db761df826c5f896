"""What no home can be: active without a use, ended at no moment, speaking under no name, claimed for ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("voicelib", "0016_ended_homes")]

    operations = [
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
