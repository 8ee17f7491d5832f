"""What an action is: its name, its version, the function that performs it, and whether it changes anything.

The actions themselves are written-out tuples: `alerts.openapi.cms.CMS` and `alerts.openapi.kms.KMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alerts.openapi.call import Call

CMS_VERSION = "2019-01-01"
KMS_VERSION = "2016-01-20"


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `perform` returns the body of the answer without `RequestId`, or raises `Fault`.

    An action that `changes` anything needs the role of an operator, runs in one transaction, and is written into the
    audit trail; `subject` names the parameter (or field of the answer) which says what it changed: of several names,
    with a space between, the first one that is there counts. `forbidden` is the code for a key that may not do it,
    where that is not the usual one of the product.
    """

    name: str
    version: str
    perform: Callable[[Call], dict[str, object]]
    changes: bool = False
    subject: str = ""
    forbidden: str = ""
