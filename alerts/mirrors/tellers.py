"""Who tells of a happening: the cloud's own event, or the fact that we make of a difference; never both.

See the package for the idea. `SLACK` is how far the clocks of the two may be apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from alerts.events.deadlines import OBSERVED
from alerts.events.imported import told_by_the_cloud
from alerts.events.meters import USAGE
from alerts.mirrors.instances import EVER
from alerts.mirrors.looks import Happening, Look, iso
from alerts.mirrors.models import Reads, Source
from alerts.mirrors.ours import NAMES, OURS, SLACK, tellings
from alerts.sources.base import Observation

if TYPE_CHECKING:
    from alerts.events.imported import Told

LONGEST_STRETCH: Final = timedelta(days=90)


def to_tell(look: Look, found: Sequence[Happening]) -> list[Observation]:
    """Return as observations what is ours to tell and has not been told by an event of the cloud.

    A sample of usage is always passed on, for the next one is compared with it; it names what is not to be raised.
    """
    source = look.source
    doubtful = [each for each in found if each.since < source.teller_since]
    told = _told(look, doubtful) if doubtful else {}
    kept = []
    for each in found:
        if each.type == USAGE:
            kept.append(_sample(look, each, told))
        elif _is_ours_to_tell(source, each) and not _told_names(look, each, told):
            kept.append(_observation(look, each))
    return kept


def _is_ours_to_tell(source: Source, each: Happening) -> bool:
    if source.teller == Source.Teller.CONSOLE:
        return True
    # An end date is no happening: of the reminders before it, the cloud sends those to come.
    return each.type != OBSERVED and each.since < source.teller_since


def _told(look: Look, found: Sequence[Happening]) -> Told:
    since = min(max(each.since, look.now - LONGEST_STRETCH) for each in found)
    about = {each.resource for each in found if each.type != OBSERVED}
    return told_by_the_cloud([look.source.account_id], resources=about, names=OURS, since=since - SLACK)


def _told_names(look: Look, each: Happening, told: Told) -> list[str]:
    """Return the names of the cloud's events that tell of a difference; end dates have reminders to tell them apart."""
    if each.since >= look.source.teller_since or each.type == OBSERVED:
        return []
    about = [(name, told.get((look.source.account_id, each.resource, name), ())) for name in sorted(NAMES[each.type])]
    return [name for name, moments in about if any(_lies_in(at, look, each.since) for at in moments)]


def _lies_in(at: datetime, look: Look, since: datetime) -> bool:
    return since - SLACK <= at <= look.now + SLACK


def _sample(look: Look, each: Happening, told: Told) -> Observation:
    """What was so before the first look is in the cloud's history; what comes while the cloud tells is the cloud's."""
    source = look.source
    told_there = each.since == EVER and Reads.EVENTS in source.reads
    if told_there or (source.teller == Source.Teller.CLOUD and each.since >= source.teller_since):
        names = sorted(NAMES[USAGE])
    else:
        names = _told_names(look, each, told)
    return _observation(look, replace(each, data={**each.data, "told": names}))


def _observation(look: Look, each: Happening) -> Observation:
    return Observation(
        source=f"acs:kms:{look.region}:{look.source.account_id}",
        id=f"{each.resource.rpartition(':')[2]} {each.id}",
        type=each.type,
        region=look.region,
        resource=each.resource,
        occurred_at=each.occurred_at,
        data={**each.data, "observedSince": iso(each.since)},
    )


def to_import(source: Source, events: Sequence[Observation]) -> list[Observation]:
    """Return those of the cloud's events that nobody here has told, or will tell by a difference."""
    if source.teller == Source.Teller.CONSOLE:
        events = [each for each in events if not (_is_ours(each) and each.occurred_at >= source.teller_since)]
    told = tellings(source.account_id, [each for each in events if _is_ours(each)])
    return [
        each
        for each in events
        if not any(telling.is_of(each.occurred_at) for telling in told.get((each.resource, str(each.data["name"])), ()))
    ]


def _is_ours(event: Observation) -> bool:
    return event.data["name"] in OURS
