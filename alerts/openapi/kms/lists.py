"""What the list actions share: the rows of the account and region, pages, and the JSON of `Filters`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q

from alerts.estate.regions import BY_ID
from alerts.openapi.kms.written import is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import Model, QuerySet

    from alerts.openapi.call import Call
    from alerts.openapi.parameters import Parameters

    Test = Callable[[Sequence[str]], Q]

Row = TypeVar("Row", bound="Model")
LARGEST_PAGE = 100
LAST_PAGE = 10_000_000
MOST_FILTERS = 10
MOST_VALUES = 100


def region_of(call: Call) -> str:
    """Return where the call is about. Raises Fault for a region that the service does not have."""
    if call.region not in BY_ID:
        raise call.parameters.invalid("RegionId", "There is no such region; DescribeRegions lists them.")
    return call.region


def living(call: Call, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return what this account has in this region and has not deleted."""
    return rows.filter(account=call.account, region=region_of(call), deleted_at=None)


def page_of(call: Call, rows: QuerySet[Row], *, usual: int) -> tuple[list[Row], dict[str, object]]:
    """Return the rows of the page that is asked for, and what every page says of itself; `usual` is its size.

    Rows come in the order in which they were made: what is added while somebody pages lands on the last page.
    """
    told = call.parameters
    number = told.integer("PageNumber", default=1, least=1, most=LAST_PAGE)
    size = told.integer("PageSize", default=usual, least=1, most=LARGEST_PAGE)
    total = rows.count()
    start = (number - 1) * size
    found = list(rows.order_by("pk")[start : start + size]) if start < total else []
    return found, {"PageNumber": number, "PageSize": size, "TotalCount": total}


def narrowed(call: Call, rows: QuerySet[Row], tests: Mapping[str, Test]) -> QuerySet[Row]:
    """Keep what fits `Filters`: values of one key are alternatives, keys must all fit. Keys are read in any case."""
    known = {name.lower(): test for name, test in tests.items()}
    for key, values in _filters(call.parameters):
        if key.lower() not in known:
            raise call.parameters.invalid("Filters", f"Its keys can be: {', '.join(tests)}.")
        rows = rows.filter(known[key.lower()](values))
    return rows


def _filters(told: Parameters) -> list[tuple[str, list[str]]]:
    entries = told.json("Filters")
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(_is_filter(each) for each in entries):
        raise told.invalid("Filters", 'It must be JSON such as [{"Key": "KeyState", "Values": ["Enabled"]}].')
    if len(entries) > MOST_FILTERS:
        raise told.invalid("Filters", f"It has at most {MOST_FILTERS} entries.")
    return [(each["Key"], each["Values"]) for each in entries]


def _is_filter(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("Key"), str):
        return False
    values = entry.get("Values")
    if not isinstance(values, list) or not 0 < len(values) <= MOST_VALUES:
        return False
    return all(is_text(value) for value in values)


def one_of(column: str) -> Test:
    """Return the test that a column has one of the values."""
    return lambda values: Q(**{f"{column}__in": values})


def any_of(lookup: str) -> Test:
    """Return the test that a lookup fits one of the values."""

    def test(values: Sequence[str]) -> Q:
        found = Q()
        for value in values:
            found |= Q(**{lookup: value})
        return found

    return test
