"""One-time EventBridge Scheduler schedules: all waiting (approval, revert, digest) is one that carries a case id."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from firedoor.settings import Settings


class Schedules:
    """The stack's schedule group."""

    def __init__(self, scheduler: Any, settings: Settings) -> None:
        """``scheduler`` is a boto3 EventBridge Scheduler client."""
        self._scheduler = scheduler
        self._settings = settings

    def at(self, when: datetime, timer: str, case_id: str, number: int) -> None:
        """Have ``timer`` called at ``when`` for one occurrence; asking twice makes one schedule.

        ``timer`` is approval, revert or digest. The schedule deletes itself once it has run.
        """
        try:
            self._scheduler.create_schedule(
                Name=f"{timer}-{case_id}-{number}",
                GroupName=self._settings.schedule_group,
                ScheduleExpression=f"at({when.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": self._settings.timer_arn,
                    "RoleArn": self._settings.schedule_role_arn,
                    "Input": json.dumps({"timer": timer, "case_id": case_id, "occurrence": number}),
                },
            )
        except self._scheduler.exceptions.ConflictException:
            return
