"""Addresses under /account/."""

from django.urls import path

from alerts.administration.views import access_key_changes, access_keys, audit, members, own, switch, tokens

app_name = "accounts"
urlpatterns = [
    path("", members.Members.as_view(), name="administration"),
    path("members/add/", members.MemberAdd.as_view(), name="member_add"),
    path("members/<int:pk>/modify/", members.MemberModify.as_view(), name="member_modify"),
    path("members/<int:pk>/remove/", members.MemberRemove.as_view(), name="member_remove"),
    path("tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("tokens/create/", tokens.TokenCreate.as_view(), name="token_create"),
    path("tokens/<int:pk>/revoke/", tokens.TokenRevoke.as_view(), name="token_revoke"),
    path("access-keys/", access_keys.AccessKeys.as_view(), name="access_keys"),
    path("access-keys/create/", access_key_changes.AccessKeyCreate.as_view(), name="access_key_create"),
    path("access-keys/<int:pk>/modify/", access_key_changes.AccessKeyModify.as_view(), name="access_key_modify"),
    path("access-keys/<int:pk>/rotate/", access_key_changes.AccessKeyRotate.as_view(), name="access_key_rotate"),
    path("access-keys/<int:pk>/disable/", access_key_changes.AccessKeyDisable.as_view(), name="access_key_disable"),
    path("access-keys/<int:pk>/enable/", access_key_changes.AccessKeyEnable.as_view(), name="access_key_enable"),
    path("access-keys/<int:pk>/delete/", access_key_changes.AccessKeyDelete.as_view(), name="access_key_delete"),
    path("audit/", audit.Audit.as_view(), name="audit"),
    path("settings/", own.Settings.as_view(), name="settings"),
    path("switch/", switch.SwitchAccount.as_view(), name="switch"),
]
