from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="recovery",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "–"),
                    ("FLAPPING", "Flapping: to be told"),
                    ("DUE", "To be told"),
                    ("TOLD", "Told"),
                    ("HIDDEN", "Hidden"),
                ],
                default="",
                max_length=8,
                verbose_name="recovery",
            ),
        ),
    ]
