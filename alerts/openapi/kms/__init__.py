"""The actions of KMS 2016-01-20."""

from alerts.openapi.actions import Action

KMS: tuple[Action, ...] = ()
