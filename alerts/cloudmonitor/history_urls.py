"""Addresses of messages: history, outbox, destinations, wording; `urls` puts them among those of the console."""

from django.urls import path

from alerts.cloudmonitor.views import contact_tests, destinations, history, message_texts, outbox, resending

HISTORY = "alerts/history/"

urlpatterns = [
    path(HISTORY, history.History.as_view(), name="history"),
    path(HISTORY + "decisions/", history.Decisions.as_view(), name="decisions"),
    path(HISTORY + "resend-failed/", resending.ResendFailed.as_view(), name="history_resend_failed"),
    path(HISTORY + "<int:pk>/", history.Message.as_view(), name="notification"),
    path(HISTORY + "<int:pk>/progress/", contact_tests.NotificationProgress.as_view(), name="notification_progress"),
    path(HISTORY + "<int:pk>/resend/", resending.Resend.as_view(), name="notification_resend"),
    path("alerts/destinations/", destinations.Destinations.as_view(), name="destinations"),
    path("alerts/destinations/<int:pk>/resume/", destinations.DestinationResume.as_view(), name="destination_resume"),
    path("alerts/message-texts/", message_texts.MessageTexts.as_view(), name="message_texts"),
    path("alerts/message-texts/<str:kind>/<str:language>/", message_texts.MessageText.as_view(), name="message_text"),
    path("alerts/outbox/", outbox.Outbox.as_view(), name="outbox"),
    path("alerts/outbox/<int:pk>/", outbox.OutboxMessage.as_view(), name="outbox_message"),
]
