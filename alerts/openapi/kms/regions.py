"""DescribeRegions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.estate.regions import REGIONS

if TYPE_CHECKING:
    from alerts.openapi.call import Call


def describe_regions(_call: Call) -> dict[str, object]:
    """List the regions of the service."""
    return {"Regions": {"Region": [{"RegionId": region.id} for region in REGIONS]}}
