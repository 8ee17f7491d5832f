"""Policy end: deleting a subscription policy, so that what it had gathered says that nobody is told of it any more."""

from __future__ import annotations

from django.db import transaction

from alerts.notifications.speak import never_told
from alerts.subscriptions import save
from alerts.subscriptions.models import Bundle, SubscriptionPolicy

DELETED = "policy-deleted"


@transaction.atomic
def delete_policy(policy: SubscriptionPolicy) -> None:
    """Delete a policy with its open bundles. Its decisions, batches, messages and versions stay, under its name."""
    # First of all locks, so that no event is gathered meanwhile.
    SubscriptionPolicy.objects.select_for_update().filter(pk=policy.pk).first()
    bundles = Bundle.objects.filter(policy=policy.pk, closed_at=None)
    never_told(bundles.values_list("pk", flat=True), why=DELETED)
    save.delete_policy(policy)
