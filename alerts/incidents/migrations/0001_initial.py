import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_access_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause", models.CharField(max_length=128, verbose_name="cause")),
                ("product", models.CharField(max_length=64, verbose_name="product")),
                ("region", models.CharField(max_length=64, verbose_name="region")),
                ("resource", models.CharField(max_length=1024, verbose_name="resource")),
                ("instance_name", models.CharField(max_length=256, verbose_name="resource name")),
                ("event_name", models.CharField(max_length=256, verbose_name="event name")),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "Open"), ("UNKNOWN", "Unknown"), ("CLOSED", "Closed")],
                        default="OPEN",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("level", models.CharField(max_length=16, verbose_name="event level")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("last_at", models.DateTimeField(verbose_name="last event")),
                ("first_event_id", models.UUIDField()),
                ("last_event_id", models.UUIDField()),
                ("count", models.PositiveIntegerField(default=1, verbose_name="events")),
                ("openings", models.PositiveIntegerField(default=1, verbose_name="openings")),
                (
                    "reopened",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                ("flapping_since", models.DateTimeField(null=True, verbose_name="flapping since")),
                ("acknowledged_at", models.DateTimeField(null=True, verbose_name="acknowledged")),
                (
                    "acknowledged_by",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="acknowledged by"),
                ),
                ("acknowledged_until", models.DateTimeField(null=True, verbose_name="acknowledged until")),
                ("snoozed_until", models.DateTimeField(null=True, verbose_name="snoozed until")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                ("closed_by", models.CharField(blank=True, default="", max_length=150, verbose_name="closed by")),
                ("closing", models.UUIDField(null=True)),
                (
                    "recovery",
                    models.CharField(
                        blank=True,
                        choices=[("", "–"), ("DUE", "To be told"), ("TOLD", "Told"), ("HIDDEN", "Hidden")],
                        default="",
                        max_length=8,
                        verbose_name="recovery",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.cloudaccount",
                    ),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("OPENED", "Opened"),
                            ("REPEATED", "Repeated"),
                            ("REOPENED", "Opened again"),
                            ("CLOSED", "Closed"),
                            ("LATE", "Closing event from before the last opening"),
                            ("FLAPPING", "Flapping"),
                            ("CALM", "Calm again"),
                            ("UNKNOWN", "Source silent: unknown"),
                            ("KNOWN", "Source speaks again"),
                            ("ACKED", "Acknowledged"),
                            ("UNACKED", "Acknowledgement withdrawn"),
                            ("ACKENDED", "Acknowledgement ended"),
                            ("ASSIGNED", "Assigned"),
                            ("NOTED", "Note"),
                            ("SNOOZED", "Snoozed"),
                            ("AWAKE", "Snooze ended"),
                            ("RECOVERY", "Recovery"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
                ("event_id", models.UUIDField(null=True)),
                ("event_name", models.CharField(blank=True, default="", max_length=256)),
                ("actor", models.CharField(blank=True, default="", max_length=150)),
                ("text", models.CharField(blank=True, default="", max_length=1024)),
                ("until", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="incidents.incident",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("acknowledged_for", models.PositiveIntegerField(default=86400)),
                ("critical_acknowledged_for", models.PositiveIntegerField(default=14400)),
                ("reopens_within", models.PositiveIntegerField(default=86400)),
                ("flaps_after", models.PositiveSmallIntegerField(default=3)),
                ("flaps_within", models.PositiveIntegerField(default=3600)),
                ("calm_for", models.PositiveIntegerField(default=1800)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incident_terms",
                        to="accounts.cloudaccount",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                models.F("account"), models.OrderBy(models.F("id"), descending=True), name="incidents_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                models.F("account"),
                models.F("resource"),
                models.F("cause"),
                models.OrderBy(models.F("id"), descending=True),
                name="incidents_by_resource",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("state", "CLOSED"), _negated=True),
                fields=["account", "state", "id"],
                name="incidents_lasting",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="incidents_due"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(condition=models.Q(("state", "CLOSED")), fields=["closed_at"], name="incidents_by_age"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "CLOSED"), _negated=True),
                fields=("account", "resource", "cause"),
                name="one_lasting_incident_per_cause",
            ),
        ),
        migrations.AddIndex(
            model_name="incidententry",
            index=models.Index(
                models.F("incident"), models.OrderBy(models.F("id"), descending=True), name="entries_of_incidents"
            ),
        ),
    ]
