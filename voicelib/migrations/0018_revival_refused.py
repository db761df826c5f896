from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("voicelib", "0017_home_shapes"),
    ]

    operations = [
        migrations.AddField(
            model_name="providervoice",
            name="revival_refused",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
