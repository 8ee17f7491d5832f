"""Addresses under /account/."""

from django.urls import path

from alerts.administration.views import audit, members, own, switch, tokens

app_name = "accounts"
urlpatterns = [
    path("", members.Members.as_view(), name="administration"),
    path("members/add/", members.MemberAdd.as_view(), name="member_add"),
    path("members/<int:pk>/modify/", members.MemberModify.as_view(), name="member_modify"),
    path("members/<int:pk>/remove/", members.MemberRemove.as_view(), name="member_remove"),
    path("tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("tokens/create/", tokens.TokenCreate.as_view(), name="token_create"),
    path("tokens/<int:pk>/revoke/", tokens.TokenRevoke.as_view(), name="token_revoke"),
    path("audit/", audit.Audit.as_view(), name="audit"),
    path("settings/", own.Settings.as_view(), name="settings"),
    path("switch/", switch.SwitchAccount.as_view(), name="switch"),
]
