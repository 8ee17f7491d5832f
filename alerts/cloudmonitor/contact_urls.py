"""Addresses of alert contacts, their addresses and their groups; `urls` puts them among those of the console."""

from django.urls import path

from alerts.cloudmonitor.views import (
    contact_batch,
    contact_changes,
    contact_details,
    contact_groups,
    contact_tests,
    contacts,
)

urlpatterns = [
    path("alerts/contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("alerts/contacts/create/", contact_changes.ContactCreate.as_view(), name="contact_create"),
    path(
        "alerts/contacts/create-several/", contact_batch.ContactsCreateSeveral.as_view(), name="contacts_create_several"
    ),
    path("alerts/contacts/add-to-group/", contact_changes.ContactsAddToGroup.as_view(), name="contacts_add_to_group"),
    path("alerts/contacts/<int:pk>/", contact_details.ContactDetails.as_view(), name="contact"),
    path("alerts/contacts/addresses/<int:pk>/ask/", contact_tests.AddressAsk.as_view(), name="address_ask"),
    path("alerts/contacts/addresses/<int:pk>/resume/", contact_tests.AddressResume.as_view(), name="address_resume"),
    path("alerts/contacts/addresses/<int:pk>/test/", contact_tests.AddressTest.as_view(), name="address_test"),
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
]
