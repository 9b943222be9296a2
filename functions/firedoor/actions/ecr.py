"""Actions on ECR repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from firedoor.actions.setting import Call, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping


class ScanImages(Setting):
    """See ``summary``."""

    name = "ecr.scan_images_on_push"
    service = "ecr"
    iam = "ecr"
    parameter = "repository"
    noun = "repository"
    promise = "Scan images when they are pushed to {name}"
    arn = "repository/{name}"
    wanted: ClassVar[Mapping[str, Any]] = {"scanOnPush": True}
    reads = Call("DescribeRepositories", {"repositoryNames": ["{name}"]}, "repositories[0].imageScanningConfiguration")
    writes = Call("PutImageScanningConfiguration", {"repositoryName": "{name}"}, put="imageScanningConfiguration")
    gone = ("RepositoryNotFoundException",)
