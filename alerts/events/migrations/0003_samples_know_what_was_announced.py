from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_counts_by_kind"),
    ]

    operations = [
        migrations.AddField(
            model_name="usagesample",
            name="announced",
            field=models.JSONField(default=list),
        ),
        migrations.RunSQL("UPDATE events_usagesample SET announced = above", migrations.RunSQL.noop),
    ]
