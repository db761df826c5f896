from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_reserves_of_budgets")]

    operations = [
        migrations.AddField(
            model_name="provideraccount",
            name="key_unproven_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
