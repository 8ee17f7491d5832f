"""The actions of CloudMonitor, CMS 2019-01-01. To add one: a function in the module of its subject, and a line here."""

from alerts.openapi.actions import CMS_VERSION, Action
from alerts.openapi.cms import alert_logs, contact_groups, contacts, dry_run, rules, system_events, targets

V = CMS_VERSION
DENIED = "InvalidAuthorization"  # the code of what puts contacts
CMS: tuple[Action, ...] = (
    Action("DescribeSystemEventMetaList", V, system_events.meta_list),
    Action("DescribeSystemEventAttribute", V, system_events.attribute),
    Action("DescribeSystemEventCount", V, system_events.count),
    Action("DescribeSystemEventHistogram", V, system_events.histogram),
    Action("SendDryRunSystemEvent", V, dry_run.send, changes=True, subject="EventName"),
    Action("PutEventRule", V, rules.put, changes=True, subject="RuleName"),
    Action("PutEventRuleTargets", V, targets.put, changes=True, subject="RuleName"),
    Action("DeleteEventRules", V, rules.delete, changes=True, subject="RuleNames"),
    Action("DeleteEventRuleTargets", V, targets.delete, changes=True, subject="RuleName"),
    Action("EnableEventRules", V, rules.enable, changes=True, subject="RuleNames"),
    Action("DisableEventRules", V, rules.disable, changes=True, subject="RuleNames"),
    Action("DescribeEventRuleAttribute", V, rules.attribute),
    Action("DescribeEventRuleList", V, rules.rule_list),
    Action("DescribeEventRuleTargetList", V, targets.target_list),
    Action("PutContact", V, contacts.put, changes=True, subject="ContactName", forbidden=DENIED),
    Action("PutContactGroup", V, contact_groups.put, changes=True, subject="ContactGroupName", forbidden=DENIED),
    Action("DeleteContact", V, contacts.delete, changes=True, subject="ContactName"),
    Action("DeleteContactGroup", V, contact_groups.delete, changes=True, subject="ContactGroupName"),
    Action("DescribeContactList", V, contacts.contact_list),
    Action("DescribeContactListByContactGroup", V, contacts.by_group),
    Action("DescribeContactGroupList", V, contact_groups.group_list),
    Action("DescribeAlertLogList", V, alert_logs.log_list),
    Action("DescribeAlertLogCount", V, alert_logs.count),
    Action("DescribeAlertLogHistogram", V, alert_logs.histogram),
)
