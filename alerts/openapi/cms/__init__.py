"""The actions of CloudMonitor, CMS 2019-01-01."""

from alerts.openapi.actions import Action

CMS: tuple[Action, ...] = ()
