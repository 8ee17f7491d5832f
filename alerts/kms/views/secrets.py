"""Resource › Secrets: the list, a secret, and what can be done to it. Nothing here ever sees a secret's value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.estate import secrets as verbs
from alerts.estate.filters import SecretFilter
from alerts.estate.models import Instance, Secret
from alerts.kms import cells
from alerts.kms.forms import secrets as forms
from alerts.kms.forms.fields import USUAL_WAIT, Outcome, until, waits
from alerts.kms.views.actions import Action, RegionForm
from alerts.kms.views.frame import Deed, ResourceList, ResourcePage
from alerts.ui.tables import Column, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django_filters import FilterSet

ENTRY = (gettext_lazy("Secrets"), "kms:secrets")
SHOWN_VERSIONS = 10
LOST = gettext_lazy("Once the secret is deleted, nothing brings its value back; applications that read it fail.")


class Secrets(ResourceList):
    """The list."""

    entry = ENTRY
    lead = gettext_lazy("Metadata of secrets and their rotation. Secret values are never stored here.")
    create = (gettext_lazy("Create secret"), "kms:secret_create")
    empty: ClassVar = {
        "title": gettext_lazy("No secret in this region"),
        "text": gettext_lazy("Secrets appear here when you create one, or when a fact about one arrives from outside."),
        "icon": "lock-keyhole",
    }
    collection = "secrets"
    filterset = SecretFilter
    columns = (
        Column("SecretName", gettext_lazy("Secret name"), cells.name_cell),
        Column("State", gettext_lazy("State"), cells.state_cell),
        Column("SecretType", gettext_lazy("Type"), lambda secret: secret.get_type_display()),
        Column("AutomaticRotation", gettext_lazy("Automatic rotation"), cells.rotation_cell),
        Column("NextRotationDate", gettext_lazy("Next rotation"), cells.moment_cell("rotate_at")),
        Column("KmsInstance", gettext_lazy("Instance"), cells.instance_cell, minor=True),
        Column("CreateTime", gettext_lazy("Created"), cells.moment_cell("created_at"), minor=True),
    )
    exported = (
        Column("SecretName", "", attribute("name")),
        Column("RegionId", "", attribute("region")),
        Column("KmsInstanceId", "", attribute("instance.instance_id")),
        Column("SecretType", "", attribute("type")),
        Column("SecretSubType", "", attribute("sub_type")),
        Column("State", "", attribute("state")),
        Column("AutomaticRotation", "", attribute("rotation")),
        Column("RotationInterval", "", cells.interval_value),
        Column("LastRotationDate", "", attribute("rotated_at")),
        Column("NextRotationDate", "", attribute("rotate_at")),
        Column("PlannedDeleteTime", "", attribute("delete_at")),
        Column("Origin", "", attribute("origin")),
        Column("CreateTime", "", attribute("created_at")),
    )

    def rows(self) -> QuerySet[Secret]:
        """Return the secrets of the region."""
        return self.rows_of(Secret).select_related("instance")

    def make_search(self) -> FilterSet | None:
        """Offer the instances of the region."""
        search = super().make_search()
        if search:
            search.filters["instance"].queryset = self.rows_of(Instance).order_by("name", "pk")
        return search


class SecretPage(ResourcePage):
    """A secret."""

    entry = ENTRY
    model = Secret
    column = "name"
    related = ("instance",)
    template = "kms/secret.html"

    def deeds(self) -> Iterable[Deed]:
        """Yield what its state and its type allow."""
        secret: Secret = self.row
        if secret.state == Secret.State.ENABLED and secret.managed:
            yield Deed(_("Record rotation"), self.url("record_rotation"), "rotate-cw")
            yield Deed(_("Set rotation"), self.url("set_rotation"), "calendar-sync")
        if secret.state == Secret.State.ENABLED:
            yield Deed(_("Schedule deletion"), self.url("schedule_deletion"), "trash-2", kind="danger-quiet")
        if secret.state != Secret.State.DELETED:
            yield Deed(_("Delete at once"), self.url("delete"), "trash", kind="danger-quiet")

    def context(self) -> dict[str, Any]:
        """Return how to keep a secret that is about to be deleted, the interval in words, and the newest versions."""
        return {
            "instance": cells.instance_cell(self.row),
            "interval": cells.interval_words(self.row.rotation_interval),
            "versions": self.row.versions.order_by("-pk")[:SHOWN_VERSIONS],
            "keep_url": self.url("restore"),
        }


class CreateSecret(RegionForm):
    """The form for a new secret."""

    entry = ENTRY
    form_class = forms.CreateSecret
    title = submit = gettext_lazy("Create secret")
    lead = gettext_lazy("The secret's metadata: there is no field for its value, and it is never stored here.")
    columns = "2"
    verb = "create-secret"
    said = gettext_lazy("The secret was created.")

    def arguments(self) -> dict[str, Any]:
        """Offer the instances of the region; start from the one that the address names."""
        initial = {"instance": self.request.GET.get("instance", ""), "rotation_unit": "days"}
        return {"instances": self.rows_of(Instance).filter(mirrored_by=None), "initial": initial}

    def do(self, form: forms.CreateSecret, *, now: datetime) -> Secret:
        """Create it."""
        told = form.cleaned_data
        return verbs.create_secret(
            self.account, region=self.region.id, name=told["name"], instance=told["instance"], secret_type=told["type"],
            sub_type=told["sub_type"], rotation_interval=form.interval(), now=now,
        )  # fmt: skip


class SecretAction(Action):
    """What is done to a secret."""

    entry = ENTRY
    model = Secret
    column = "name"
    related = ("instance",)


class SetRotation(SecretAction):
    """Turn automatic rotation on, off, or change how often."""

    form_class = forms.Rotation
    title = submit = gettext_lazy("Set rotation")
    columns = "2"
    verb = "set-rotation"
    warned = (gettext_lazy("The next rotation is planned one interval from now."),)
    said = gettext_lazy("The rotation was set.")

    def arguments(self) -> dict[str, Any]:
        """Start from what is in force."""
        return {"initial": forms.as_typed(self.row.rotation_interval)}

    def do(self, form: forms.Rotation, *, now: datetime) -> Secret:
        """Set it."""
        return verbs.set_rotation(self.row, interval=form.interval(), now=now)


class RecordRotation(SecretAction):
    """Say how a rotation ended."""

    form_class = Outcome
    title = submit = gettext_lazy("Record rotation")
    verb = "record-rotation"
    warned = (
        gettext_lazy("Each outcome raises a system event. After a failure automatic rotation is invalid until mended."),
    )
    said = gettext_lazy("The rotation was recorded.")

    def do(self, form: Outcome, *, now: datetime) -> Secret:
        """Record it."""
        return verbs.record_rotation(self.row, **form.told(), now=now)


class ScheduleDeletion(SecretAction):
    """Start the waiting period in which a secret can be restored."""

    form_class = forms.ScheduleSecretDeletion
    title = submit = gettext_lazy("Schedule secret deletion")
    dangerous = True
    verb = "schedule-secret-deletion"
    warned = (
        LOST,
        gettext_lazy("From now on the secret cannot be read."),
        gettext_lazy("Until the waiting period ends, the secret can be restored."),
    )
    said = gettext_lazy("The secret is scheduled for deletion.")

    def further(self) -> list[str]:
        """Say until when that is with the waiting period in the form; nothing while that is none."""
        days = waits(self.shown, usual=USUAL_WAIT)
        return [until(days, now=timezone.now())] if days else []

    def do(self, form: forms.ScheduleSecretDeletion, *, now: datetime) -> Secret:
        """Schedule it."""
        return verbs.schedule_secret_deletion(self.row, days=form.cleaned_data["days"], now=now)


class Delete(SecretAction):
    """Delete a secret at once and without recovery."""

    form_class = forms.DeleteSecret
    title = gettext_lazy("Delete secret at once")
    submit = gettext_lazy("Delete without recovery")
    dangerous = True
    verb = "delete-secret"
    warned = (
        LOST,
        gettext_lazy("This cannot be undone: there is no waiting period and no recovery."),
    )
    said = gettext_lazy("The secret was deleted.")

    def further(self) -> list[str]:
        """Say what could be done instead: wait for the end of a waiting period, or start one."""
        if self.row.state == Secret.State.PENDING_DELETION:
            return [_("Its deletion is scheduled already: until the waiting period ends, it can be restored instead.")]
        return [_("Schedule the deletion instead if you want to be able to restore the secret for 7 to 30 days.")]

    def arguments(self) -> dict[str, Any]:
        """Ask for the name."""
        return {"name": self.row.name}

    def do(self, _form: forms.DeleteSecret, *, now: datetime) -> Secret:
        """Delete it."""
        return verbs.delete_secret(self.row, force=True, now=now)


class Restore(SecretAction):
    """End the waiting period and keep the secret."""

    title = submit = gettext_lazy("Restore secret")
    verb = "restore-secret"
    said = gettext_lazy("The secret is restored.")

    def do(self, _form: object, *, now: datetime) -> Secret:
        """Keep it."""
        return verbs.restore_secret(self.row, now=now)
