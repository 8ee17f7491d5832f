"""One console is the cloud of another, and either of them is disturbed in the middle: no gap, no double.

While the second reads, its workers are killed, the first is stopped and started again, and people change things in it.
In the end the second has the rows of the first, each event of the first once, and tells each later difference once.
"""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from alibabacloud_kms20160120 import models as kms
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.models import Config, GlobalParameters

from tests import consoles
from tests.conftest import Maker
from tests.consoles import Estate, asked, estate_differences, event_differences, manage
from tests.faults.test_the_line_survives import pids
from tests.installation import Installation, patience
from tests.person import wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
ESTATE = Estate(keys=240, secrets=60, client_keys=30, events=1_500, points=30)
FREE = ("Enabled", "Disabled")
"""State and protection of a key that may be scheduled for deletion."""
SCHEDULED = "Key:ScheduleKeyDeletion:Success"
REGION = consoles.REGIONS[0]
OF_ONE = "SELECT count(*), array_agg(origin) FROM events_systemevent WHERE name = %s AND resource LIKE %s"


def sdk(first: Installation) -> Client:
    """Return the official client of the first console."""
    told = GlobalParameters(queries={"RegionId": REGION})
    host = f"127.0.0.1:{first.port}"
    return Client(
        Config(consoles.KEY, consoles.SECRET, endpoint=host, protocol="http", region_id=REGION, global_parameters=told)
    )


def kill_readers(second: Installation) -> None:
    """Kill those who read sources and those who make events of facts."""
    for pid in pids(second, "-Q deliveries") + pids(second, "-Q line"):
        os.kill(pid, signal.SIGKILL)


def a_key(cloud: Client) -> str:
    """Create a key in the first console."""
    made: Any = cloud.create_key(kms.CreateKeyRequest()).body
    return str(made.key_metadata.key_id)


def schedule(cloud: Client, key_id: str) -> None:
    """Schedule the deletion of a key in the first console."""
    cloud.schedule_key_deletion(kms.ScheduleKeyDeletionRequest(key_id=key_id, pending_window_in_days=9))


def change_things(cloud: Client) -> None:
    """Do what people do while somebody reads: create, schedule, keep and delete, at the beginning of lists as well."""
    rows: Any = cloud.list_keys(kms.ListKeysRequest(page_size=50)).body
    ids = [row.key_id for row in rows.keys.key]
    created = a_key(cloud)
    free = [each for each in (*ids, created) if each == created or is_free(cloud, each)]
    for each in free[-3:]:
        schedule(cloud, each)
    cloud.cancel_key_deletion(kms.CancelKeyDeletionRequest(key_id=free[-2]))
    client_keys: Any = cloud.list_client_keys(kms.ListClientKeysRequest()).body
    cloud.delete_client_key(kms.DeleteClientKeyRequest(client_key_id=client_keys.client_keys[0].client_key_id))
    secrets: Any = cloud.list_secrets(kms.ListSecretsRequest(page_size=5)).body
    name = secrets.secret_list.secret[0].secret_name
    cloud.delete_secret(kms.DeleteSecretRequest(secret_name=name, force_delete_without_recovery="true"))


def is_free(cloud: Client, key_id: str) -> bool:
    """Tell whether a key may be scheduled for deletion."""
    told: Any = cloud.describe_key(kms.DescribeKeyRequest(key_id=key_id)).body
    return bool((told.key_metadata.key_state, told.key_metadata.deletion_protection) == FREE)


def read_once_more(second: Installation) -> None:
    """Read everything again in the second, and wait until all that came is evaluated."""
    wait_for(lambda: idle(second) and read_by_hand(second), seconds=90, what="a reading by hand")
    wait_for(lambda: not asked(second, consoles.WAITING)[0], seconds=30, what="the evaluation of what was read")


def read_by_hand(second: Installation) -> bool:
    """Read everything now; False where its turn has come in this very moment."""
    try:
        manage(second, "source", "poll", consoles.NAME)
    except AssertionError as error:
        if "being read at the moment" not in str(error):
            raise
        return False
    return True


def idle(second: Installation) -> bool:
    """Tell whether the source has been read whole and is not being read."""
    return bool(asked(second, "SELECT polled_at IS NOT NULL AND begun_at IS NULL FROM mirrors_source")[0])


def test_a_mirror_has_everything_once_whoever_was_killed_in_the_middle(an_installation: Maker) -> None:
    first, second = an_installation(**consoles.FIRST), an_installation(**consoles.SECOND)
    first.start(wait=False)
    second.start(seconds=patience(120))
    first.wait_for("KMS Console is ready", seconds=patience(120))
    consoles.fill(first, ESTATE)
    consoles.connect(first, second, "--calls", "50")
    wait_for(lambda: asked(second, "SELECT count(*) FROM estate_key")[0], seconds=30, what="the first keys")
    kill_readers(second)
    change_things(sdk(first))
    first.stop()
    first.start(seconds=patience(120))
    wait_for(lambda: asked(second, "SELECT count(*) FROM facts_fact")[0], seconds=90, what="the first events")
    kill_readers(second)
    change_things(sdk(first))
    read_once_more(second)
    assert estate_differences(first, second) == []
    assert event_differences(first, second) == []
    tell_from_now_on(first, second)


def tell_from_now_on(first: Installation, second: Installation) -> None:
    """Let the second tell by what it sees in place of the first's events: each happening is still one event."""
    cloud = sdk(first)
    before, after = a_key(cloud), a_key(cloud)
    read_once_more(second)
    schedule(cloud, before)
    manage(second, "source", "teller", consoles.NAME, "console")
    schedule(cloud, after)
    for _reading in range(2):
        read_once_more(second)
    for key_id in (before, after):
        count, origins = asked(second, OF_ONE, SCHEDULED, f"%{key_id}")
        assert count == 1, (key_id, count, origins)
