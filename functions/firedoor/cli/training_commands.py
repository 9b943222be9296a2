"""The command ``training-data``: buckets that are tagged as training data, held against the list in ``duties.yaml``.

Owns the comparison. A call does not tell the tags of its bucket, so the list is what the playbooks go by.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from firedoor.cli import library
from firedoor.cli.deployment import add_options, deployment_of
from firedoor.duties import TRAINING_TAG

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from firedoor.cli.deployment import Deployment


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    training = subparsers.add_parser(
        "training-data",
        help="which buckets are tagged as training data, and does duties.yaml know them?",
        description="Print the buckets of this account and region with the tag firedoor:data-class = training. What "
        "training_data in playbooks/duties.yaml does not name nothing watches, and it is exit code 1.",
    )
    training.add_argument("--json", action="store_true", help="print JSON")
    training.set_defaults(run=_training_data)
    add_options(training)
    library.add_option(training)


def _training_data(arguments: argparse.Namespace) -> int:
    listed = library.library_of(arguments).bundle.duties.training_data
    found = {bucket: _is_listed(bucket, listed) for bucket in sorted(_tagged(deployment_of(arguments)))}
    if arguments.json:
        print(json.dumps(found, indent=2))
    else:
        for bucket, known in found.items():
            print(f"{bucket} is {'listed' if known else 'missing: add it to training_data in playbooks/duties.yaml'}")
        print(f"{len(found)} tagged, {list(found.values()).count(False)} missing.")
    return 0 if all(found.values()) else 1


def _tagged(deployment: Deployment) -> Iterator[str]:
    client = deployment.session.client("resourcegroupstaggingapi")
    pages = client.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": TRAINING_TAG["key"], "Values": [TRAINING_TAG["value"]]}], ResourceTypeFilters=["s3"]
    )
    for page in pages:
        yield from (entry["ResourceARN"].rpartition(":")[2] for entry in page["ResourceTagMappingList"])


def _is_listed(bucket: str, listed: Iterable[str]) -> bool:
    return any(fnmatchcase(bucket, entry.partition("/")[0]) for entry in listed)
