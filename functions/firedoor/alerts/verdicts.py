"""The closed list of verdicts, and the one table of what each tells a person. Nothing else is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What an alert says first."""

    CONTAINED = "CONTAINED"
    NEEDS_APPROVAL = "NEEDS APPROVAL"
    NEEDS_YOU = "NEEDS YOU"
    WOULD_HAVE = "WOULD HAVE"
    FAILED = "FAILED"
    REVERTED = "REVERTED"
    STILL_HAPPENING = "STILL HAPPENING"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The words that go with a verdict. Every headline fits one line of a mail (78 columns)."""

    explanation: str
    """What the verdict means, for the documentation and the machine record."""
    headline: str
    """Is it stopped, and what must I do: the second line of the mail."""
    partly: str
    """The headline when some steps were done and some were not."""
    untouched: str
    """The headline when nothing was changed."""
    steps: str
    """The heading over the steps."""
    planned: str
    """What a step that was only planned is called."""


MEANINGS: dict[Verdict, Meaning] = {
    Verdict.CONTAINED: Meaning(
        explanation="The response ran, and its effect was read back from AWS.",
        headline="It is stopped. Check that this was right; one command undoes it.",
        partly="It is stopped, but not every step was needed or possible: see below.",
        untouched="Nothing had to be changed: it was already as it should be.",
        steps="WHAT WAS DONE",
        planned="Not done",
    ),
    Verdict.NEEDS_APPROVAL: Meaning(
        explanation="The plan is ready and waits for a person; nothing has changed yet.",
        headline="Nothing has changed yet. Approve or reject it",
        partly="Part of it is done, the rest waits. Approve or reject it",
        untouched="Nothing has changed yet. Approve or reject it",
        steps="WHAT WAITS FOR YOUR APPROVAL",
        planned="Waits",
    ),
    Verdict.NEEDS_YOU: Meaning(
        explanation="Firedoor will not go on by itself; a person has to act.",
        headline="Firedoor did what it could. A person must do the rest: see below.",
        partly="Only part of it was done. A person must do the rest: see below.",
        untouched="Nothing was changed. A person must act: see what to do next.",
        steps="WHAT FIREDOOR DID NOT DO",
        planned="For you to do",
    ),
    Verdict.WOULD_HAVE: Meaning(
        explanation="Shadow mode: the plan was made and written down, and nothing was changed.",
        headline="Nothing was changed: this is a rehearsal. It may still be going on.",
        partly="Nothing was changed: this is a rehearsal. It may still be going on.",
        untouched="Nothing was changed: this is a rehearsal. It may still be going on.",
        steps="WHAT WOULD HAVE BEEN DONE",
        planned="Would be done",
    ),
    Verdict.FAILED: Meaning(
        explanation="The response was started and did not come to its end.",
        headline="The response failed, so it may not be stopped. Act now.",
        partly="The response failed half way, so it may not be stopped. Act now.",
        untouched="The response failed and changed nothing. It is not stopped. Act now.",
        steps="WHAT WAS TRIED",
        planned="Not done",
    ),
    Verdict.REVERTED: Meaning(
        explanation="The response was undone, by a person or because its time was over.",
        headline="The response was undone: what it had closed is open again.",
        partly="The response was undone only in part: see what is still in place.",
        untouched="The response was undone: what it had closed is open again.",
        steps="WHAT WAS UNDONE",
        planned="Not done",
    ),
    Verdict.STILL_HAPPENING: Meaning(
        explanation="More events of the same case came after the first alert.",
        headline="It keeps coming although the response ran. Look for another way in.",
        partly="It keeps coming, and the response ran only in part. Look at it.",
        untouched="It keeps coming, and nothing was changed to stop it. Look at it.",
        steps="WHAT WAS DONE SO FAR",
        planned="Not done",
    ),
}
