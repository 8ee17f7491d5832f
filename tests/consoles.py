"""Two consoles, one of which is the cloud of the other: the first is filled, the second reads it, both are compared.

What is filled in bulk is what the verbs of the console would have made, in three regions. What is compared is every
attribute that the API tells, to the second as it tells it; events to the millisecond, with their ids and contents.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from bench import history
from kmsconsole import env
from tests.installation import ROOT, Installation

REGIONS = ("cn-hangzhou", "cn-shanghai", "ap-southeast-1")
KEY, SECRET = "LTAIfirst", "first-secret-1"
FIRST = {"KMSCONSOLE_DEMO": "0", "KMSCONSOLE_ADMIN_ACCESS_KEY": f"{KEY}:{SECRET}"}
SECOND = {"KMSCONSOLE_DEMO": "0"}
NAME = "first console"


@dataclass(frozen=True, slots=True)
class Estate:
    """How much there is of everything; of instances two in each region."""

    keys: int
    secrets: int
    client_keys: int
    events: int
    points: int = 30


NUMBERED = (
    "generate_series(1, %(count)s) AS n CROSS JOIN LATERAL (SELECT (%(regions)s::text[])[1 + n %% 3] AS place) AS r"
)
OWN = "SELECT id FROM estate_instance WHERE region = place ORDER BY id OFFSET n %% 2 LIMIT 1"
INSTANCES = f"""
    INSERT INTO estate_instance (account_id, region, origin, created_at, instance_id, name, management, qps_quota,
        key_quota, secret_quota, vpc_quota, rearm_margin, deletion_protection, protection_note)
    SELECT %(account)s, place, 'console', now() - interval '300 days', 'kst-' || substr(md5('i' || n), 1, 12),
        'instance ' || n, (array['software', 'hardware'])[1 + n %% 2], 1000 * n, 10000, 5000, 20, 5, n = 1,
        CASE n WHEN 1 THEN 'pays the bills' ELSE '' END
    FROM {NUMBERED}
"""
USAGES = """
    INSERT INTO estate_usage (instance_id, resource_type, used, quota, sampled_at)
    SELECT id, 'qps', 120 + id, qps_quota, now() FROM estate_instance
"""
KEYS = f"""
    INSERT INTO estate_key (account_id, region, origin, created_at, key_id, alias, spec, usage, state, state_before,
        state_at, state_by, versions, deletion_protection, protection_note, description, material, primary_version,
        protection_level, tags, instance_id, delete_at, rotation_interval, rotated_at, rotate_at)
    SELECT %(account)s, place, 'console', now() - n * interval '2 hours', 'key-' || substr(md5('k' || n), 1, 20),
        CASE WHEN n %% 4 = 0 THEN 'alias/orders-' || n ELSE '' END,
        (array['Aliyun_AES_256', 'RSA_2048', 'EC_P256'])[1 + n %% 3],
        (array['ENCRYPT/DECRYPT', 'SIGN/VERIFY'])[1 + n %% 2], state,
        CASE state WHEN 'Enabled' THEN '' ELSE 'Enabled' END, now() - interval '1 day', 'console', 1,
        state = 'Enabled' AND n %% 7 = 0, CASE WHEN n %% 7 = 0 THEN 'in use' ELSE '' END,
        'number ' || n || ' “ключ” 密钥', 'Aliyun_KMS', md5('v' || n), 'SOFTWARE', '{{}}',
        CASE WHEN n %% 5 < 3 THEN ({OWN}) END,
        CASE state WHEN 'PendingDeletion' THEN now() + n * interval '10 minutes' + interval '3 days' END,
        CASE WHEN n %% 6 = 0 THEN interval '90 days' END,
        CASE WHEN n %% 6 = 0 THEN now() - interval '9 days' END,
        CASE WHEN n %% 6 = 0 THEN now() + interval '81 days' END
    FROM {NUMBERED} CROSS JOIN LATERAL (
        SELECT CASE n %% 20 WHEN 3 THEN 'Disabled' WHEN 4 THEN 'PendingDeletion' ELSE 'Enabled' END AS state) AS s
"""
ALIASES = """
    INSERT INTO estate_alias (account_id, region, name, created_at, key_id)
    SELECT account_id, region, alias, created_at, id FROM estate_key WHERE alias <> ''
"""
SECRETS = f"""
    INSERT INTO estate_secret (account_id, region, origin, created_at, name, type, sub_type, state, state_at, state_by,
        rotation, rotation_interval, rotated_at, rotate_at, delete_at, description, encryption_key_id, extended_config,
        tags, instance_id)
    SELECT %(account)s, place, 'console', now() - n * interval '3 hours', 'orders/db-' || n, kind,
        CASE kind WHEN 'Generic' THEN '' ELSE 'SingleUser' END,
        CASE n %% 25 WHEN 7 THEN 'PendingDeletion' ELSE 'Enabled' END,
        now() - interval '1 day', 'console', CASE kind WHEN 'Generic' THEN 'Disabled' ELSE 'Enabled' END,
        CASE kind WHEN 'Generic' THEN NULL ELSE interval '7 days' END,
        CASE kind WHEN 'Generic' THEN NULL ELSE now() - interval '2 days' END,
        CASE kind WHEN 'Generic' THEN NULL ELSE now() + interval '5 days' END,
        CASE n %% 25 WHEN 7 THEN now() + interval '9 days' END, 'password of ' || n, '',
        (CASE kind WHEN 'Generic' THEN '{{}}' ELSE '{{"SecretSubType": "SingleUser"}}' END)::jsonb, '{{}}',
        CASE WHEN n %% 4 < 3 THEN ({OWN}) END
    FROM {NUMBERED} CROSS JOIN LATERAL (SELECT (array['Generic', 'Rds', 'ECS'])[1 + n %% 3] AS kind) AS k
"""
POINTS = f"""
    INSERT INTO estate_accesspoint (account_id, region, origin, created_at, name, authentication, policies, description)
    SELECT %(account)s, place, 'console', now() - interval '200 days', 'app-' || n,
        (array['ClientKey', 'ClientKey', 'RAMRole'])[1 + n %% 3], '{{}}', ''
    FROM {NUMBERED}
"""
CLIENT_KEYS = f"""
    INSERT INTO estate_clientkey (account_id, region, origin, created_at, client_key_id, not_before, not_after,
        access_point_id)
    SELECT %(account)s, place, 'console', now() - interval '100 days', 'KAAP.' || md5('c' || n),
        now() - interval '100 days', now() + n * interval '1 day' + interval '5 hours',
        (SELECT id FROM estate_accesspoint WHERE region = place ORDER BY id OFFSET n %% 10 LIMIT 1)
    FROM {NUMBERED}
"""
COMPARED = {
    "instances": """SELECT region, instance_id, name, management, qps_quota, key_quota, secret_quota, vpc_quota,
        deletion_protection, protection_note, date_trunc('second', created_at), deleted_at IS NULL
        FROM estate_instance""",
    "usages": """SELECT i.region, i.instance_id, u.resource_type, u.used, u.quota
        FROM estate_usage u JOIN estate_instance i ON i.id = u.instance_id WHERE u.resource_type = 'qps'""",
    "keys": """SELECT k.region, k.key_id, k.alias, k.spec, k.usage, k.state, k.deletion_protection, k.protection_note,
        k.description, k.material, k.primary_version, k.protection_level, i.instance_id, k.rotation_interval,
        date_trunc('second', k.created_at), date_trunc('second', coalesce(k.rotated_at, k.created_at)),
        date_trunc('second', k.rotate_at), date_trunc('second', k.delete_at)
        FROM estate_key k LEFT JOIN estate_instance i ON i.id = k.instance_id WHERE k.deleted_at IS NULL""",
    "aliases": """SELECT a.region, a.name, k.key_id FROM estate_alias a JOIN estate_key k ON k.id = a.key_id""",
    "secrets": """SELECT s.region, s.name, s.type, s.sub_type, s.state, s.rotation, s.rotation_interval, s.description,
        s.encryption_key_id, s.extended_config::text, i.instance_id, date_trunc('second', s.created_at),
        date_trunc('second', s.rotated_at), date_trunc('second', s.rotate_at), date_trunc('second', s.delete_at)
        FROM estate_secret s LEFT JOIN estate_instance i ON i.id = s.instance_id WHERE s.deleted_at IS NULL""",
    "access points": """SELECT region, name, authentication FROM estate_accesspoint WHERE deleted_at IS NULL""",
    "client keys": """SELECT c.region, c.client_key_id, p.name, date_trunc('second', c.created_at),
        date_trunc('second', c.not_before), date_trunc('second', c.not_after)
        FROM estate_clientkey c LEFT JOIN estate_accesspoint p ON p.id = c.access_point_id
        WHERE c.deleted_at IS NULL""",
}
"""What is there, as the API tells it; a row is there or not."""
EVENTS = """
    SELECT {id}, product, name, event_type, level, status, region, resource, instance_name, group_id,
        date_trunc('milliseconds', occurred_at), content::text
    FROM events_systemevent WHERE test_of IS NULL AND name NOT LIKE 'Source:%%' AND {which}
"""
WAITING = "SELECT count(*) FROM facts_fact WHERE evaluated_at IS NULL"
THEIRS = EVENTS.format(id="id::text", which="true")
MIRRORED = EVENTS.format(id="original_id", which="origin LIKE 'cloudmonitor%%'")


def fill(first: Installation, estate: Estate) -> None:
    """Put the estate and its events of the last ninety days into a console."""
    with psycopg.connect(first.database_url) as connection:
        for statement, count in (
            (INSTANCES, 6), (USAGES, 0), (KEYS, estate.keys), (ALIASES, 0), (SECRETS, estate.secrets),
            (POINTS, estate.points), (CLIENT_KEYS, estate.client_keys),
        ):  # fmt: skip
            given = {"account": first.account, "regions": list(REGIONS), "count": count}
            connection.execute(statement.encode(), given if count else None)
    if estate.events:
        history.make(first.database_url, account=first.account, count=estate.events)


def rows(one: Installation, query: str) -> Counter[tuple[object, ...]]:
    """Return the rows of a query, and how often each is there."""
    with psycopg.connect(one.database_url) as connection:
        return Counter(connection.execute(query.encode()).fetchall())


def asked(one: Installation, query: str, *given: object) -> tuple[Any, ...]:
    """Return the one row of a query."""
    with psycopg.connect(one.database_url) as connection:
        row = connection.execute(query.encode(), given or None).fetchone()
    return row or (None,)


def estate_differences(first: Installation, second: Installation) -> list[str]:
    """Return what is in one console and not, or not as often, in the other; no line for what is the same."""
    return [line for what, query in COMPARED.items() for line in _differences(what, first, query, second, query)]


def event_differences(first: Installation, second: Installation) -> list[str]:
    """Return which events of the first the second does not have, has twice, or has otherwise."""
    return _differences("events", first, THEIRS, second, MIRRORED)


def _differences(what: str, first: Installation, asked: str, second: Installation, other: str) -> list[str]:
    theirs, ours = rows(first, asked), rows(second, other)
    missing, extra = list((theirs - ours).elements()), list((ours - theirs).elements())
    found = [f"{what}: {len(missing)} missing, such as {missing[0]}"] if missing else []
    return found + ([f"{what}: {len(extra)} too many or otherwise, such as {extra[0]}"] if extra else [])


def manage(one: Installation, *words: str, given: str = "") -> str:
    """Run a command beside an installation, and return what it printed. Raises `AssertionError` where it failed."""
    own = {declared.name for declared in env.DECLARED}
    plain = {name: value for name, value in os.environ.items() if name not in own}
    command = [sys.executable, "manage.py", *words]
    beside = plain | {"KMSCONSOLE_DATA": str(one.data), "KMSCONSOLE_OUTGOING_ALLOW": "127.0.0.0/8"}
    ended = subprocess.run(
        command, cwd=ROOT, env=beside, input=given, capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, f"{words}: {ended.stderr}"
    return ended.stdout


def connect(first: Installation, second: Installation, *further: str, regions: Sequence[str] = REGIONS) -> None:
    """Make the first console the cloud of the second."""
    places = [word for region in regions for word in ("--region", region)]
    named = ("--name", NAME, "--key-id", KEY, "--endpoint", f"127.0.0.1:{first.port}")
    manage(second, "source", "add", *named, *places, *further, given=SECRET)
