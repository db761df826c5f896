from django.db import migrations, models

import accounts.models.provider


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_attempt_vendor_task")]

    operations = [
        migrations.AddField(
            model_name="provideraccount",
            name="limits",
            field=models.JSONField(blank=True, default=dict, verbose_name="limits"),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="circuit",
            field=models.CharField(
                choices=accounts.models.provider.circuit_states,
                default="closed",
                editable=False,
                max_length=8,
                verbose_name="circuit",
            ),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="circuit_reason",
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name="why it is open"),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="circuit_failures",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="circuit_trips",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="circuit_opened_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="circuit_probe_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
