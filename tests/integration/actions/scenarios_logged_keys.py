"""Worlds for keys that a log shows and of which only the fingerprint is known."""

from __future__ import annotations

from typing import Any

from scenarios import Setup, World

from firedoor.inspection.secrets import fingerprint
from firedoor.inspection.signals import fingerprint_key


def logged_key(world: World) -> dict[str, Any]:
    """Two users with a key each; the second user's was seen, beside a key that nobody here has."""
    iam = world.client("iam")
    for user in ("another-bot", "deploy-bot"):
        iam.create_user(UserName=user)
        made = iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
    key = fingerprint_key(world.account().external_id)
    return {"fingerprints": [fingerprint("AKIA" + 16 * "Z", key), fingerprint(made, key)]}


SCENARIOS: dict[str, tuple[str, Setup]] = {"logged key": ("iam.deactivate_logged_key", logged_key)}
