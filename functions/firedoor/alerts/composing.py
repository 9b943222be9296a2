"""From a case to an alert: which words, which steps, which commands. Pure; knows no medium.

Owns filling in the playbook's texts and everything that is cut. Does not own how it looks (``mail``, ``chat``,
``page``, ``records``) nor where it goes (``delivery``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from firedoor.actions import approvers_needed
from firedoor.alerts import commands
from firedoor.alerts.alert import Alert, ChangeLine, Related, Repeats, StepLine
from firedoor.alerts.exclusions import exclusion
from firedoor.alerts.links import console_links, is_region
from firedoor.alerts.text import WIDTH, cap, clean, mask
from firedoor.alerts.times import clock, duration
from firedoor.alerts.verdicts import MEANINGS, Verdict
from firedoor.case import Case, Occurrence, State
from firedoor.errors import FiredoorError, Refused
from firedoor.plans import Change, Json, StepResult, StepStatus
from firedoor.playbooks import Mode, Playbook, Severity

UNKNOWN = "unknown"
_TITLE, _SENTENCE, _STEP_TEXT, _NAME_LIMIT, _ARN_LIMIT = 100, 700, 400, 80, 300
_VALUE = 120
_NEXT_STEPS, _STEPS, _CHANGES, _DIFFERENCES = 6, 8, 5, 6
_COMMANDS, _RELATED, _EVIDENCE, _SOURCES, _LISTED = 12, 8, 8, 10, 5

_PLACEHOLDER = re.compile(r"(?P<exact>(?:=|--[a-z-]+) ?['\"]?)?\{(?P<name>[a-z_][a-z0-9_]*)\}")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:(.+)", re.DOTALL)
_MODEL = re.compile(r"(?:[a-z-]{2,8}\.)?[a-z0-9]+\.([a-z0-9.-]+?)(?:-\d{8})?-v\d+(?::\w+)*")
"""Bedrock's id of a model, as ``eu.anthropic.claude-haiku-4-5-20251001-v1:0``, and what people call it."""
_LABELS = {
    StepStatus.DONE: "Done",
    StepStatus.NOT_NEEDED: "Not needed",
    StepStatus.SKIPPED: "Skipped",
    StepStatus.REFUSED: "Refused",
    StepStatus.FAILED: "FAILED",
    StepStatus.ROLLED_BACK: "Failed, put back",
    StepStatus.UNDONE: "Undone",
}
_COMMAND_FAULTS = (FiredoorError, NotImplementedError, LookupError, TypeError, ValueError, AttributeError)
"""What an action's commands may raise on a record of another version; an alert never fails over them."""


def compose(
    playbook: Playbook,
    case: Case,
    occurrence: Occurrence,
    verdict: Verdict,
    *,
    now: datetime,
    account_name: str | None,
    related: Sequence[Related],
    evidence: Sequence[str],
) -> Alert:
    """Return the alert about one occurrence.

    ``now`` is when people are told (UTC, aware). ``evidence`` are ``s3://`` addresses of our own bucket.
    Texts of the event are filled into the playbook's sentences once; a name without a value reads "unknown".
    """
    facts = occurrence.facts
    steps, notes = _steps(occurrence, verdict, now)
    apply, apply_notes = _apply_commands(occurrence)
    undo, undo_notes = _undo_commands(occurrence.steps, facts.region)
    shown_evidence = [clean_address(address) for address in evidence]
    return Alert(
        case_id=clean(case.id, _NAME_LIMIT),
        occurrence=occurrence.number,
        event_id=clean(occurrence.event_id, _NAME_LIMIT * 2),
        finding_id=clean(facts.finding_id, _ARN_LIMIT),
        playbook=playbook.id,
        playbook_title=clean(playbook.title, _TITLE),
        mode=str(occurrence.mode if occurrence.decided is None else occurrence.decided),
        asked_mode=str(playbook.mode),
        owner=clean(case.owner, _NAME_LIMIT) or UNKNOWN,
        verdict=verdict,
        severity=case.severity,
        title=_title(playbook, occurrence),
        headline=_headline(verdict, occurrence, case.severity, now),
        summary=fill_text(playbook.alert.summary, occurrence.extracted, _SENTENCE),
        # The headline and the section on deciding say already that it waits, and until when.
        reason="" if verdict is Verdict.NEEDS_APPROVAL else clean(occurrence.reason, _STEP_TEXT),
        decision=_decision(occurrence),
        steps=steps,
        next_steps=tuple(
            fill_text(step, occurrence.extracted, _STEP_TEXT) for step in playbook.alert.next_steps[:_NEXT_STEPS]
        ),
        apply_commands=apply,
        decide_until=_decide_until(playbook, occurrence, now) if verdict is Verdict.NEEDS_APPROVAL else None,
        approvers=approvers_needed(occurrence.steps) if verdict is Verdict.NEEDS_APPROVAL else 0,
        otherwise=_OTHERWISE[playbook.approval_otherwise is Mode.AUTO] if verdict is Verdict.NEEDS_APPROVAL else "",
        undoable=verdict is not Verdict.REVERTED and any(step.stands for step in occurrence.steps),
        undo_commands=undo if verdict is not Verdict.REVERTED else (),
        account=case.account,
        account_name=clean(account_name, _NAME_LIMIT),
        region=clean(facts.region, _NAME_LIMIT) or UNKNOWN,
        actor=clean(facts.actor, _ARN_LIMIT) or UNKNOWN,
        source_ip=clean(facts.source_ip, _NAME_LIMIT) or UNKNOWN,
        target=_target(_raw_target(occurrence)),
        happened=facts.time,
        told=now,
        opened=case.opened,
        count=case.count,
        related=tuple(
            Related(clean(other.case_id, _NAME_LIMIT), clean(other.title, _TITLE), clean(other.state, _NAME_LIMIT))
            for other in related[:_RELATED]
        ),
        evidence=tuple(shown_evidence[:_EVIDENCE]),
        links=console_links(facts.region, _sources(playbook), *_ids(occurrence)),
        exclusion=exclusion(playbook, facts, now.date()),
        notes=(
            *notes,
            *apply_notes,
            *(undo_notes if verdict is not Verdict.REVERTED else ()),
            *_more(len(related) - _RELATED, "related case is", "related cases are", case.id),
            *_more(len(evidence) - _EVIDENCE, "piece of evidence is", "pieces of evidence are", case.id),
        ),
    )


def compose_digest(
    playbook: Playbook,
    case: Case,
    *,
    now: datetime,
    account_name: str | None,
    related: Sequence[Related] = (),
    evidence: Sequence[str] = (),
) -> Alert:
    """Return the one STILL HAPPENING alert about everything that came after a case's first alert.

    ``case`` comes from ``Cases.get``, so that it holds its occurrences.

    Raises:
        Refused: The case holds no occurrence, or nothing came after the first.
    """
    later = [occurrence for occurrence in case.occurrences if occurrence.number > 1]
    if not later:
        raise Refused(f"Nothing came after the first alert of case {case.id}; there is nothing to tell.")
    told = max(later, key=lambda occurrence: (bool(occurrence.steps), occurrence.number))
    alert = compose(
        playbook,
        case,
        told,
        Verdict.STILL_HAPPENING,
        now=now,
        account_name=account_name,
        related=related,
        evidence=evidence,
    )
    repeats = _repeats(case, later)
    times = f"{repeats.count} time{'' if repeats.count == 1 else 's'}"
    ago = duration(now - repeats.last)
    ending = _DIGEST_ENDINGS[told.state is State.CONTAINED]
    return replace(alert, headline=cap(f"Came back {times}, last {ago} ago. {ending}", WIDTH), repeats=repeats)


_DIGEST_ENDINGS = {True: "Look for another way in.", False: "It is not stopped."}


def _repeats(case: Case, later: Sequence[Occurrence]) -> Repeats:
    times = [occurrence.facts.time for occurrence in later]
    sources = list(dict.fromkeys(clean(each.facts.source_ip, _NAME_LIMIT) for each in later if each.facts.source_ip))
    return Repeats(
        count=max(case.count - 1, len(later)),
        first=min(times),
        last=max(times),
        sources=tuple(sources[:_SOURCES]),
        more_sources=max(0, len(sources) - _SOURCES),
    )


# --- texts


def _title(playbook: Playbook, occurrence: Occurrence) -> str:
    return fill_text(playbook.alert.title, occurrence.extracted, _TITLE) or clean(playbook.title, _TITLE)


def fill_text(text: str, values: Json, limit: int = _SENTENCE) -> str:
    """Fill a playbook's text in one pass from extracted values and facts, cleaned and capped for any medium.

    After ``=`` a value is what a person searches for, and after an option what they paste, so an ARN stays whole.
    """
    filled = _PLACEHOLDER.sub(
        lambda found: (found["exact"] or "") + _fill(values.get(found["name"]), found["exact"] or ""),
        " ".join(text.split()),
    )
    return cap(mask(filled), limit)


def _fill(value: Any, before: str) -> str:
    """Say a value after ``=`` or an option as it is; what a shell would act on is left out of a command."""
    said = _said(value, exact=bool(before))
    return "…" if before.startswith("--") and not _PASTED.fullmatch(said) else said


_PASTED = re.compile(r"[\w+=,.@:/\[\]…-]+")


def _said(value: Any, exact: bool) -> str:
    """Say a value in a sentence: lists joined, ARNs by their names unless ``exact``."""
    if value is None or value in ("", [], {}):
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return _listed([_said(member, exact) for member in value])
    if isinstance(value, Mapping):
        return clean(json.dumps(value, ensure_ascii=False, default=str), _VALUE)
    limit = _ARN_LIMIT if exact else _VALUE
    return clean(value if exact else short_name(str(value)), limit) or UNKNOWN


def _listed(members: Sequence[str]) -> str:
    shown = list(dict.fromkeys(members))
    if len(shown) > _LISTED:
        return f"{', '.join(shown[:_LISTED])} and {len(shown) - _LISTED} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def short_name(arn: str) -> str:
    """Return how a person calls what an ARN or a model's id names; other texts stay as they are."""
    found = _ARN.fullmatch(arn)
    if not found:
        model = _MODEL.fullmatch(arn)
        return model[1] if model else arn
    kind, _, path = found[1].partition("/")
    if kind == "root":
        return "the root user"
    if kind == "assumed-role":
        role, _, session = path.partition("/")
        # Identity Center names the session after the person.
        return session if role.startswith("AWSReservedSSO_") and session else f"{role} (session {session})"
    return path.rpartition("/")[2] if kind in ("user", "role") and path else found[1]


def _raw_target(occurrence: Occurrence) -> str | None:
    """Return what it was done to: CloudTrail often does not say, but a plan to put it right does.

    A plan against whoever did it says nothing of that.
    """
    if occurrence.facts.target:
        return occurrence.facts.target
    doer = (occurrence.facts.actor or "").split("/")
    planned = (change.target for step in occurrence.steps for change in step.changes)
    return next((target for target in planned if target.rpartition("/")[2] not in doer), None)


def _target(target: str | None) -> str:
    shown = clean(target, _ARN_LIMIT)
    return f"access key {shown}" if len(shown) == _MASKED_KEY and shown.startswith("…") else shown or UNKNOWN


_MASKED_KEY = len("…MPLE")


def clean_address(address: str) -> str:
    """Return an ``s3://`` address of our own bucket, checked like any other text."""
    return clean(address, _ARN_LIMIT)


def _decision(occurrence: Occurrence) -> str:
    if not occurrence.decisions:
        return ""
    last = occurrence.decisions[-1]
    verb = _DECIDED.get(str(last.get("decision")), "Decided")
    why = clean(last.get("why"), _STEP_TEXT)
    by = clean(short_name(str(last.get("by") or "")), _VALUE) or "somebody unknown"
    return f"{verb} by {by}{'' if last.get('verified', True) else ' (not verified)'}{f': {why}' if why else '.'}"


_DECIDED = {"approve": "Approved", "reject": "Rejected", "undo": "Undone"}


# --- headline


_OTHERWISE = {
    True: "If nobody decides, it is carried out.",
    False: "If nobody decides, nothing is changed and you are told again.",
}


def _headline(verdict: Verdict, occurrence: Occurrence, severity: Severity, now: datetime) -> str:
    meaning = MEANINGS[verdict]
    changed = [step for step in occurrence.steps if step.stands]
    open_steps = [step for step in occurrence.steps if step.status not in _SETTLED]
    if verdict is Verdict.REVERTED:
        return meaning.partly if changed else meaning.headline
    ends = _ends(occurrence, now)
    if verdict is Verdict.CONTAINED and not open_steps and ends and all(step.revert_after for step in changed):
        return f"It is stopped. This ends by itself at {clock(ends, now)}; see to it by then."
    chosen = meaning.untouched if not changed else meaning.partly if open_steps else meaning.headline
    if verdict is Verdict.NEEDS_APPROVAL:
        until = occurrence.asked_until
        return f"{chosen} by {clock(until, now)}." if until else f"{chosen}."
    if severity >= Severity.HIGH:
        return chosen.replace("must act:", "must act now:")
    return chosen.replace("A person must act:", "No hurry:") if severity <= Severity.LOW else chosen


_SETTLED = frozenset(
    {StepStatus.DONE, StepStatus.NOT_NEEDED, StepStatus.UNDONE, StepStatus.ROLLED_BACK, StepStatus.SKIPPED}
)


def _decide_until(playbook: Playbook, occurrence: Occurrence, now: datetime) -> datetime | None:
    if occurrence.asked_until:
        return occurrence.asked_until
    return now + timedelta(seconds=playbook.approval_within) if playbook.approval_within else None


# --- steps


def _steps(occurrence: Occurrence, verdict: Verdict, now: datetime) -> tuple[tuple[StepLine, ...], tuple[str, ...]]:
    telling = [result for result in occurrence.steps if not _was_no_question(result)]
    ends = _ends(occurrence, now)
    lines = tuple(_ending(_step(result, verdict), result, ends, now) for result in telling[:_STEPS])
    return lines, tuple(_more(len(telling) - _STEPS, "step is", "steps are", ""))


def _was_no_question(result: StepResult) -> bool:
    """Tell whether a step was left out because its ``when`` does not hold: it is about other events than this one."""
    return result.status is StepStatus.SKIPPED and result.reason.startswith("Its condition does not hold")


def _step(result: StepResult, verdict: Verdict) -> StepLine:
    planned = MEANINGS[verdict].planned
    return StepLine(
        action=clean(result.action, _NAME_LIMIT),
        status=result.status.value,
        label=_LABELS.get(result.status, planned),
        reason=clean(result.reason, _STEP_TEXT),
        changes=tuple(_change(change) for change in result.changes[:_CHANGES]),
        more_changes=max(0, len(result.changes) - _CHANGES),
        revert_after=result.revert_after,
    )


def _ends(occurrence: Occurrence, now: datetime) -> datetime | None:
    """Return when what is temporary ends; None where it stands no more, and where nothing will end it by itself."""
    stands = any(step.stands and step.revert_after for step in occurrence.steps)
    return occurrence.reverts_at if stands and occurrence.reverts_at and occurrence.reverts_at > now else None


def _ending(line: StepLine, result: StepResult, ends: datetime | None, now: datetime) -> StepLine:
    """Add to a temporary step when it is undone by itself: at a time once it was done, before that after a while."""
    if not result.revert_after:
        return line
    if result.stands and ends:
        return replace(line, ends=ends, ending=f"at {clock(ends, now)}, {duration(ends - now)} from now")
    waits = result.status is StepStatus.PLANNED
    return replace(line, ending=f"after {duration(timedelta(seconds=result.revert_after))}") if waits else line


def _change(change: Change) -> ChangeLine:
    return ChangeLine(
        summary=clean(change.summary, _STEP_TEXT),
        target=clean(change.target, _ARN_LIMIT),
        differences=tuple(_differences(change.before, change.after)),
    )


def _differences(before: Json, after: Json) -> Iterator[str]:
    changed = list(_changed(before, after, ""))
    for name, old, new in changed[:_DIFFERENCES]:
        yield f"{clean(name, _NAME_LIMIT)}: {_state(old)} → {_state(new)}"
    if len(changed) > _DIFFERENCES:
        yield f"and {len(changed) - _DIFFERENCES} more"


def _changed(before: Json, after: Json, within: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, old and new value of every field that differs; of an object on both sides only what differs in it."""
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping) and within.count(".") < _DEPTH:
            yield from _changed(old, new, f"{within}{name}.")
        elif old != new:
            yield f"{within}{name}", old, new


_DEPTH = 4


def _state(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= _VALUE or isinstance(value, str):
        return clean(text, _VALUE)
    if isinstance(value, list | tuple):
        return f"{len(value)} entr{'y' if len(value) == 1 else 'ies'}"
    return f"JSON of {len(text):,} characters"


def _apply_commands(occurrence: Occurrence) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the commands that make the planned changes, and what is to be said of them.

    Only where the mode alone kept Firedoor from it. What is protected, over a limit or rejected is not to be pasted.
    """
    if occurrence.state is not State.ALERTED:
        return (), ()
    planned = [step for step in occurrence.steps if step.status is StepStatus.PLANNED]
    exact = [_exact(step.action, change, None) for step in planned for change in step.changes]
    return _pasteable(exact, occurrence.facts.region, "Not every planned change has a command that can be shown here.")


def _undo_commands(results: Sequence[StepResult], region: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the commands that put back what stands, last step first, and what is to be said of them."""
    exact = [
        _exact(result.action, change, made)
        for result in reversed([result for result in results if result.stands])
        for change, made in reversed(list(zip(result.changes, result.made, strict=False)))
    ]
    note = (
        "Not every change can be put back by a command that can be shown here; `firedoor undo` puts back all of them."
    )
    return _pasteable(exact, region, note)


def _exact(action: str, change: Change, made: Json | None) -> tuple[str, ...]:
    """Return the commands that undo a change that was made, or that make it where nothing was."""
    from firedoor.actions import load

    try:
        found = load(action)
        return found.apply_commands(change) if made is None else found.undo_commands(change, made)
    except _COMMAND_FAULTS:
        return ()


def _pasteable(exact: Sequence[tuple[str, ...]], region: str, note: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what can be shown of each change's commands, with ``note`` where some cannot."""
    safe = [[commands.pasteable(command) for command in several] for several in exact]
    shown = [command for several in safe for pasted in several for command in pasted]
    missing = len(shown) > _COMMANDS or any(not several or () in several for several in safe)
    # Whoever pastes the commands may work in another region by default.
    start = (f"export AWS_REGION={region}",) if shown and is_region(region) else ()
    return (*start, *shown[:_COMMANDS]), (note,) if missing and shown else ()


def _more(count: int, one: str, many: str, case_id: str) -> Iterator[str]:
    if count > 0:
        show = f"; see `firedoor show {case_id}`" if case_id else ""
        yield f"{count} more {one if count == 1 else many} not shown here{show}."


# --- where it came from


def _sources(playbook: Playbook) -> frozenset[str]:
    found: set[str] = set()
    for entry in playbook.match:
        for name in ("source", "detail-type"):
            values = entry.get(name)
            found.update(value for value in values if isinstance(value, str)) if isinstance(values, list) else None
    return frozenset(found)


def _ids(occurrence: Occurrence) -> tuple[str, str, str]:
    facts = occurrence.facts
    return facts.finding_id or "", facts.actor or "", _raw_target(occurrence) or ""
