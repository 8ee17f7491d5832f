"""The alert history as alert logs: one log for what an alert rule made of an event, and who was told how."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from alerts.events.counts import slots
from alerts.events.forms import Period
from alerts.events.models import SystemEvent
from alerts.notifications.models import Decision
from alerts.openapi.cms.alert_log_rows import LEVELS, STATUSES, rows_of
from alerts.openapi.cms.said import fine, moment, pages
from alerts.openapi.errors import missing

if TYPE_CHECKING:
    from alerts.openapi.call import Call

DEFAULT = timedelta(minutes=15)
LONGEST, OLDEST = timedelta(days=15), timedelta(days=365)
MOST_MINUTES = 15 * 24 * 60
GROUPINGS: dict[str, tuple[str, ...]] = {
    "product": ("product",), "level": ("level",), "groupId": ("groupId",), "contactGroup": ("contactGroup",),
    "product,metricName": ("product", "metricName"),
}  # fmt: skip
COLUMNS = {"product": "product", "level": "level", "groupId": "rule__resource_group", "metricName": "event_name",
           "contactGroup": "rule__targets__group__name"}  # fmt: skip
PRODUCT = Subquery(SystemEvent.objects.filter(pk=OuterRef("event_id")).values("product")[:1])


def log_list(call: Call) -> dict[str, object]:
    """DescribeAlertLogList: the logs, newest first, without a total."""
    number, size = pages(call.parameters)
    _grouping(call)
    found = logs_of(call, range_of(call)).order_by("-pk")[(number - 1) * size : number * size]
    return fine(PageNumber=number, PageSize=size, AlertLogList=rows_of(found))


def count(call: Call) -> dict[str, object]:
    """DescribeAlertLogCount: how many logs there are by GroupBy."""
    names = _grouping(call)
    if not names:
        raise missing("GroupBy")
    found = logs_of(call, range_of(call)).annotate(product=PRODUCT)
    columns = [COLUMNS[name] for name in names]
    counted = found.values_list(*columns).annotate(number=Count("pk", distinct=True)).order_by("-number", *columns)
    rows = [
        {"Count": number, "Logs": [{"Name": name, "Value": _value(name, each)}
                                   for name, each in zip(names, values, strict=True)]}
        for *values, number in counted
    ]  # fmt: skip
    return fine(AlertLogCount=rows)


def _value(name: str, found: object) -> str:
    return LEVELS.get(str(found), str(found)) if name == "level" else str(found if found is not None else "")


def histogram(call: Call) -> dict[str, object]:
    """DescribeAlertLogHistogram: how many logs there are in each of at most some sixty stretches; in seconds."""
    period = range_of(call)
    _grouping(call)
    bars = dict.fromkeys(slots(period, now=call.now), 0)
    for decided_at in logs_of(call, period).values_list("decided_at", flat=True).iterator():
        bar = next((bar for bar in bars if bar[0] <= decided_at < bar[1]), None)
        if bar:
            bars[bar] += 1
    rows = [{"From": int(max(start, period.start).timestamp()), "To": int(end.timestamp()), "Count": number}
            for (start, end), number in bars.items()]  # fmt: skip
    return fine(AlertLogHistogramList=rows)


def _grouping(call: Call) -> tuple[str, ...]:
    asked = call.parameters.text("GroupBy").replace(" ", "")
    if asked and asked not in GROUPINGS:
        raise call.parameters.invalid("GroupBy", f"It must be one of {' | '.join(GROUPINGS)}.")
    return GROUPINGS.get(asked, ())


def range_of(call: Call) -> Period:
    """Return the range: StartTime and EndTime, which come both or not at all, or the last LastMin minutes."""
    given = call.parameters
    start, end = moment(given, "StartTime"), moment(given, "EndTime")
    if (start is None) != (end is None):
        raise missing("StartTime" if start is None else "EndTime")
    if start is None or end is None:
        minutes = given.integer("LastMin", default=15, least=1, most=MOST_MINUTES)
        return Period(call.now - timedelta(minutes=minutes), call.now + timedelta(milliseconds=1))
    if not start <= end:
        raise given.invalid("EndTime", "It must not be before StartTime.")
    if end - start > LONGEST or start < call.now - OLDEST:
        raise given.invalid("StartTime", "A range is 15 days long at most, and within the last year.")
    return Period(start, end + timedelta(milliseconds=1))


def logs_of(call: Call, period: Period) -> QuerySet[Any]:
    """Return the decisions of rules that a call asks for."""
    given = call.parameters
    found = Decision.objects.filter(account=call.account.pk, decided_at__gte=period.start, decided_at__lt=period.end)
    found = found.exclude(rule_name="")
    if given.text("EventType") == "RESOLVED" or given.text("SourceType") == "METRIC" or given.text("Namespace"):
        return found.none()  # these are logs of metrics
    exact = {"RuleId": "rule", "RuleName": "rule_name", "MetricName": "event_name", "GroupId": "rule__resource_group"}
    for name, field in exact.items():
        if text := given.text(name):
            found = found.filter(**{field: text if field.endswith("_name") else _number(text)})
    found = _by_codes(call, found)
    if text := given.text("ContactGroup"):
        found = found.filter(rule__targets__group__name=text).distinct()
    if text := given.text("Product"):
        found = found.annotate(of=PRODUCT).filter(of=text)
    if text := given.text("SearchKey"):
        found = found.filter(Q(rule_name__icontains=text) | Q(event_name__icontains=text) | Q(resource__icontains=text))
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _by_codes(call: Call, found: QuerySet[Any]) -> QuerySet[Any]:
    given = call.parameters
    if level := given.text("Level"):
        found = found.filter(level__in=[ours for ours, theirs in LEVELS.items() if theirs == level])
    if status := given.text("SendStatus"):
        if status not in {*STATUSES.values(), "3", "4"}:
            raise given.invalid("SendStatus", "It must be 0 to 4.")
        known = [verdict for verdict, theirs in STATUSES.items() if theirs == status]
        found = found.exclude(verdict__in=list(STATUSES)) if status == "4" else found.filter(verdict__in=known)
    return found
