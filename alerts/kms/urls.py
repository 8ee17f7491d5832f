"""Addresses of the KMS console: /kms/<region>/<menu entry>/<id>/<action>/."""

from django.urls import path, register_converter

from alerts.kms.addresses import LocalId
from alerts.kms.views import (
    alert_events,
    application_access,
    client_keys,
    index,
    instances,
    keys,
    secrets,
    synchronization,
)

register_converter(LocalId, "id")

INSTANCES = "<slug:region>/instances/"
INSTANCE = INSTANCES + "<id:local_id>/"
KEYS = "<slug:region>/keys/"
KEY = KEYS + "<id:local_id>/"
SECRETS = "<slug:region>/secrets/"
SECRET = SECRETS + "<id:local_id>/"
ACCESS = "<slug:region>/application-access/"
POINT = ACCESS + "<id:local_id>/"
CLIENT_KEY = ACCESS + "client-keys/<id:local_id>/"
SYNCHRONIZATION = "<slug:region>/synchronization/"
EVENTS = "<slug:region>/alert-events/"
REPLICA = SYNCHRONIZATION + "<int:pk>/"

app_name = "kms"
urlpatterns = [
    path("", index.ToDefaultRegion.as_view(), name="index"),
    path("<slug:region>/", index.ToInstances.as_view(), name="region"),
    path(INSTANCES, instances.Instances.as_view(), name="instances"),
    path(INSTANCES + "hardware/", instances.Instances.as_view(management="hardware"), name="instances_hardware"),
    path(INSTANCES + "external/", instances.Instances.as_view(management="external"), name="instances_external"),
    path(INSTANCES + "create/", instances.CreateInstance.as_view(), name="instance_create"),
    path(INSTANCE, instances.InstancePage.as_view(), name="instance"),
    path(INSTANCE + "change-quotas/", instances.ChangeQuotas.as_view(), name="instance_change_quotas"),
    path(INSTANCE + "record-usage/", instances.RecordUsage.as_view(), name="instance_record_usage"),
    path(KEYS, keys.Keys.as_view(), name="keys"),
    path(KEYS + "create/", keys.CreateKey.as_view(), name="key_create"),
    path(KEY, keys.KeyPage.as_view(), name="key"),
    path(KEY + "enable/", keys.Enable.as_view(), name="key_enable"),
    path(KEY + "disable/", keys.Disable.as_view(), name="key_disable"),
    path(KEY + "protect/", keys.Protect.as_view(), name="key_protect"),
    path(KEY + "unprotect/", keys.Unprotect.as_view(), name="key_unprotect"),
    path(KEY + "schedule-deletion/", keys.ScheduleDeletion.as_view(), name="key_schedule_deletion"),
    path(KEY + "cancel-deletion/", keys.CancelDeletion.as_view(), name="key_cancel_deletion"),
    path(SECRETS, secrets.Secrets.as_view(), name="secrets"),
    path(SECRETS + "create/", secrets.CreateSecret.as_view(), name="secret_create"),
    path(SECRET, secrets.SecretPage.as_view(), name="secret"),
    path(SECRET + "set-rotation/", secrets.SetRotation.as_view(), name="secret_set_rotation"),
    path(SECRET + "record-rotation/", secrets.RecordRotation.as_view(), name="secret_record_rotation"),
    path(SECRET + "schedule-deletion/", secrets.ScheduleDeletion.as_view(), name="secret_schedule_deletion"),
    path(SECRET + "delete/", secrets.Delete.as_view(), name="secret_delete"),
    path(SECRET + "restore/", secrets.Restore.as_view(), name="secret_restore"),
    path(ACCESS, application_access.AccessPoints.as_view(), name="accesspoints"),
    path(ACCESS + "create/", application_access.CreateAccessPoint.as_view(), name="accesspoint_create"),
    path(ACCESS + "client-keys/", client_keys.ClientKeys.as_view(), name="accesspoints_clientkeys"),
    path(CLIENT_KEY, client_keys.ClientKeyPage.as_view(), name="clientkey"),
    path(CLIENT_KEY + "change-validity/", client_keys.ChangeValidity.as_view(), name="clientkey_change_validity"),
    path(CLIENT_KEY + "delete/", client_keys.DeleteClientKey.as_view(), name="clientkey_delete"),
    path(POINT, application_access.AccessPointPage.as_view(), name="accesspoint"),
    path(POINT + "create-client-key/", client_keys.CreateClientKey.as_view(), name="accesspoint_create_clientkey"),
    path(POINT + "delete/", application_access.DeleteAccessPoint.as_view(), name="accesspoint_delete"),
    path(SYNCHRONIZATION, synchronization.Synchronizations.as_view(), name="synchronization"),
    path(SYNCHRONIZATION + "create/", synchronization.AddReplica.as_view(), name="synchronization_create"),
    path(REPLICA, synchronization.ReplicaPage.as_view(), name="replica"),
    path(REPLICA + "record/", synchronization.RecordSynchronization.as_view(), name="replica_record"),
    path(EVENTS, alert_events.AlertEvents.as_view(), name="alertevents"),
    path(EVENTS + "<uuid:event_id>/", alert_events.AlertEvent.as_view(), name="alertevents_event"),
]
