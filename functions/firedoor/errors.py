"""Every error Firedoor raises on purpose. Each message says what is wrong, where, and what to write instead.

    FiredoorError
    ├── EventError            the input is not an event that can be handled
    ├── PlaybookError         a playbook, exclusion or protection file is wrong (file:line)
    ├── SettingsError         an environment variable or SSM parameter is missing or wrong
    ├── Refused               a plan, decision or undo that must not go on; the reason is for a person
    │   └── Drifted           the resource is no longer in the state that we left
    └── Retry                 a passing fault: put the message back and try again later

Botocore's own errors pass through the actions unchanged; ``response`` turns them into one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class FiredoorError(Exception):
    """Base of every error that Firedoor raises on purpose."""


class EventError(FiredoorError):
    """The input cannot be read as an event; it goes to a person or to the dead-letter queue, never to an action."""


class PlaybookError(FiredoorError):
    """A file in ``playbooks/`` is wrong. The message carries one line per mistake, each with file and line."""


class SettingsError(FiredoorError):
    """Configuration is missing or has the wrong form."""


class Refused(FiredoorError):
    """Firedoor will not do this. ``str(error)`` is the reason, in a sentence for a person."""


class Drifted(Refused):
    """The resource was changed since Firedoor touched it, so an undo would overwrite somebody's work.

    ``left`` is the state that Firedoor left behind and ``now`` what is there, both in the shape of ``Change.after``.
    """

    def __init__(self, target: str, left: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """Keep both states, so that the difference can be shown."""
        super().__init__(f"{target} was changed since Firedoor touched it; nothing was put back.")
        self.target = target
        self.left = dict(left)
        self.now = dict(now)


class Retry(FiredoorError):
    """A fault that may pass (a throttle, a service error): the message goes back to its queue."""
