"""The estate: metadata of everything that events speak of. No key material and no secret value has a column here."""

from alerts.estate.models.access import AccessPoint, ClientKey
from alerts.estate.models.instance import Instance, Usage
from alerts.estate.models.key import Alias, Key
from alerts.estate.models.resource import LivingQuerySet, Origin, Resource
from alerts.estate.models.secret import Secret, SecretVersion
from alerts.estate.models.synchronization import Replica, Synchronization

__all__ = [
    "AccessPoint",
    "Alias",
    "ClientKey",
    "Instance",
    "Key",
    "LivingQuerySet",
    "Origin",
    "Replica",
    "Resource",
    "Secret",
    "SecretVersion",
    "Synchronization",
    "Usage",
]
