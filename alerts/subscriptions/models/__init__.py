"""The rows of event subscription: what somebody asks for (policy, configuration, push channel, digest), and what runs.

A policy gathers events into bundles; each time a bundle speaks, that is a batch.
"""

from alerts.subscriptions.models.bundle import Batch, Bundle, BundleMember
from alerts.subscriptions.models.configuration import EscalationStep, NotificationConfiguration
from alerts.subscriptions.models.digest import DigestItem, GroupDigest
from alerts.subscriptions.models.policy import PolicyVersion, SubscriptionPolicy
from alerts.subscriptions.models.push import PushChannel

__all__ = [
    "Batch",
    "Bundle",
    "BundleMember",
    "DigestItem",
    "EscalationStep",
    "GroupDigest",
    "NotificationConfiguration",
    "PolicyVersion",
    "PushChannel",
    "SubscriptionPolicy",
]
