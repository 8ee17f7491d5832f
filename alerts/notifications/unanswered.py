"""Unanswered: what of a bundle is not over and taken on by nobody; an escalation tells of that alone.

A bundle may hold several incidents, and somebody may have acknowledged some of them. What belongs to no incident can be
neither over nor acknowledged, so it is told of.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from alerts.subscriptions.denoise import Heap
from alerts.subscriptions.engine import Speech
from alerts.subscriptions.models import BundleMember

if TYPE_CHECKING:
    from alerts.notifications.running import Running
    from alerts.subscriptions.models import Batch


def unanswered(running: Running, speech: Speech) -> tuple[Speech, list[int]]:
    """Return the escalation without what is answered, and the keys of the members that it leaves out.

    It counts what happened on each of the others; where all or none is answered, it stays as it is.
    """
    if not running.answered:
        return speech, []
    known = {(each.event_name, each.resource): each for each in BundleMember.objects.filter(bundle=running.row.pk)}
    members = (known | running.members).values()
    left_out = [each for each in members if each.pk and each.incident_id in running.answered]
    rest = [each for each in members if not (each.pk and each.incident_id in running.answered)]
    if not left_out or not rest:
        return speech, []
    heap = reduce(lambda heap, more: heap.with_(more), map(_heap_of, rest))
    told = Heap(
        min(heap.events, speech.heap.events), max(heap.since, speech.heap.since), heap.until, heap.level, heap.newest
    )
    left = Speech(speech.kind, speech.number, told, step=speech.step, group=speech.group, over=speech.over)
    return left, [each.pk for each in left_out]


def _heap_of(member: BundleMember) -> Heap:
    return Heap(member.count, member.first_at, member.last_at, member.level, str(member.last_event_id))


def told_by(batch: Batch) -> Q:
    """Return the condition for decisions about what a batch tells of, as far as it leaves something out."""
    if not batch.left_out:
        return Q()
    left_out = BundleMember.objects.filter(pk__in=batch.left_out)
    return ~Q(Exists(left_out.filter(event_name=OuterRef("event_name"), resource=OuterRef("resource"))))
