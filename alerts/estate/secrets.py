"""What can be done to a secret's metadata. Its value never reaches this product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.estate.instances import count_usage
from alerts.estate.models import Instance, Key, Origin, Secret, Usage
from alerts.estate.naming import check_description, check_secret_name, new_version_id
from alerts.estate.refusal import Refused, refuse_mirrored
from alerts.estate.secret_versions import add_version, has_version
from alerts.estate.specs import check_sub_type
from alerts.estate.tags import checked
from alerts.facts.collect import record_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.accounts.models import CloudAccount

SHORTEST_WAIT = 7  # days; DeleteSecret, RecoveryWindowInDays
LONGEST_WAIT = 30
SHORTEST_INTERVAL = timedelta(hours=6)
LONGEST_INTERVAL = timedelta(days=365)
State = Secret.State


@transaction.atomic
def create_secret(
    account: CloudAccount,
    *,
    region: str,
    name: str,
    instance: Instance | None,
    now: datetime,
    secret_type: str = Secret.Type.GENERIC,
    sub_type: str = "",
    rotation_interval: timedelta | None = None,
    description: str = "",
    encryption_key: Key | None = None,
    extended_config: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    version_id: str = "",
) -> Secret:
    """Create a secret's metadata with its first version; a managed one with an interval rotates from then on."""
    check_secret_name(name, secret_type)
    check_sub_type(secret_type, sub_type)
    check_description(description)
    if instance:
        _check_room(instance)
    secret = Secret(account=account, region=region, instance=instance, name=name, created_at=now, state_at=now)
    secret.type, secret.sub_type, secret.description = secret_type, sub_type, description
    secret.encryption_key_id = _usable(encryption_key).key_id if encryption_key else ""
    secret.extended_config, secret.tags = dict(extended_config or {}), checked(tags or {})
    _set_rotation(secret, rotation_interval, now=now)
    try:
        with transaction.atomic():
            secret.save(force_insert=True)
    except IntegrityError as error:
        sentence = _("A secret with this name exists in this region.")
        raise Refused(sentence, field="name", code="Rejected.ResourceExist") from error
    add_version(secret, version_id=version_id or new_version_id(), now=now)
    count_usage(instance, Usage.Of.SECRET, now=now)
    return secret


def _usable(key: Key) -> Key:
    if key.state != Key.State.ENABLED:
        sentence = _("The encryption key is in the state “%(state)s”.") % {"state": key.get_state_display()}
        raise Refused(sentence, code=f"Rejected.{key.state}")
    return key


def _check_room(instance: Instance) -> None:
    # Under the lock of the instance, or two at once would both take the last place.
    instance = Instance.objects.select_for_update().get(pk=instance.pk)
    refuse_mirrored(instance)
    if instance.secrets.filter(deleted_at=None).count() >= instance.secret_quota:
        raise Refused(
            _("The secret quota of %(instance)s is used up: %(quota)d. Delete secrets or raise it.")
            % {"instance": instance, "quota": instance.secret_quota},
            field="instance",
            code="Rejected.LimitExceeded",
        )


@transaction.atomic
def set_rotation(secret: Secret, *, interval: timedelta | None, now: datetime) -> Secret:
    """Turn automatic rotation on with an interval of 6 hours to 365 days, or off with None."""
    row = _locked(secret, State.ENABLED, verb=_("given a rotation plan"))
    _set_rotation(row, interval, now=now)
    row.save()
    return row


def _set_rotation(secret: Secret, interval: timedelta | None, *, now: datetime) -> None:
    if interval and not secret.managed:
        raise Refused(_("Only managed secrets rotate automatically; this one is generic."), field="rotation_interval")
    if interval and not SHORTEST_INTERVAL <= interval <= LONGEST_INTERVAL:
        raise Refused(_("The rotation interval must be 6 hours to 365 days."), field="rotation_interval")
    secret.rotation = Secret.Rotation.ENABLED if interval else Secret.Rotation.DISABLED
    secret.rotation_interval = interval
    secret.rotate_at = now + interval if interval else None


@transaction.atomic
def rotate_secret(secret: Secret, *, version_id: str, now: datetime) -> Secret:
    """Give a managed secret a new version and record the success. Nothing happens when it has that version already."""
    row = _rotatable(secret)
    return row if has_version(row, version_id) else record_rotation(row, succeeded=True, version_id=version_id, now=now)


def _rotatable(secret: Secret) -> Secret:
    row = _locked(secret, State.ENABLED, verb=_("rotated"))
    if not row.managed:
        raise Refused(_("Only managed secrets are rotated; this one is generic."), code="UnsupportedOperation")
    return row


@transaction.atomic
def record_rotation(
    secret: Secret, *, succeeded: bool, now: datetime, error_code: str = "", error_message: str = "",
    version_id: str = "",
) -> Secret:  # fmt: skip
    """Record how a rotation of a managed secret ended. After a failure automatic rotation is invalid until mended."""
    row = _rotatable(secret)
    # A success mends automatic rotation; it does not turn it on for a secret that has no plan.
    mended = Secret.Rotation.ENABLED if row.rotation_interval else Secret.Rotation.DISABLED
    row.rotation = mended if succeeded else Secret.Rotation.INVALID
    row.rotation_at = now
    if succeeded:
        row.rotated_at = now
        add_version(row, version_id=version_id or new_version_id(), now=now)
    row.rotate_at = now + row.rotation_interval if succeeded and row.rotation_interval else None
    row.save()
    _record_outcome(row, {"errorCode": error_code or "Kms:RotationFailed", "errorMessage": error_message}, now=now)
    return row


def _record_outcome(secret: Secret, failure: Mapping[str, object], *, now: datetime) -> None:
    # The documented payloads name the sub-type differently.
    told: dict[str, object] = {"RotationEntityArn": secret.arn, "rotationStatus": str(secret.rotation)}
    if secret.rotation == Secret.Rotation.INVALID:
        told |= {"rotationSubType": secret.sub_type, "failureInfo": failure, "failureTime": _iso(now)}
        _record(secret, "kms.secret.rotation-failed", told, now=now)
    else:
        told |= {"secretSubType": secret.sub_type, "successTime": _iso(now)}
        _record(secret, "kms.secret.rotation-succeeded", told, now=now)


@transaction.atomic
def schedule_secret_deletion(secret: Secret, *, days: int, now: datetime) -> Secret:
    """Start the waiting period of 7 to 30 days, in which the secret can be restored."""
    row = _locked(secret, State.ENABLED, verb=_("scheduled for deletion"))
    if not SHORTEST_WAIT <= days <= LONGEST_WAIT:
        raise Refused(
            _("The waiting period must be %(least)d to %(most)d days.")
            % {"least": SHORTEST_WAIT, "most": LONGEST_WAIT},
            field="days",
        )
    row.delete_at = now + timedelta(days=days)
    _set_state(row, State.PENDING_DELETION, now=now)
    told: dict[str, object] = {"plannedDeleteTime": _iso(row.delete_at), "recoveryWindowInDays": days}
    _record(row, "kms.secret.deletion-scheduled", told, now=now)
    return row


@transaction.atomic
def restore_secret(secret: Secret, *, now: datetime) -> Secret:
    """End the waiting period; the secret can be read again."""
    row = _locked(secret, State.PENDING_DELETION, verb=_("restored"))
    row.delete_at = None
    _set_state(row, State.ENABLED, now=now)
    _record(row, "kms.secret.restored", {}, now=now)
    return row


@transaction.atomic
def delete_secret(secret: Secret, *, force: bool, now: datetime) -> Secret:
    """Delete a secret whose waiting period is over, or any secret at once and without recovery when `force` is set."""
    allowed = (State.ENABLED, State.PENDING_DELETION) if force else (State.PENDING_DELETION,)
    row = _locked(secret, *allowed, verb=_("deleted"))
    if not force and row.delete_at and row.delete_at > now:
        raise Refused(_("The waiting period is not over yet."))
    ended_at = now if force else row.delete_at or now
    row.deleted_at = ended_at
    _set_state(row, State.DELETED, now=now)
    told = {"deletionTime": _iso(ended_at), "forceDelete": force}
    _record(row, "kms.secret.deleted", told, now=now, occurred_at=ended_at)
    count_usage(row.instance, Usage.Of.SECRET, now=now)
    return row


def _locked(secret: Secret, *allowed: Secret.State, verb: str) -> Secret:
    row = Secret.objects.select_for_update(of=("self",)).select_related("instance").get(pk=secret.pk)
    refuse_mirrored(row)
    if row.state not in allowed:
        raise Refused(
            _("A secret in the state “%(state)s” cannot be %(verb)s.")
            % {"state": row.get_state_display(), "verb": verb},
            code="Rejected.PendingDeletion" if row.state == State.PENDING_DELETION else "Rejected.ResourceInUse",
        )
    return row


def _set_state(secret: Secret, state: Secret.State, *, now: datetime) -> None:
    secret.state = state
    secret.state_at = now
    secret.state_by = Origin.CONSOLE
    secret.save()


def _record(
    secret: Secret, fact_type: str, told: Mapping[str, object], *, now: datetime, occurred_at: datetime | None = None
) -> None:
    record_fact(
        secret.account,
        fact_type=fact_type,
        region=secret.region,
        resource=secret.arn,
        now=now,
        occurred_at=occurred_at,
        data={
            "secretType": secret.type,
            "kmsInstanceId": secret.instance.instance_id if secret.instance else "",
            **told,
        },
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
