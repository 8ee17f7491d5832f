"""A storm of 20,000 events of one cause, through the verbs of the line on real rows.

However a policy denoises: one message, one repeat per interval however many events there are, and one recovery.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.incidents.correlate import correlate_batch
from alerts.incidents.models import Incident
from alerts.notifications.models import Decision, Notification
from alerts.subscriptions.models import Batch, Bundle, BundleMember
from tests.builders import NOW, a_draft, some_events
from tests.storms import more_of
from tests.subscriptions.making import MINUTE, SECOND, a_policy, kinds, run

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]

ARN = "acs:kms:cn-hangzhou:1000000000000001:secret/storm"
STORM = 20_000
WAVES = (0, 30, 61, 90, 121, 150, 181, 210)
"""Minutes after the first event at which another part of the storm breaks; repeats are due every hour."""


def live(now: datetime) -> None:
    """Let the line work until nothing is left to do at this moment."""
    while correlate_batch(now=now):
        pass
    run(now)


@pytest.mark.parametrize("denoise", ["COUNT", "DIRECT_MUTED"])
def test_a_storm_of_20_000_is_one_message_one_repeat_per_interval_and_one_recovery(denoise: str) -> None:
    a_policy(denoise=denoise, repeat_interval=3600)
    (first,) = some_events([a_draft(resource=ARN)], correlated=False)
    for wave, minutes in enumerate(WAVES):
        more_of(first, STORM // len(WAVES) - (wave == 0), after=minutes * 60)
        live(NOW + minutes * MINUTE + 30 * SECOND)
    assert kinds() == ["FIRST", "REPEAT", "REPEAT", "REPEAT"]

    over = NOW + (WAVES[-1] + 1) * MINUTE
    some_events([a_draft("Secret:RotateSecret:Success", resource=ARN, at=over)], correlated=False)
    live(over)
    live(over + timedelta(days=1))

    assert kinds() == ["FIRST", "REPEAT", "REPEAT", "REPEAT", "RECOVERY"]
    assert Notification.objects.count() == Batch.objects.count()
    assert (Incident.objects.get().count, BundleMember.objects.get().count) == (STORM, STORM)
    assert Batch.objects.get(kind="RECOVERY").count == STORM
    assert set(Decision.objects.values_list("verdict", flat=True)) == {"TOLD"}
    assert Decision.objects.exclude(batch=None).count() == STORM + 1
    assert not Bundle.objects.filter(closed_at=None).exists()
