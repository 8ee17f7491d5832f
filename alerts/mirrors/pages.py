"""One page of the estate: read from the cloud, then written with its facts and the cursor in one transaction.

What a whole reading did not show is asked for by name before it counts as gone: a list that is paged by numbers shifts
while something is deleted, and would leave out what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from alerts.estate.models import AccessPoint, ClientKey, Instance, Key, Resource, Secret
from alerts.facts.collect import collect
from alerts.mirrors.access import end_client_key, take_access_points, take_client_keys
from alerts.mirrors.cloud import KMS, Trouble, opened
from alerts.mirrors.instances import take_instances
from alerts.mirrors.keys import end_aliases, end_key, take_aliases, take_keys
from alerts.mirrors.looks import Happening, Look, locked, store
from alerts.mirrors.models import Cursor
from alerts.mirrors.ours import ORIGIN
from alerts.mirrors.secrets import end_secret, take_secrets
from alerts.mirrors.tellers import to_tell
from alerts.sources.alibaba_cloud.estate import Records, is_there, read_page

MOST_PAGES = 2_000
CLOSING = 50
"""Rows that are asked for at a time."""
MODELS: dict[str, tuple[type[Resource], str]] = {
    "instances": (Instance, "instance_id"), "keys": (Key, "key_id"), "secrets": (Secret, "name"),
    "access_points": (AccessPoint, "name"), "client_keys": (ClientKey, "client_key_id"),
}  # fmt: skip
UNPLACED = frozenset({"access_points", "client_keys"})
"""What comes without an ARN, so that nothing in it says of which account and region it is."""
TAKES: dict[str, Callable[[Look, Any], list[Happening]]] = {
    "instances": take_instances, "keys": take_keys, "aliases": take_aliases, "secrets": take_secrets,
    "access_points": take_access_points, "client_keys": take_client_keys,
}  # fmt: skip
ENDS: dict[str, Callable[[Look, Any], Happening]] = {
    "keys": end_key, "secrets": end_secret, "client_keys": end_client_key,
}  # fmt: skip


def read(look: Look, cursor: Cursor) -> Records:
    """Ask for the cursor's page. Raises Trouble, also where the answer is about another account or region."""
    _check_others(look, cursor)
    with opened(look.source, KMS, region=look.region, before=look.keep) as client:
        page = read_page(client, cursor.what, number=cursor.page)
    for each in page.rows:
        _check_place(look, getattr(each, "arn", ""))
    _check_progress(look, cursor, page)
    return page


def _check_progress(look: Look, cursor: Cursor, page: Records) -> None:
    """Refuse a list that has no end: one that gives the same page again, or more pages than anybody has."""
    again = False
    if cursor.page > 1 and page.rows and cursor.what in MODELS:
        model, column = MODELS[cursor.what]
        manager: Any = model._meta.default_manager
        seen = manager.filter(
            mirrored_by=look.source.pk, region=look.region, mirrored_at__gte=look.begun_at,
            **{f"{column}__in": [each.id for each in page.rows]},
        )  # fmt: skip
        again = seen.values(column).distinct().count() == len(page.rows)
    if again or cursor.page > MOST_PAGES:
        text = f"The list has no end: page {cursor.page:,} gives what earlier pages gave, or is one too many."
        raise Trouble(text, code="AnswerInvalid", answered=True)


def _check_others(look: Look, cursor: Cursor) -> None:
    """Refuse what says no place of itself, where the rest of this reading came from another one."""
    if cursor.what in UNPLACED:
        others = Cursor.objects.filter(source=look.source.pk, region=look.region, failed_at__gte=look.source.begun_at)
        if told := others.filter(error_code__in=["OtherAccount", "OtherRegion"]).first():
            raise Trouble(told.error, code=told.error_code)


def _check_place(look: Look, arn: str) -> None:
    parts = arn.split(":")
    if len(parts) > 4 and parts[3] != look.source.account_id:
        text = f"The access key belongs to account {parts[3]}: connect it where that account is the current one."
        raise Trouble(text, code="OtherAccount")
    if len(parts) > 4 and parts[2] != look.region:
        text = f"The endpoint answers for {parts[2]}, not for {look.region}: correct the regions or the endpoint."
        raise Trouble(text, code="OtherRegion")


def take(look: Look, cursor: Cursor, page: Records) -> None:
    """Write a page; the caller's transaction holds the rows, the facts and the cursor."""
    _tell(look, TAKES[cursor.what](look, page.rows))
    cursor.done += len(page.rows)
    cursor.total = max(page.total, cursor.done)
    cursor.page = 0 if page.last else cursor.page + 1


def unseen(look: Look, cursor: Cursor) -> list[str]:
    """Return, once all pages are read, some of what this reading has not shown, and that is not there by name either.

    What is there all the same is marked as seen by the caller's `close`.
    """
    if cursor.what not in MODELS:
        return []
    return [row.local_id() for row in _rows(look, cursor.what)[:CLOSING]]


def _rows(look: Look, what: str) -> Any:
    model: Any = MODELS[what][0]
    return model._meta.default_manager.filter(
        mirrored_by=look.source.pk, region=look.region, deleted_at=None, mirrored_at__lt=look.begun_at
    ).order_by("pk")


def still_there(look: Look, cursor: Cursor, ids: Sequence[str]) -> set[str]:
    """Ask for each by its name, if there is any; return those that are there."""
    if not ids:
        return set()
    with opened(look.source, KMS, region=look.region, before=look.keep) as client:
        return {local_id for local_id in ids if is_there(client, cursor.what, local_id)}


def close(look: Look, cursor: Cursor, ids: Sequence[str], there: set[str]) -> None:
    """End what is gone and mark the rest as seen; without anything left, the reading of this is whole.

    Where another key or role shows nothing at all, nothing says that it looks at the same account: nothing has ended.
    """
    if not ids:
        if cursor.what == "aliases":
            end_aliases(look)
        cursor.ended_at = cursor.last_whole_at = look.now
        return
    model, column = MODELS[cursor.what]
    if cursor.last_whole_at is None and not cursor.done:
        _let_go(look, model)
        return
    rows = [row for row in locked(model, column, look, ids).values() if row.mirrored_by == look.source.pk]
    gone = [row for row in rows if row.local_id() not in there]
    found = []
    for row in gone:
        if cursor.what in ENDS:
            found.append(ENDS[cursor.what](look, row))
        row.deleted_at = row.deleted_at or look.now
    store(model, rows, look)
    _tell(look, found)


def _let_go(look: Look, model: type[Resource]) -> None:
    """Leave what was read as it is, as nobody's mirror."""
    manager: Any = model._meta.default_manager
    manager.filter(mirrored_by=look.source.pk, region=look.region).update(mirrored_by=None)


def _tell(look: Look, found: Sequence[Happening]) -> None:
    collect(look.source.account, to_tell(look, found), origin=ORIGIN, now=look.now)
