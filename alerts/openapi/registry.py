"""Which action a call means, and what its product calls things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.openapi.actions import CMS_VERSION, KMS_VERSION, Action
from alerts.openapi.cms import CMS
from alerts.openapi.errors import INVALID, Fault, missing
from alerts.openapi.kms import KMS

if TYPE_CHECKING:
    from alerts.openapi.received import Received


@dataclass(frozen=True, slots=True)
class Product:
    """One API. `wrong` is its code for a value that cannot be used, `forbidden` for what a key may not do.

    Changes of one that takes `turns` wait for each other within an account: they store what they make of what is there
    by that name. The other's verbs lock the one row that they are about.
    """

    name: str
    title: str
    wrong: str
    forbidden: str
    turns: bool = False


PRODUCTS = {
    CMS_VERSION: Product("cms", "CloudMonitor", "ParameterInvalid", "AccessForbidden", turns=True),
    KMS_VERSION: Product("kms", "KMS", INVALID, "Forbidden.NoPermission"),
}
ACTIONS = {(action.version, action.name): action for action in (*CMS, *KMS)}


def named(received: Received) -> tuple[str, str]:
    """Return the action and the version that a verified call names. Raises Fault.

    Only what is signed counts: the old SDK sends the headers too, but signs the parameters only.
    """
    by_header = "authorization" in received.headers
    given, found = received.parameters, []
    for name, header in (("Action", "x-acs-action"), ("Version", "x-acs-version")):
        said = (by_header and received.headers.get(header)) or given.get(name)
        if not said:
            raise missing(name)
        found.append(said)
    return found[0], found[1]


def changes(received: Received) -> bool:
    """Tell whether a call names an action that changes something."""
    try:
        action, version = named(received)
    except Fault:
        return False
    found = ACTIONS.get((version, action))
    return found is not None and found.changes


def find(action: str, version: str) -> Action:
    """Return the action. Raises Fault for one that this product does not have."""
    if version not in PRODUCTS:
        known = " and ".join(f"{each} ({product.title})" for each, product in PRODUCTS.items())
        raise Fault(400, "InvalidVersion", f"Specified parameter Version is not valid. There are {known}.")
    known_one = ACTIONS.get((version, action))
    if known_one is None:
        title = PRODUCTS[version].title
        message = f"There is no action of this name here in {title} {version}. README, The API, lists those there are."
        raise Fault(404, "InvalidAction.NotFound", message)
    return known_one
