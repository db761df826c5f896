"""Every voice that has a sample keeps it as its chosen recording."""

from django.db import migrations

from accounts.ids import new_id


def keep(apps, schema_editor):
    Voice, VoiceSample = apps.get_model("voicelib", "Voice"), apps.get_model("voicelib", "VoiceSample")
    rows = Voice.objects.filter(sample__isnull=False).values_list("id", "sample_id", "created_at")
    VoiceSample.objects.bulk_create(
        (
            VoiceSample(id=new_id(), voice_id=voice_id, sample_id=sample_id, added_at=at, chosen_at=at)
            for voice_id, sample_id, at in rows.iterator(chunk_size=2000)
        ),
        batch_size=2000,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("voicelib", "0013_several_samples_and_uploads")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
