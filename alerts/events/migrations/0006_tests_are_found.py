from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("events", "0005_texts_cut_off"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="systemevent",
            index=models.Index(condition=models.Q(("test_of__isnull", False)), fields=["id"], name="events_tests"),
        ),
    ]
