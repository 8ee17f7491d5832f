"""SIGKILL in the middle of a digest, for real: what it takes is told once, never twice, and never lost."""

from __future__ import annotations

import pytest

from alerts.notifications import digests
from alerts.notifications.batches import events_of
from alerts.notifications.digests import digest_batch
from alerts.notifications.models import Notification
from alerts.subscriptions.models import Batch, DigestItem, GroupDigest
from alerts.subscriptions.save import save_digest
from tests.builders import NOW, a_draft, some_events
from tests.silences.test_killed import in_a_process_that_dies, killed
from tests.subscriptions.making import SECOND, a_configuration, a_group, a_policy, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("step", ["_batch", "_recipients", "notification_to", "Notification", "after"])
def test_killed_at_any_step_of_a_digest_it_is_told_once_by_the_next(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    group = a_group("li@example.com")
    digest = save_digest(GroupDigest(group=group), now=NOW)
    a_policy(a_configuration(group), denoise="ALWAYS")
    some_events([a_draft("Secret:RotateSecret:Success", at=NOW + each * SECOND) for each in range(3)])
    run(NOW)
    moment = digest.due_at

    def work() -> None:
        digest_batch(now=moment)
        killed()

    with monkeypatch.context() as patched:
        if step != "after":
            patched.setattr(digests, step, killed if step != "Notification" else _Killing)
        in_a_process_that_dies(work)
    assert Batch.objects.filter(kind="DIGEST").count() == (step == "after")
    while digest_batch(now=moment):
        pass
    batch = Batch.objects.get(kind="DIGEST")
    assert (batch.count, len(events_of(batch))) == (3, 3)
    assert Notification.objects.get().batch == batch
    assert not DigestItem.objects.filter(told_in=None).exists()
    assert digest_batch(now=moment) == 0


class _Killing:
    """Stands for the messages: whoever writes them dies, with the batch written and its items not."""

    objects = type("Rows", (), {"bulk_create": staticmethod(killed)})
