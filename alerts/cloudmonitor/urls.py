"""Addresses of the CloudMonitor console."""

from django.urls import path

from alerts.cloudmonitor import check_urls, rule_urls
from alerts.cloudmonitor.views import (
    catalogue,
    contact_changes,
    contact_details,
    contact_groups,
    contact_tests,
    contacts,
    history,
    outbox,
    system_events,
)

app_name = "cloudmonitor"
urlpatterns = [
    *rule_urls.urlpatterns,
    *check_urls.urlpatterns,
    path("event-center/system-events/", system_events.SystemEvents.as_view(), name="system_events"),
    path(
        "event-center/system-events/<uuid:event_id>/", system_events.SystemEventDetails.as_view(), name="system_event"
    ),
    path("alerts/contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("alerts/contacts/create/", contact_changes.ContactCreate.as_view(), name="contact_create"),
    path("alerts/contacts/add-to-group/", contact_changes.ContactsAddToGroup.as_view(), name="contacts_add_to_group"),
    path("alerts/contacts/<int:pk>/", contact_details.ContactDetails.as_view(), name="contact"),
    path("alerts/contacts/addresses/<int:pk>/ask/", contact_tests.AddressAsk.as_view(), name="address_ask"),
    path("alerts/contacts/addresses/<int:pk>/test/", contact_tests.AddressTest.as_view(), name="address_test"),
    path(
        "alerts/history/<int:pk>/progress/", contact_tests.NotificationProgress.as_view(), name="notification_progress"
    ),
    path("alerts/contacts/<int:pk>/modify/", contact_changes.ContactModify.as_view(), name="contact_modify"),
    path("alerts/contacts/<int:pk>/delete/", contact_changes.ContactDelete.as_view(), name="contact_delete"),
    path("alerts/contact-groups/", contact_groups.ContactGroups.as_view(), name="contact_groups"),
    path("alerts/contact-groups/create/", contact_groups.ContactGroupCreate.as_view(), name="contact_group_create"),
    path(
        "alerts/contact-groups/<int:pk>/modify/",
        contact_groups.ContactGroupModify.as_view(),
        name="contact_group_modify",
    ),
    path(
        "alerts/contact-groups/<int:pk>/delete/",
        contact_groups.ContactGroupDelete.as_view(),
        name="contact_group_delete",
    ),
    path("alerts/history/", history.History.as_view(), name="history"),
    path("alerts/history/decisions/", history.Decisions.as_view(), name="decisions"),
    path("alerts/history/<int:pk>/", history.Message.as_view(), name="notification"),
    path("alerts/outbox/", outbox.Outbox.as_view(), name="outbox"),
    path("alerts/outbox/<int:pk>/", outbox.OutboxMessage.as_view(), name="outbox_message"),
    path("help/events/", catalogue.EventCatalogue.as_view(), name="event_catalogue"),
]
