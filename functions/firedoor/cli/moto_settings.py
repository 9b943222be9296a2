"""Calls that moto lacks and that settings need: one value of one resource each, written where moto keeps it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from firedoor.cli.moto_answers import Answers, answering

PUBLIC_SHARING = "/ssm/documents/console/public-sharing-permission"

SERVICE_SETTINGS: dict[tuple[str, str], str] = {}
"""(account, region) → the value of ``PUBLIC_SHARING``, which is ``Enable`` until somebody changes it."""


@contextlib.contextmanager
def settings_known() -> Iterator[None]:
    """Add the calls; what they say is in the API reference of each service."""
    from moto.athena.responses import AthenaResponse
    from moto.cloudformation.responses import CloudFormationResponse
    from moto.elasticache.responses import ElastiCacheResponse
    from moto.macie2.models import MacieBackend
    from moto.s3.responses import S3Response
    from moto.ssm.responses import SimpleSystemManagerResponse

    answers: Mapping[type, Answers] = {
        AthenaResponse: {"update_work_group": _update_work_group},
        CloudFormationResponse: {"update_termination_protection": _update_termination_protection},
        ElastiCacheResponse: {"modify_cache_cluster": _modify_cache_cluster},
        SimpleSystemManagerResponse: {
            "get_service_setting": _get_service_setting,
            "update_service_setting": _update_service_setting,
        },
        MacieBackend: {"get_macie_session": _session(MacieBackend)},
        S3Response: {"get_bucket_notification": _notification(S3Response)},
    }
    with answering(answers, SERVICE_SETTINGS):
        yield


def _session(backend: Any) -> Callable[[Any], Any]:
    """Return ``GetMacieSession`` as AWS answers it where Macie is off: denied, with the reason in the message."""
    from moto.core.exceptions import JsonRESTError

    original = backend.get_macie_session

    def get(self: Any) -> Any:
        if not self.macie_session:
            raise JsonRESTError("AccessDeniedException", "Macie is not enabled")
        return original(self)

    return get


def _notification(responses: Any) -> Callable[[Any], Any]:
    """Return ``GetBucketNotificationConfiguration`` that tells also of EventBridge, which moto keeps and leaves out."""
    from moto.core.responses import ActionResult

    original = responses.get_bucket_notification

    def get(self: Any) -> Any:
        found = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if not found or found.event_bridge is None or found.topic or found.queue or found.cloud_function:
            return original(self)
        self.data["Action"] = "GetBucketNotificationConfiguration"
        return self.serialized(ActionResult({"EventBridgeConfiguration": {}}))

    return get


def _update_work_group(response: Any) -> str:
    group = response.athena_backend.work_groups[response._get_param("WorkGroup")]
    group.configuration.update(response._get_param("ConfigurationUpdates"))
    return "{}"


def _update_termination_protection(response: Any) -> Any:
    from moto.core.responses import ActionResult

    stack = response.cloudformation_backend.get_stack(response._get_param("StackName"))
    stack.enable_termination_protection = response._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


def _modify_cache_cluster(response: Any) -> Any:
    from moto.core.responses import ActionResult

    cluster = response.elasticache_backend.cache_clusters[response._get_param("CacheClusterId")]
    upgrade, days = response._get_bool_param("AutoMinorVersionUpgrade"), response._get_param("SnapshotRetentionLimit")
    if upgrade is not None:
        cluster.auto_minor_version_upgrade = upgrade
    if days is not None:
        cluster.snapshot_retention_limit = int(days)
    return ActionResult({"CacheCluster": cluster})


def _place(response: Any) -> tuple[str, str]:
    return response.current_account, response.region


def _get_service_setting(response: Any) -> Any:
    from moto.core.responses import ActionResult

    value = SERVICE_SETTINGS.get(_place(response), "Enable")
    return ActionResult({"ServiceSetting": {"SettingId": PUBLIC_SHARING, "SettingValue": value}})


def _update_service_setting(response: Any) -> Any:
    from moto.core.responses import EmptyResult

    SERVICE_SETTINGS[_place(response)] = response._get_param("SettingValue")
    return EmptyResult()
