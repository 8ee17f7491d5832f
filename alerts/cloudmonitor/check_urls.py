"""Addresses of what is known of an alert rule before it is saved: preview, lint, explanation, test."""

from django.urls import path

from alerts.cloudmonitor.views import alert_rule_checks as checks
from alerts.cloudmonitor.views import alert_rule_tests as tests
from alerts.cloudmonitor.views.alert_rule_lint import AlertRuleLint

RULES = "event-center/alert-rules/"
EVENT = "event-center/system-events/<uuid:event_id>/"

urlpatterns = [
    path(RULES + "lint/", AlertRuleLint.as_view(), name="alert_rules_lint"),
    path(RULES + "checks/", checks.AlertRuleChecks.as_view(), name="alert_rule_checks"),
    path(RULES + "<int:pk>/checks/", checks.AlertRuleChecksStored.as_view(), name="alert_rule_checks_stored"),
    path(RULES + "<int:pk>/explain/", checks.AlertRuleExplain.as_view(), name="alert_rule_explain"),
    path(EVENT + "rules/", checks.EventExplained.as_view(), name="event_explained"),
    path(RULES + "try/", tests.AlertRuleTry.as_view(), name="alert_rule_try"),
    path(RULES + "<int:pk>/try/", tests.AlertRuleTryStored.as_view(), name="alert_rule_try_stored"),
    path(RULES + "<int:pk>/test/", tests.AlertRuleTest.as_view(), name="alert_rule_test"),
    path(RULES + "<int:pk>/test/<uuid:event_id>/", tests.AlertRuleTested.as_view(), name="alert_rule_tested"),
]
