from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_access_key"),
        ("events", "0006_tests_are_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="systemevent",
            name="correlated_at",
            # What is there is taken as correlated: its rules have decided, and nobody waits for its incidents.
            field=models.DateTimeField(null=True, default=timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="systemevent",
            name="incident_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="systemevent",
            index=models.Index(condition=models.Q(("correlated_at", None)), fields=["id"], name="events_uncorrelated"),
        ),
        migrations.AddIndex(
            model_name="systemevent",
            index=models.Index(
                condition=models.Q(("incident_id__isnull", False)),
                fields=["incident_id", "id"],
                name="events_of_incidents",
            ),
        ),
    ]
