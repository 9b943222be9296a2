"""Actions on Systems Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnshareDocument(Setting):
    """See ``summary``. Accounts that it is shared with by their number keep it."""

    name = "ssm.unshare_document"
    service = iam = "ssm"
    parameter = "document"
    noun = "document"
    promise = "Share {name} with everybody no longer"
    arn = "document/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"shared_with_all": False}
    reads = Call(
        "DescribeDocumentPermission",
        {"Name": "{name}", "PermissionType": "Share"},
        "{shared_with_all: contains(AccountIds, 'all')}",
    )
    writes = Call(
        "ModifyDocumentPermission",
        {"Name": "{name}", "PermissionType": "Share", "AccountIdsToRemove": ["all"]},
        put=None,
    )
    clears = Call("ModifyDocumentPermission", {"Name": "{name}", "PermissionType": "Share", "AccountIdsToAdd": ["all"]})
    gone = ("InvalidDocument",)


class BlockPublicDocuments(Setting):
    """See ``summary``. Documents that are shared already stay shared."""

    name = "ssm.block_public_documents"
    service = iam = "ssm"
    noun = "region"
    promise = "Let no document be shared with everybody"
    arn = "servicesetting/ssm/documents/console/public-sharing-permission"
    wanted: ClassVar[Mapping[str, Any]] = {"SettingValue": "Disable"}
    reads = Call(
        "GetServiceSetting",
        {"SettingId": "/ssm/documents/console/public-sharing-permission"},
        "ServiceSetting.{SettingValue: SettingValue}",
    )
    writes = Call("UpdateServiceSetting", {"SettingId": "/ssm/documents/console/public-sharing-permission"})
