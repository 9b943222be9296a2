"""The commands on a deployed stack: its cases, decisions about them, and the mode caps."""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from firedoor.cli import library
from firedoor.cli.deployment import Deployment, add_options, deployment_of
from firedoor.errors import FiredoorError, Refused, SettingsError
from firedoor.playbooks import Mode
from firedoor.settings import Caps

if TYPE_CHECKING:
    from firedoor.case import Case, Occurrence

WAIT = 60
"""Seconds that a decision is followed until its outcome can be told."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    cases = subparsers.add_parser("cases", help="list the newest cases")
    cases.add_argument("--limit", type=_count, default=20, help="how many (default: 20)")
    cases.set_defaults(run=_cases)
    show = subparsers.add_parser("show", help="show one case, whole")
    show.add_argument("case", metavar="CASE")
    show.add_argument("--verify", action="store_true", help="also check the evidence's SHA-256 chain; exit 1 if broken")
    show.set_defaults(run=_show)
    why = subparsers.add_parser("why", help="what became of an event, playbook by playbook")
    why.add_argument("event_id", metavar="EVENT_ID")
    why.set_defaults(run=_why)
    for choice, help_text in (
        ("approve", "approve the plan of a case that waits"),
        ("reject", "reject it: nothing is changed"),
        ("undo", "put back what a case changed"),
    ):
        decision = subparsers.add_parser(
            choice,
            help=help_text,
            description=f"{help_text.capitalize()}; wait for the outcome and print it. "
            "Another outcome, or a refusal, is exit code 1.",
        )
        decision.add_argument("case", metavar="CASE")
        decision.add_argument("--why", default="", help="the reason, for the record")
        decision.add_argument("--no-wait", action="store_true", help="do not wait for the outcome")
        decision.set_defaults(run=_decide, choice=choice, force=False)
        if choice == "undo":
            decision.add_argument("--force", action="store_true", help="also where the resource was changed since")
        _common(decision)
    _register_cap(subparsers)
    feedback = subparsers.add_parser("feedback", help="tell that a case was no threat")
    feedback.add_argument("case", metavar="CASE")
    feedback.add_argument("--false-positive", action="store_true", required=True)
    feedback.add_argument("--why", required=True, help="why it was none")
    feedback.set_defaults(run=_feedback)
    alert = subparsers.add_parser("alert", help="print a case's alert as it was sent")
    alert.add_argument("case", metavar="CASE")
    alert.add_argument("--as", dest="medium", choices=("email", "chat", "json", "html"), default="email")
    alert.set_defaults(run=_alert)
    report = subparsers.add_parser("report", help="what each playbook did lately, and which mode that supports")
    report.add_argument("--days", type=_days, default=7, help="how many (default: 7)")
    report.set_defaults(run=_report)
    library.add_option(report)
    for parser in (cases, show, why, feedback, alert, report):
        _common(parser)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError("write a number of cases from 1 to 10000")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3_650:
        raise argparse.ArgumentTypeError("write a number of days from 1 to 3650")
    return int(text)


def _register_cap(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    cap = subparsers.add_parser(
        "cap",
        help="show or set the highest mode",
        description="Without MODE: show the caps. `firedoor cap off` stops everything within five seconds.",
    )
    cap.add_argument("mode", metavar="MODE", nargs="?", help="off, shadow, alert, approve, auto, or none to remove one")
    where = cap.add_mutually_exclusive_group()
    where.add_argument("--account", help="only in this account")
    where.add_argument("--ring", help="only in the accounts of this ring")
    cap.set_defaults(run=_cap)
    _common(cap)


def _common(parser: argparse.ArgumentParser) -> None:
    add_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


# --- looking


def _cases(arguments: argparse.Namespace) -> int:
    found = deployment_of(arguments).cases.newest(arguments.limit)
    if arguments.json:
        print(json.dumps([_row(case) for case in found], indent=2))
        return 0
    from rich.table import Table
    from rich.text import Text

    from firedoor.cli.screen import console, plain

    table = Table(box=None, pad_edge=False)
    for column in ("case", "severity", "state", "what", "account", "target", "opened", "events"):
        table.add_column(column, overflow="fold", no_wrap=column == "case")
    for case in found:
        opened = f"{case.opened:%Y-%m-%d %H:%M}"
        cells = (case.id, case.severity, case.state, case.title, case.account, case.target or "", opened, case.count)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    console().print(table if found else "No cases yet.")
    return 0


def _row(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "playbook": case.playbook,
        "title": case.title,
        "severity": str(case.severity),
        "state": case.state.value,
        "account": case.account,
        "region": case.region,
        "actor": case.actor,
        "target": case.target,
        "opened": case.opened.isoformat(),
        "updated": case.updated.isoformat(),
        "events": case.count,
        "feedback": case.feedback,
    }


def _show(arguments: argparse.Namespace) -> int:
    deployment = deployment_of(arguments)
    case = deployment.cases.get(arguments.case)
    broken = _verify(deployment, case) if arguments.verify else None
    if arguments.json:
        print(json.dumps({**_row(case), **_whole(case), "evidence_problems": broken}, indent=2))
    else:
        from firedoor.cli.screen import say

        for line in _lines(case):
            say(line)
        if broken is not None:
            for line in broken or ["The evidence is as it was stored."]:
                say(line)
    return 1 if broken else 0


def _whole(case: Case) -> dict[str, Any]:
    return {
        "timeline": [note.to_json() for note in case.timeline],
        "occurrences": [
            {
                "number": occurrence.number,
                "event_id": occurrence.event_id,
                "state": occurrence.state.value,
                "mode": None if occurrence.decided is None else str(occurrence.decided),
                "reason": occurrence.reason,
                "reverts_at": occurrence.reverts_at and occurrence.reverts_at.isoformat(),
                "steps": [step.to_json() for step in occurrence.steps],
                "decisions": list(occurrence.decisions),
                "drift": occurrence.drift,
                "evidence": [{"key": entry.key, "sha256": entry.sha256} for entry in occurrence.evidence],
            }
            for occurrence in case.occurrences
        ],
    }


def _lines(case: Case) -> Iterator[str]:
    yield f"{case.id}  {case.title}"
    yield f"  {case.severity} · {case.state} · {case.account} {case.region}"
    yield f"  playbook {case.playbook} · owner {case.owner}"
    yield f"  actor  {case.actor or 'unknown'}"
    yield f"  target {case.target or 'unknown'}"
    for occurrence in case.occurrences:
        yield ""
        yield f"  event {occurrence.number} of {case.count}: {occurrence.event_id} · {occurrence.state}"
        if occurrence.reason:
            yield f"    {occurrence.reason}"
        for step in occurrence.steps:
            yield f"    {step.status}: {step.action} {step.reason}".rstrip()
            for change in step.changes:
                yield f"      {change.summary}"
        if occurrence.reverts_at:
            yield f"    what is temporary is undone by itself at {occurrence.reverts_at:%Y-%m-%d %H:%M} UTC"
        if occurrence.drift:
            yield f"    left behind: {json.dumps(occurrence.drift['left'])}"
            yield f"    found now:   {json.dumps(occurrence.drift['now'])}"
    yield ""
    for note in case.timeline:
        yield f"  {note.at:%Y-%m-%d %H:%M:%S}  {note.by}: {note.what}"


def _verify(deployment: Deployment, case: Case) -> list[str]:
    from firedoor.evidence import Evidence

    evidence = Evidence(deployment.session.client("s3"), deployment.output("EvidenceBucket"))
    return [problem for occurrence in case.occurrences for problem in evidence.verify(occurrence.evidence)]


def _why(arguments: argparse.Namespace) -> int:
    found = deployment_of(arguments).cases.why(arguments.event_id)
    if arguments.json:
        print(json.dumps(found, indent=2))
    else:
        from firedoor.cli.screen import say

        for playbook, outcome in sorted(found.items()):
            say(f"{playbook}: {outcome}")
        if not found:
            say("No playbook matched this event, or it never arrived: try `firedoor explain` with it.")
    return 0 if found else 1


def _alert(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from firedoor import alerts
    from firedoor.cli import library
    from firedoor.cli.sources import compile_bundle, load_sources
    from firedoor.playbooks import bundle_from_json, removed_playbook
    from firedoor.telling import VERDICTS

    deployment = deployment_of(arguments)
    case = deployment.cases.get(arguments.case)
    bundle = bundle_from_json(compile_bundle(load_sources(Path(library.folder("playbooks")))))
    occurrence = case.occurrences[-1]
    if occurrence.state not in VERDICTS:
        raise Refused(f"Case {case.id} has nothing to tell yet; it is {case.state}.")
    removed = removed_playbook(case.playbook, case.title, case.owner, case.severity)
    composed = alerts.compose(
        bundle.playbooks.get(case.playbook, removed),
        case,
        occurrence,
        VERDICTS[occurrence.state],
        now=datetime.now(UTC),
        account_name=None,
        related=[alerts.Related(other.id, other.title, other.state) for other in deployment.cases.related(case)],
        evidence=[f"s3://{deployment.output('EvidenceBucket')}/{entry.key}" for entry in occurrence.evidence],
    )
    renderings = {
        "email": lambda: "\n\n".join(alerts.render_email(composed)),
        "chat": lambda: json.dumps(alerts.render_chat(composed), indent=2),
        "json": lambda: json.dumps(alerts.render_machine(composed), indent=2),
        "html": lambda: alerts.render_html(composed),
    }
    print(renderings["json" if arguments.json else arguments.medium]())
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from firedoor import reports
    from firedoor.cli.library import library_of

    deployment = deployment_of(arguments)
    now = datetime.now(UTC)
    since = now - timedelta(days=arguments.days)
    playbooks = library_of(arguments).bundle.playbooks
    account = deployment.session.client("sts").get_caller_identity()["Account"]
    found = reports.build(deployment.cases.since(since), playbooks, since, now, account)
    if arguments.json:
        print(json.dumps(found.to_json(), indent=2))
    else:
        from firedoor.cli.screen import say

        for line in reports.render(found)[1].splitlines():
            say(line)
    return 0


# --- deciding


def _decide(arguments: argparse.Namespace) -> int:
    deployment = deployment_of(arguments)
    message = deployment.decide(arguments.choice, arguments.case, why=arguments.why, force=arguments.force)
    case = None if arguments.no_wait else _wait(deployment, arguments.case)
    if arguments.json:
        state = case and case.state.value
        print(json.dumps({"case": arguments.case, "message": message, "state": state}))
    else:
        _print_decided(message, case, waited=not arguments.no_wait)
    return 0 if arguments.no_wait or (case and _is_as_wanted(case, arguments.choice)) else 1


_WANTED = {
    "approve": ("contained", "closed", "waiting"),  # waiting: for a second person
    "reject": ("rejected",),
    "undo": ("reverted",),
}
"""Decision → the states in which it had the outcome that was asked for."""


def _is_as_wanted(case: Case, choice: str) -> bool:
    """Tell whether all that this decision was about came out as asked; other events of the case have their own say."""
    decided = [one for one in case.occurrences if one.decisions and one.decisions[-1]["decision"] == choice]
    return bool(decided) and all(one.state in _WANTED[choice] for one in decided)


def _print_decided(message: str, case: Case | None, *, waited: bool) -> None:
    from firedoor.cli.screen import say

    say(message)
    if case is not None:
        for line in _lines(case):
            say(line)
    elif waited:
        say(f"It is still under way after {WAIT} seconds; `firedoor show` tells what becomes of it.")


def _wait(deployment: Deployment, case_id: str) -> Case | None:
    """Follow the case until every occurrence rests; None if that takes longer than a person wants to watch."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        case = deployment.cases.get(case_id)
        if not any(_moves(occurrence) for occurrence in case.occurrences):
            return case
        time.sleep(1)
    return None


def _moves(occurrence: Occurrence) -> bool:
    from firedoor.case import State
    from firedoor.decisions import Choice

    under_way = occurrence.state in (State.MATCHED, State.PLANNED, State.APPROVED, State.APPLYING, State.UNDOING)
    asked = bool(occurrence.decisions) and occurrence.decisions[-1]["decision"] == Choice.UNDO
    return under_way or (asked and occurrence.state in (State.CONTAINED, State.FAILED) and not occurrence.reason)


# --- caps and feedback


def _cap(arguments: argparse.Namespace) -> int:
    deployment = deployment_of(arguments)
    ssm, name = deployment.session.client("ssm"), deployment.output("CapsParameter")
    caps = _readable_caps(ssm.get_parameter(Name=name)["Parameter"]["Value"], arguments)
    if arguments.mode:
        caps = _changed_caps(caps, arguments)
        by = deployment.session.client("sts").get_caller_identity()["Arn"]
        caps["changed"] = {"by": by, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        ssm.put_parameter(Name=name, Value=json.dumps(caps), Type="String", Overwrite=True)
    if arguments.json:
        print(json.dumps(caps, indent=2))
        return 0
    from firedoor.cli.screen import say

    say(f"everywhere: {caps['global']}")
    for ring, mode in sorted(caps.get("rings", {}).items()):
        members = ", ".join(sorted(account for account, its in caps.get("ring_of", {}).items() if its == ring))
        say(f"ring {ring}: {mode} ({members or 'no accounts'})")
    for account, mode in sorted(caps.get("accounts", {}).items()):
        say(f"account {account}: {mode}")
    changed = caps.get("changed")
    if changed:
        say(f"last changed {changed['at']} by {changed['by']}")
    return 0


def _readable_caps(text: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the caps as they stand. Where nobody can read them, the one for everywhere may still be set anew.

    Raises:
        FiredoorError: They cannot be read, and that is not what is asked for.
    """
    try:
        caps: dict[str, Any] = json.loads(text)
        Caps.parse(text)
    except (ValueError, SettingsError):
        if arguments.mode not in (None, "none") and not (arguments.account or arguments.ring):
            return {}
        raise FiredoorError(
            "The caps cannot be read, so Firedoor only alerts. Set the one for everywhere anew, such as `firedoor cap "
            "alert`, then those of rings and accounts."
        ) from None
    return caps


def _changed_caps(caps: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the caps with one set, or taken away with ``none``.

    Raises:
        FiredoorError: The mode or the account is misspelled, or the cap for everywhere would be taken away.
    """
    kind, name = ("accounts", arguments.account) if arguments.account else ("rings", arguments.ring)
    if arguments.account and not re.fullmatch(r"\d{12}", arguments.account, re.ASCII):
        raise FiredoorError(f"{arguments.account} is no account id, so its cap would hold nobody; write its 12 digits.")
    if arguments.mode == "none":
        if name is None:
            raise FiredoorError("The cap for everywhere cannot be taken away; `firedoor cap auto` allows everything.")
        return {**caps, kind: {key: mode for key, mode in caps.get(kind, {}).items() if key != name}}
    try:
        mode = str(Mode.parse(arguments.mode))
    except ValueError as error:
        raise FiredoorError(str(error)) from None
    if name is None:
        return {**caps, "global": mode}
    return {**caps, kind: {**caps.get(kind, {}), name: mode}}


def _feedback(arguments: argparse.Namespace) -> int:
    deployment = deployment_of(arguments)
    by = deployment.session.client("sts").get_caller_identity()["Arn"]
    deployment.cases.set_feedback(arguments.case, f"False positive: {arguments.why}", by, datetime.now(UTC))
    print(json.dumps({"case": arguments.case, "feedback": "false positive"}) if arguments.json else "Noted.")
    return 0
