"""What can be done to a key: each verb checks the state machine, writes the row and records the fact, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from alerts.estate.aliases import create_alias
from alerts.estate.instances import count_usage
from alerts.estate.key_rotation import plan_rotation
from alerts.estate.models import Instance, Key, Origin, Usage
from alerts.estate.naming import LONGEST_NOTE, check_description, new_key_id, new_version_id
from alerts.estate.refusal import Refused, refuse_mirrored
from alerts.estate.specs import check_spec
from alerts.estate.tags import checked
from alerts.facts.collect import record_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.accounts.models import CloudAccount

SHORTEST_WAIT = 7  # days; ScheduleKeyDeletion, PendingWindowInDays
LONGEST_WAIT = 366
State, Material, Protection = Key.State, Key.Material, Key.Protection
KEPT = (State.ENABLED, State.DISABLED, State.PENDING_IMPORT)
"""States in which nobody has asked for the key's deletion."""


@transaction.atomic
def create_key(
    account: CloudAccount,
    *,
    region: str,
    instance: Instance | None,
    now: datetime,
    alias: str = "",
    spec: str = "Aliyun_AES_256",
    usage: str = "ENCRYPT/DECRYPT",
    deletion_protection: bool = False,
    description: str = "",
    material: str = Material.SERVICE,
    protection_level: str = Protection.SOFTWARE,
    rotation_interval: timedelta | None = None,
    tags: Mapping[str, str] | None = None,
) -> Key:
    """Create the metadata of an enabled key; one whose material is imported waits for it, which never comes here.

    Refused when the key quota of its instance is used up.
    """
    check_spec(spec, usage)
    check_description(description)
    if instance:
        _check_room(instance)
    key = Key(account=account, region=region, instance=instance, created_at=now, state_at=now, spec=spec, usage=usage)
    key.key_id, key.description, key.tags = new_key_id(region), description, checked(tags or {})
    key.material, key.protection_level, key.deletion_protection = material, protection_level, deletion_protection
    if material == Material.EXTERNAL:
        key.state = State.PENDING_IMPORT
    else:
        key.primary_version = new_version_id()
    plan_rotation(key, rotation_interval, now=now)
    key.save(force_insert=True)
    if alias:
        create_alias(key, name=alias, now=now)
    count_usage(instance, Usage.Of.KEY, now=now)
    return key


def _check_room(instance: Instance) -> None:
    # Under the lock of the instance, or two at once would both take the last place.
    instance = Instance.objects.select_for_update().get(pk=instance.pk)
    refuse_mirrored(instance)
    used = sum(instance.keys.filter(deleted_at=None).values_list("versions", flat=True))
    if used >= instance.key_quota:
        raise Refused(
            _("The key quota of %(instance)s is used up: %(used)d of %(quota)d key versions. Delete keys or raise it.")
            % {"instance": instance, "used": used, "quota": instance.key_quota},
            field="instance",
            code="Rejected.LimitExceeded",
        )


@transaction.atomic
def enable_key(key: Key, *, now: datetime) -> Key:
    """Make a disabled key usable again. An enabled one stays as it is."""
    key = _locked(key, State.ENABLED, State.DISABLED, verb=_("enabled"))
    return key if key.state == State.ENABLED else _set_state(key, State.ENABLED, now=now)


@transaction.atomic
def disable_key(key: Key, *, now: datetime) -> Key:
    """Make an enabled key unusable until it is enabled again. A disabled one stays as it is."""
    key = _locked(key, State.ENABLED, State.DISABLED, verb=_("disabled"))
    return key if key.state == State.DISABLED else _set_state(key, State.DISABLED, now=now)


@transaction.atomic
def set_deletion_protection(key: Key, *, protected: bool, now: datetime, reason: str = "") -> Key:
    """Turn deletion protection on or off; a key that waits for deletion cannot be protected any more."""
    check_description(reason, most=LONGEST_NOTE)
    key = _locked(key, *KEPT, verb=_("protected"))
    key.deletion_protection, key.protection_note = protected, reason if protected else ""
    key.save(update_fields=["deletion_protection", "protection_note"])
    return key


@transaction.atomic
def schedule_key_deletion(key: Key, *, days: int, now: datetime) -> Key:
    """Start the waiting period of 7 to 366 days at whose end the key is deleted. Deletion protection must be off."""
    key = _locked(key, *KEPT, verb=_("scheduled for deletion"))
    if key.deletion_protection:
        sentence = _("Deletion protection is on for this key: turn it off first.")
        raise Refused(sentence, code="Rejected.DeletionProtection")
    if not SHORTEST_WAIT <= days <= LONGEST_WAIT:
        raise Refused(
            _("The waiting period must be %(least)d to %(most)d days.")
            % {"least": SHORTEST_WAIT, "most": LONGEST_WAIT},
            field="days",
        )
    key.state_before = key.state
    key.delete_at = now + timedelta(days=days)
    _set_state(key, State.PENDING_DELETION, now=now)
    _record(key, "kms.key.deletion-scheduled", now=now, pendingWindowInDays=days, deleteDate=_iso(key.delete_at))
    return key


@transaction.atomic
def cancel_key_deletion(key: Key, *, now: datetime) -> Key:
    """End the waiting period; the key is again what it was before."""
    key = _locked(key, State.PENDING_DELETION, verb=_("kept"))
    before = key.state_before or State.ENABLED
    key.delete_at = None
    _set_state(key, State(before), now=now)
    _record(key, "kms.key.deletion-cancelled", now=now)
    return key


@transaction.atomic
def delete_key(key: Key, *, now: datetime) -> Key:
    """Delete a key whose waiting period is over. Called by the sweep; nobody can do it early."""
    key = _locked(key, State.PENDING_DELETION, verb=_("deleted"))
    if key.delete_at and key.delete_at > now:
        raise Refused(_("The waiting period is not over yet."))
    ended_at = key.delete_at or now
    key.deleted_at = ended_at
    key.aliases.all().delete()
    _set_state(key, State.DELETED, now=now)
    _record(key, "kms.key.deleted", now=now, occurred_at=ended_at, deletionTime=_iso(ended_at))
    count_usage(key.instance, Usage.Of.KEY, now=now)
    return key


def _locked(key: Key, *allowed: Key.State, verb: str) -> Key:
    row = Key.objects.select_for_update(of=("self",)).select_related("instance").get(pk=key.pk)
    refuse_mirrored(row)
    if row.state not in allowed:
        raise Refused(
            _("A key in the state “%(state)s” cannot be %(verb)s.") % {"state": row.get_state_display(), "verb": verb},
            code="Rejected.StateModifiedFailed",
        )
    return row


def _set_state(key: Key, state: Key.State, *, now: datetime) -> Key:
    key.state = state
    key.state_at = now
    key.state_by = Origin.CONSOLE
    key.save()
    return key


def _record(key: Key, fact_type: str, *, now: datetime, occurred_at: datetime | None = None, **data: object) -> None:
    record_fact(
        key.account,
        fact_type=fact_type,
        region=key.region,
        resource=key.arn,
        now=now,
        occurred_at=occurred_at,
        data={"kmsInstanceId": key.instance.instance_id if key.instance else "", "keySpec": key.spec, **data},
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
