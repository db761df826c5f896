from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("synthesis", "0005_clip_failover"),
    ]

    operations = [
        migrations.AddField(
            model_name="rendering",
            name="waits_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="rendering",
            index=models.Index(
                condition=models.Q(("state", "queued"), ("waits_since__isnull", False)),
                fields=["provider_voice"],
                name="renderings_waiting",
            ),
        ),
    ]
