"""The emulated account that every action's test starts in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws
from scenarios import World

from firedoor.cli.moto_gaps import _own_groups_of_interfaces


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Give an empty account."""
    for name, value in (("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws(), _own_groups_of_interfaces():
        yield World()
