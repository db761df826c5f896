from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_mails"),
    ]

    operations = [
        migrations.AddField(
            model_name="provideraccount",
            name="hook_secret_encrypted",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="attempt",
            name="hinted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("state", "sent"), models.Q(("vendor_task", ""), _negated=True)),
                fields=["vendor_task"],
                name="attempts_that_go_on",
            ),
        ),
    ]
