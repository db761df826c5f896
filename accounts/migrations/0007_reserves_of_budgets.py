from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_hooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="budget",
            name="reserve_characters",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="reserve of billed characters"),
        ),
        migrations.AddField(
            model_name="budget",
            name="reserve_amount_micros",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="reserve in millionths"),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve_characters__isnull", True))
                | models.Q(("characters__isnull", False), ("reserve_characters__gte", 0)),
                name="reserve_of_characters_has_a_limit",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserve_amount_micros__isnull", True))
                | models.Q(("amount_micros__isnull", False), ("reserve_amount_micros__gte", 0)),
                name="reserve_of_money_has_a_limit",
            ),
        ),
    ]
