"""The one parser of resource lists: text, state, and what each kind of resource has besides.

What has been deleted stays in the database and is found when it is asked for; without that it is left out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from alerts.estate.models import AccessPoint, Alias, ClientKey, Instance, Key, Replica, Secret, Synchronization, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

SOON = timedelta(days=180)  # the first reminder of a client key's end


class Life(TextChoices):
    """Whether something without a state machine still exists."""

    ACTIVE = "Active", _("Active")
    DELETED = "Deleted", _("Deleted")


class Validity(TextChoices):
    """How a client key stands to its end."""

    VALID = "Valid", _("Valid")
    EXPIRING = "Expiring", _("Ends within 180 days")
    EXPIRED = "Expired", _("Expired")
    DELETED = "Deleted", _("Deleted")


def _text(label: Any) -> django_filters.CharFilter:
    return django_filters.CharFilter(label=label, method="by_text", max_length=255)


def _boxes(label: Any, choices: Any) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(label=label, choices=choices, widget=forms.CheckboxSelectMultiple)


class TextFilter(django_filters.FilterSet):
    """What all lists have in common. `searched` names the columns in which the text is looked for."""

    searched: ClassVar[Sequence[str]] = ()

    def by_text(self, qs: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep rows that contain the text, in whatever case."""
        found = Q()
        for column in self.searched:
            found |= Q(**{f"{column}__icontains": value.strip()})
        return qs.filter(found)


class ResourceFilter(TextFilter):
    """What lists of resources have in common: what is deleted shows only when it is asked for."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave out what is deleted unless a state is asked for."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        asked = "state" not in self.form.fields or self.form.cleaned_data.get("state")
        return found if asked else found.filter(deleted_at=None)

    def by_life(self, qs: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep what exists, or what has been deleted."""
        return qs.filter(deleted_at__isnull=value == Life.ACTIVE)


class InstanceFilter(ResourceFilter):
    """The search over instances of one type."""

    searched = ("name", "instance_id")

    text = _text(_("Name or instance ID"))
    usage = django_filters.ChoiceFilter(
        label=_("Usage of any quota"),
        choices=[("70", _("70 % and more")), ("90", _("90 % and more"))],
        empty_label=_("All"),
        method="by_usage",
    )

    class Meta:
        model = Instance
        fields: tuple[str, ...] = ()

    def by_usage(self, qs: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep instances that use at least this share of one of their quotas."""
        near = Usage.objects.filter(instance=OuterRef("pk"), quota__gt=0, used__gte=F("quota") * int(value) / 100.0)
        return qs.filter(Exists(near))


class KeyFilter(ResourceFilter):
    """The search over keys."""

    searched = ("alias", "key_id")

    text = _text(_("Alias or key ID"))
    state = _boxes(_("State"), Key.State.choices)
    instance = django_filters.ModelChoiceFilter(
        label=_("Instance"), queryset=Instance.objects.none(), to_field_name="instance_id", empty_label=_("All")
    )

    class Meta:
        model = Key
        fields: tuple[str, ...] = ()

    def by_text(self, qs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep keys that contain the text, in any of their aliases too."""
        named = Exists(Alias.objects.filter(key=OuterRef("pk"), name__icontains=value.strip()))
        return super().by_text(qs, name, value) | qs.filter(named)


class SecretFilter(ResourceFilter):
    """The search over secrets."""

    searched = ("name",)

    text = _text(_("Secret name"))
    type = _boxes(_("Type"), Secret.Type.choices)
    rotation = _boxes(_("Automatic rotation"), Secret.Rotation.choices)
    state = _boxes(_("State"), Secret.State.choices)
    instance = django_filters.ModelChoiceFilter(
        label=_("Instance"), queryset=Instance.objects.none(), to_field_name="instance_id", empty_label=_("All")
    )

    class Meta:
        model = Secret
        fields: tuple[str, ...] = ()


class AccessPointFilter(ResourceFilter):
    """The search over application access points."""

    searched = ("name", "description")

    text = _text(_("Name or description"))
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=Life.choices, empty_label=_("All but deleted"), method="by_life"
    )

    class Meta:
        model = AccessPoint
        fields: tuple[str, ...] = ()


class ClientKeyFilter(ResourceFilter):
    """The search over client keys. `now` decides what has expired."""

    searched = ("client_key_id", "access_point__name")

    text = _text(_("Client key ID or access point"))
    state = django_filters.ChoiceFilter(
        label=_("Validity"), choices=Validity.choices, empty_label=_("All but deleted"), method="by_validity"
    )

    class Meta:
        model = ClientKey
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[ClientKey], now: datetime) -> None:
        super().__init__(data, queryset=queryset)
        self.now = now

    def by_validity(self, qs: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep client keys by where they stand to their end."""
        if value == Validity.DELETED:
            return qs.exclude(deleted_at=None)
        living = qs.filter(deleted_at=None)
        if value == Validity.EXPIRED:
            return living.filter(not_after__lte=self.now)
        ahead = living.filter(not_after__gt=self.now)
        return ahead.filter(not_after__lte=self.now + SOON) if value == Validity.EXPIRING else ahead


class ReplicaFilter(TextFilter):
    """The search over replicas."""

    searched = ("primary__name", "primary__instance_id", "replica__name", "replica__instance_id")

    text = _text(_("Instance name or ID"))
    failing = django_filters.ChoiceFilter(
        label=_("Synchronization"),
        choices=[("yes", _("With failed keys")), ("no", _("Without failed keys"))],
        empty_label=_("All"),
        method="by_failing",
    )

    class Meta:
        model = Replica
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Count the keys by the outcome of their last synchronization."""
        status = Synchronization.Status
        found: QuerySet[Any] = super().filter_queryset(queryset)
        counted: QuerySet[Any] = found.annotate(
            succeeded=Count("synchronizations", filter=Q(synchronizations__status=status.SUCCEEDED)),
            failed=Count("synchronizations", filter=Q(synchronizations__status=status.FAILED)),
        )
        return counted

    def by_failing(self, qs: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep replicas with or without a key whose last synchronization failed."""
        failed = Exists(Synchronization.objects.filter(replica=OuterRef("pk"), status=Synchronization.Status.FAILED))
        return qs.filter(failed if value == "yes" else ~failed)


class SynchronizationFilter(TextFilter):
    """The search over the synchronized keys of one replica."""

    searched = ("key__alias", "key__key_id", "error_code", "error_message")

    text = _text(_("Key or failure cause"))
    status = _boxes(_("Synchronization status"), Synchronization.Status.choices)

    class Meta:
        model = Synchronization
        fields: tuple[str, ...] = ()
