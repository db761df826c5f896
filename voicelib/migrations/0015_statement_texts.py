import datetime

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import accounts.clock
import accounts.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_hooks"),
        ("voicelib", "0014_recordings_of_voices"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="notice_due_at",
            # Consents of before are due at once: the tick works out when they are really told of.
            field=models.DateTimeField(
                default=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), editable=False, null=True
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="StatementHearing",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=accounts.ids.new_id, editable=False, max_length=26, primary_key=True, serialize=False
                    ),
                ),
                ("home_id", models.CharField(max_length=26, unique=True)),
                ("voice", models.CharField(max_length=64, verbose_name="voice")),
                ("provider", models.CharField(max_length=64, verbose_name="provider")),
                ("provider_account", models.CharField(max_length=64, verbose_name="provider account")),
                ("provider_voice_id", models.CharField(max_length=256, verbose_name="provider voice id")),
                ("sample_id", models.CharField(max_length=26)),
                ("sample_sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("accuracy", models.FloatField(verbose_name="accuracy")),
                ("attempt_id", models.CharField(max_length=26)),
                ("trace_id", models.CharField(blank=True, max_length=128, verbose_name="trace id")),
                ("heard_at", models.DateTimeField(default=accounts.clock.now, verbose_name="heard at")),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hearings",
                        to="voicelib.consent",
                        verbose_name="consent",
                    ),
                ),
            ],
            options={
                "verbose_name": "hearing of a statement",
                "verbose_name_plural": "hearings of statements",
            },
        ),
        migrations.CreateModel(
            name="StatementText",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=accounts.ids.new_id, editable=False, max_length=26, primary_key=True, serialize=False
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\\Z",
                                "Use 1 to 64 lower-case letters, digits and inner hyphens.",
                                code="invalid_slug",
                            )
                        ],
                        verbose_name="name",
                    ),
                ),
                ("locale", models.CharField(max_length=35, verbose_name="locale")),
                ("version", models.IntegerField(verbose_name="version")),
                ("words", models.TextField(verbose_name="words")),
                ("message", models.CharField(blank=True, max_length=500, verbose_name="message")),
                ("published_at", models.DateTimeField(default=accounts.clock.now, verbose_name="published at")),
                ("published_by", models.CharField(max_length=200, verbose_name="published by")),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statement_texts",
                        to="accounts.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "statement text",
                "verbose_name_plural": "statement texts",
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="statement_text",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="voicelib.statementtext",
                verbose_name="statement text",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("notice_due_at__isnull", False)), fields=["notice_due_at"], name="consents_to_tell"
            ),
        ),
        migrations.AddConstraint(
            model_name="statementtext",
            constraint=models.UniqueConstraint(
                fields=("team", "name", "locale", "version"), name="one_statement_text_per_version"
            ),
        ),
    ]
