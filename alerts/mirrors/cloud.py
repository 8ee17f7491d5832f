"""The way to the cloud for what reads a source: a client of an SDK, signed by its access key or by its role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alerts.mirrors.calls import CALL_TIMEOUT, CMS, KMS, Pace, Trouble, nothing, signed
from alerts.mirrors.roles import credentials_of, forget

if TYPE_CHECKING:
    from alerts.channels.cloud import Product
    from alerts.mirrors.models import Source

__all__ = ["CMS", "KMS", "Pace", "Trouble", "nothing", "opened"]


@contextmanager
def opened(
    source: Source, product: Product, *, region: str, timeout: float = CALL_TIMEOUT,
    before: Callable[[], object] = nothing,
) -> Iterator[Any]:  # fmt: skip
    """Give a client of the product's SDK; whatever goes wrong while it is used is raised as Trouble.

    `before` is called before each call. A token that is refused is forgotten, and counts as throttled: the same call
    will do with a new one.
    """
    try:
        by = credentials_of(source)
        with signed(source, product, region=region, by=by, timeout=timeout, before=before) as client:
            yield client
    except Trouble as trouble:
        if source.role_arn and "SecurityToken" in trouble.code:
            forget(source)
            trouble.throttled = True
        raise
