"""What can be done to application access points and client keys. No private key and no password passes through here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alerts.estate.models import AccessPoint, ClientKey
from alerts.estate.naming import LONGEST_NOTE, LONGEST_POINT, check_description, check_name, new_client_key_id
from alerts.estate.refusal import Refused, refuse_mirrored
from alerts.facts.collect import record_fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.accounts.models import CloudAccount

MOST_CLIENT_KEYS = 3
MOST_POLICIES = 3
LONGEST_POLICY = 128
USUAL_VALIDITY = timedelta(days=5 * 365)
LONGEST_VALIDITY = timedelta(days=36_525)  # a hundred years
Authentication = AccessPoint.Authentication


@transaction.atomic
def create_access_point(
    account: CloudAccount, *, region: str, name: str, now: datetime, policies: Sequence[str] = (),
    description: str = "", authentication: str = Authentication.CLIENT_KEY,
) -> AccessPoint:  # fmt: skip
    """Create an application access point with up to three permission policies."""
    check_name(name, most=LONGEST_POINT)
    check_description(description, most=LONGEST_NOTE)
    if len(policies) > MOST_POLICIES:
        raise Refused(_("An access point has at most three permission policies."), field="policies")
    if any(len(policy) > LONGEST_POLICY for policy in policies):
        raise Refused(_("The name of a policy has at most 128 characters."), field="policies")
    try:
        with transaction.atomic():
            return AccessPoint.objects.create(
                account=account, region=region, name=name, policies=list(policies), description=description,
                authentication=authentication, created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        sentence = _("An access point with this name exists in this region.")
        raise Refused(sentence, field="name", code="Rejected.ResourceExist") from error


@transaction.atomic
def delete_access_point(point: AccessPoint, *, now: datetime) -> AccessPoint:
    """Delete an access point that has no client key left."""
    row = AccessPoint.objects.select_for_update().get(pk=point.pk)
    refuse_mirrored(row)
    if row.deleted_at:
        raise Refused(_("This access point has been deleted."))
    if row.client_keys.filter(deleted_at=None).exists():
        raise Refused(_("This access point still has client keys: delete them first."))
    row.deleted_at = now
    row.save(update_fields=["deleted_at"])
    return row


@transaction.atomic
def create_client_key(
    point: AccessPoint, *, not_after: datetime, now: datetime, not_before: datetime | None = None
) -> ClientKey:
    """Create the metadata of a client key, valid from now or `not_before`, until `not_after`; at most three a point."""
    row = AccessPoint.objects.select_for_update().get(pk=point.pk)
    refuse_mirrored(row)
    if row.deleted_at:
        raise Refused(_("This access point has been deleted."))
    if row.client_keys.filter(deleted_at=None).count() >= MOST_CLIENT_KEYS:
        sentence = _("An access point has at most three client keys: delete one first.")
        raise Refused(sentence, code="Rejected.LimitExceeded")
    _check_validity(not_before or now, not_after, now=now)
    key = ClientKey.objects.create(
        account=row.account,
        region=row.region,
        access_point=row,
        client_key_id=new_client_key_id(),
        not_before=not_before or now,
        not_after=not_after,
        created_at=now,
        observed_at=now,
    )
    _record_observed(key, now=now)
    return key


def _check_validity(not_before: datetime, not_after: datetime, *, now: datetime) -> None:
    if not_after <= now:
        raise Refused(_("The end of validity must lie in the future."), field="not_after")
    if not_after <= not_before:
        raise Refused(_("The end of validity must lie after its start."), field="not_after")
    if not_after > now + LONGEST_VALIDITY:
        raise Refused(_("Choose a date within the next hundred years."), field="not_after")


@transaction.atomic
def change_validity(key: ClientKey, *, not_after: datetime, now: datetime) -> ClientKey:
    """Move the end of a client key's validity; its reminders start anew for the new date."""
    row = _locked(key)
    if row.not_before and not_after <= row.not_before:
        raise Refused(_("The end of validity must lie after its start."), field="not_after")
    row.not_after = not_after
    row.observed_at = now
    row.save(update_fields=["not_after", "observed_at"])
    _record_observed(row, now=now)
    return row


@transaction.atomic
def delete_client_key(key: ClientKey, *, now: datetime) -> ClientKey:
    """Delete a client key; nobody is reminded of it any more."""
    row = _locked(key)
    row.deleted_at = now
    row.save(update_fields=["deleted_at"])
    _record(row, "kms.client-key.deleted", now=now)
    return row


def _locked(key: ClientKey) -> ClientKey:
    row = ClientKey.objects.select_for_update(of=("self",)).select_related("access_point").get(pk=key.pk)
    refuse_mirrored(row)
    if row.deleted_at:
        raise Refused(_("This client key has been deleted."))
    return row


def _record_observed(key: ClientKey, *, now: datetime) -> None:
    assert key.not_after is not None
    not_after = key.not_after.astimezone(UTC).isoformat().replace("+00:00", "Z")
    _record(key, "kms.client-key.observed", now=now, notAfter=not_after)


def _record(key: ClientKey, fact_type: str, *, now: datetime, **data: object) -> None:
    record_fact(
        key.account,
        fact_type=fact_type,
        region=key.region,
        resource=key.arn,
        now=now,
        data={"aapName": key.access_point.name if key.access_point else "", **data},
    )
