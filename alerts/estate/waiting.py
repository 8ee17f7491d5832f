"""The sweep of what is due: keys and secrets whose waiting period is over are deleted, keys whose turn it is rotate."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.db.models import Q

from alerts.estate.key_rotation import rotate_key
from alerts.estate.keys import delete_key
from alerts.estate.models import Key, Origin, Secret
from alerts.estate.refusal import Refused
from alerts.estate.secrets import delete_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = logging.getLogger(__name__)
BATCH = 200


def end_waiting_periods(*, now: datetime) -> int:
    """Delete up to 200 keys and 200 secrets whose waiting period is over, rotate up to 200 keys; return how many.

    Only periods that were started here end here: what another system scheduled, that system ends and tells us of.
    """
    due = Q(state="PendingDeletion", state_by=Origin.CONSOLE, delete_at__lte=now)
    ended = 0
    for key in Key.objects.filter(due).order_by("delete_at")[:BATCH]:
        ended += _end(partial(delete_key, key, now=now))
    for secret in Secret.objects.filter(due).order_by("delete_at")[:BATCH]:
        ended += _end(partial(delete_secret, secret, force=False, now=now))
    turn = Q(state=Key.State.ENABLED, origin=Origin.CONSOLE, rotate_at__lte=now)
    for key in Key.objects.filter(turn).order_by("rotate_at")[:BATCH]:
        ended += _end(partial(rotate_key, key, now=now))
    return ended


def _end(verb: Callable[[], object]) -> int:
    try:
        verb()
    except Refused as refused:
        # Another worker was faster, or somebody cancelled in this very moment.
        log.info("a waiting period was not ended: %s", refused.message)
        return 0
    except DatabaseError:
        # One that cannot be ended must not hold up the others; the next sweep tries again.
        log.exception("a waiting period could not be ended")
        return 0
    return 1
