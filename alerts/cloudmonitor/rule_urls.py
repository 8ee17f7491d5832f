"""Addresses of alert rules and of what belongs to them: versions and resource groups."""

from django.urls import path

from alerts.cloudmonitor.views import (
    alert_rule_changes,
    alert_rule_files,
    alert_rule_panel,
    alert_rule_versions,
    alert_rules,
    resource_groups,
)

RULES = "event-center/alert-rules/"
GROUPS = "event-center/resource-groups/"

urlpatterns = [
    path(RULES, alert_rules.AlertRules.as_view(), name="alert_rules"),
    path(RULES + "create/", alert_rule_panel.AlertRuleCreate.as_view(), name="alert_rule_create"),
    path(RULES + "change/", alert_rule_changes.AlertRulesChange.as_view(), name="alert_rules_change"),
    path(RULES + "export/", alert_rule_files.AlertRulesExport.as_view(), name="alert_rules_export"),
    path(RULES + "import/", alert_rule_files.AlertRulesImport.as_view(), name="alert_rules_import"),
    path(RULES + "hours/", alert_rule_panel.AlertRuleHours.as_view(), name="alert_rule_hours"),
    path(RULES + "<int:pk>/modify/", alert_rule_panel.AlertRuleModify.as_view(), name="alert_rule_modify"),
    path(RULES + "<int:pk>/enable/", alert_rule_changes.AlertRuleEnable.as_view(), name="alert_rule_enable"),
    path(RULES + "<int:pk>/disable/", alert_rule_changes.AlertRuleDisable.as_view(), name="alert_rule_disable"),
    path(RULES + "<int:pk>/delete/", alert_rule_changes.AlertRuleDelete.as_view(), name="alert_rule_delete"),
    path(RULES + "<int:pk>/versions/", alert_rule_versions.AlertRuleVersions.as_view(), name="alert_rule_versions"),
    path(
        RULES + "versions/<int:pk>/roll-back/",
        alert_rule_versions.RuleVersionRollBack.as_view(),
        name="rule_version_roll_back",
    ),
    path(GROUPS, resource_groups.ResourceGroups.as_view(), name="resource_groups"),
    path(GROUPS + "create/", resource_groups.ResourceGroupCreate.as_view(), name="resource_group_create"),
    path(GROUPS + "<int:pk>/modify/", resource_groups.ResourceGroupModify.as_view(), name="resource_group_modify"),
    path(GROUPS + "<int:pk>/delete/", resource_groups.ResourceGroupDelete.as_view(), name="resource_group_delete"),
]
