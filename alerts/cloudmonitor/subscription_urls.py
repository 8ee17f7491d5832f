"""Addresses of Event Subscription: policies, push channels, notification configurations, tests; and of digests."""

from django.urls import path

from alerts.cloudmonitor.views import (
    group_digests,
    notification_configurations,
    push_channels,
    subscription_backtests,
    subscription_policies,
    subscription_policy_changes,
    subscription_policy_form,
    subscription_policy_versions,
    subscription_tests,
)

HERE = "event-center/event-subscription/"
POLICIES, PUSH, CONFIGURATIONS = f"{HERE}policies/", f"{HERE}push-channels/", f"{HERE}notification-configurations/"
policies, changes, versions = subscription_policies, subscription_policy_changes, subscription_policy_versions
form, configurations = subscription_policy_form, notification_configurations

urlpatterns = [
    path(POLICIES, policies.SubscriptionPolicies.as_view(), name="subscription_policies"),
    path(POLICIES + "create/", form.SubscriptionPolicyCreate.as_view(), name="subscription_policy_create"),
    path(POLICIES + "change/", changes.SubscriptionPoliciesChange.as_view(), name="subscription_policies_change"),
    path(
        POLICIES + "backtest/",
        subscription_backtests.SubscriptionPolicyBacktest.as_view(),
        name="subscription_policy_backtest",
    ),
    path(
        POLICIES + "<int:pk>/backtest/",
        subscription_backtests.SubscriptionPolicyBacktestStored.as_view(),
        name="subscription_policy_backtest_stored",
    ),
    path(POLICIES + "words/", form.SubscriptionPolicyWords.as_view(), name="subscription_policy_words"),
    path(POLICIES + "<int:pk>/", policies.SubscriptionPolicyDetails.as_view(), name="subscription_policy"),
    path(POLICIES + "<int:pk>/modify/", form.SubscriptionPolicyModify.as_view(), name="subscription_policy_modify"),
    path(POLICIES + "<int:pk>/enable/", changes.SubscriptionPolicyEnable.as_view(), name="subscription_policy_enable"),
    path(
        POLICIES + "<int:pk>/disable/", changes.SubscriptionPolicyDisable.as_view(), name="subscription_policy_disable"
    ),
    path(POLICIES + "<int:pk>/delete/", changes.SubscriptionPolicyDelete.as_view(), name="subscription_policy_delete"),
    path(
        POLICIES + "<int:pk>/versions/",
        versions.SubscriptionPolicyVersions.as_view(),
        name="subscription_policy_versions",
    ),
    path(
        POLICIES + "versions/<int:pk>/roll-back/",
        versions.PolicyVersionRollBack.as_view(),
        name="policy_version_roll_back",
    ),
    path(HERE + "test/", subscription_tests.EventSubscriptionTest.as_view(), name="event_subscription_test"),
    path(
        HERE + "test/<uuid:event_id>/",
        subscription_tests.EventSubscriptionTested.as_view(),
        name="event_subscription_tested",
    ),
    path(PUSH, push_channels.PushChannels.as_view(), name="push_channels"),
    path(PUSH + "create/", push_channels.PushChannelCreate.as_view(), name="push_channel_create"),
    path(PUSH + "<int:pk>/modify/", push_channels.PushChannelModify.as_view(), name="push_channel_modify"),
    path(PUSH + "<int:pk>/delete/", push_channels.PushChannelDelete.as_view(), name="push_channel_delete"),
    path(PUSH + "<int:pk>/test/", push_channels.PushChannelTest.as_view(), name="push_channel_test"),
    path(CONFIGURATIONS, configurations.NotificationConfigurations.as_view(), name="notification_configurations"),
    path(
        CONFIGURATIONS + "create/",
        configurations.NotificationConfigurationCreate.as_view(),
        name="notification_configuration_create",
    ),
    path(
        CONFIGURATIONS + "<int:pk>/modify/",
        configurations.NotificationConfigurationModify.as_view(),
        name="notification_configuration_modify",
    ),
    path(
        CONFIGURATIONS + "<int:pk>/delete/",
        configurations.NotificationConfigurationDelete.as_view(),
        name="notification_configuration_delete",
    ),
    path(
        "alerts/contact-groups/<int:pk>/digest/",
        group_digests.ContactGroupDigest.as_view(),
        name="contact_group_digest",
    ),
]
