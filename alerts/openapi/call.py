"""One call of the API, after its signature has been checked: who asks, for what, where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from alerts.accounts.models import Role

if TYPE_CHECKING:
    from alerts.accounts.models import AccessKey, CloudAccount
    from alerts.openapi.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Call:
    """What an action is given. `region` is RegionId, else that of the host, else the access key's default."""

    action: str
    version: str
    account: CloudAccount
    key: AccessKey
    region: str
    parameters: Parameters
    now: datetime
    request_id: str

    @property
    def actor(self) -> str:
        """Return what the audit trail and versions call who did this."""
        return f"access key {self.key.key_id}"

    @property
    def sees_addresses(self) -> bool:
        """Tell whether answers may hold addresses and URLs in full: as in exports, for administrators."""
        return Role(self.key.role).allows(Role.ADMINISTRATOR)
