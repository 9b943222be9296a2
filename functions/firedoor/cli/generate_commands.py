"""The command ``generate``: what follows from actions and playbooks is written anew into the files that hold it.

Owns the generated sections of the templates, between ``# BEGIN generated: NAME`` and ``# END generated: NAME``. Does
not own what stands in them (``rules``, ``roles``), nor the schema and the page of actions, which it only writes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = {"template.yaml": "AWS::AccountId", "deploy/member.yaml": "HomeAccountId"}
"""Template → the parameter that tells the account of the quarantine bucket."""

_ROLES = {
    "Look": "ResponderRole RestorerRole",
    "Protect": "ResponderRole RestorerRole",
    "Respond": "ResponderRole",
    "Restore": "RestorerRole",
}
_KINDS = {
    "calls": ("Changing", "Events", ""),
    "reads": ("Reading", "Read-only calls", "ReadOnlyManagementEvents"),
    "data": ("Data", "Data events", "DataEvents"),
}
"""Kind of rule → how its resource's name begins, what it hears, and the parameter that switches it on."""

_HOME_TARGET = """\
        - Id: classify
          Arn: !GetAtt ClassifyQueue.Arn
          DeadLetterConfig: {Arn: !GetAtt ClassifyDeadLetters.Arn}
"""
_MEMBER_TARGET = """\
        - Id: home
          Arn: !Sub "arn:${AWS::Partition}:events:${HomeRegion}:${HomeAccountId}:event-bus/default"
          RoleArn: !GetAtt SendHomeRole.Arn
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    generate = subparsers.add_parser(
        "generate",
        help="write anew what follows from actions and playbooks",
        description="Write the templates' rules and policies, playbooks/schema.json, docs/actions.md and "
        "docs/coverage.md. With --check nothing is written, and a file that is not current is exit code 1.",
    )
    generate.add_argument("--check", action="store_true", help="only tell which files are not current")
    generate.set_defaults(run=_generate)


def _generate(arguments: argparse.Namespace) -> int:
    stale = [name for name, text in generated() if (ROOT / name).read_text("utf-8") != text]
    if not arguments.check:
        for name, text in generated():
            (ROOT / name).write_text(text, "utf-8")
    for name in stale:
        print(f"{name} is not current; run: firedoor generate" if arguments.check else f"{name} written")
    return 1 if stale and arguments.check else 0


def generated() -> Iterator[tuple[str, str]]:
    """Yield every file that is wholly or partly generated: its path below the project's root, and what it must be.

    Raises:
        PlaybookError: A playbook cannot be read.
        ValueError: A rule or policy cannot be made of what actions and playbooks say.
    """
    from firedoor import actions
    from firedoor.cli.coverage_commands import page
    from firedoor.cli.library_commands import markdown
    from firedoor.cli.schema import schema_text
    from firedoor.cli.sources import load_sources

    for name, account in TEMPLATES.items():
        text = (ROOT / name).read_text("utf-8")
        home = name == "template.yaml"
        text = _replaced(text, "rules", "".join(_rules(home=home)))
        yield name, _replaced(text, "policies", "".join(_policies(account, home=home)))
    catalogue = list(actions.catalogue())
    yield "playbooks/schema.json", schema_text(catalogue)
    yield "docs/actions.md", markdown(catalogue)
    yield "docs/coverage.md", page(load_sources(ROOT / "playbooks"))


def _replaced(text: str, section: str, content: str) -> str:
    begin, end = f"  # BEGIN generated: {section}\n", f"  # END generated: {section}\n"
    return re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{content}{end}", text, flags=re.DOTALL)


def _rules(*, home: bool) -> Iterator[str]:
    """Yield one resource for each pattern."""
    from firedoor.cli import rules
    from firedoor.cli.sources import load_sources

    matches = [entry["match"] for entry in load_sources(ROOT / "playbooks").playbooks]
    for kind, patterns in rules.patterns(matches).items():
        for number, pattern in enumerate(patterns, 1):
            yield _rule(kind, number, pattern, home=home)


def _rule(kind: str, number: int, pattern: Any, *, home: bool) -> str:
    name = f'!Sub "${{AWS::StackName}}-{kind}-{number}"' if home else f"firedoor-{kind}-{number}"
    resource, described, state = _KINDS[kind]
    return (
        f"  {resource}Rule{number}:\n"
        "    Type: AWS::Events::Rule\n"
        "    Properties:\n"
        f"      Name: {name}\n"
        f"      Description: {described} that the playbooks speak of\n"
        + (f"      State: !Ref {state}\n" if state else "")
        + f"      EventPattern:\n{_yaml(pattern, 8)}"
        f"      Targets:\n{_HOME_TARGET if home else _MEMBER_TARGET}"
        "      Tags: [{Key: firedoor, Value: stack}]\n\n"
    )


def _policies(account: str, *, home: bool) -> Iterator[str]:
    """Yield one resource for each policy."""
    from firedoor.cli import roles

    for name, policies in (
        ("Look", roles.look()),
        ("Protect", ([_untouchable("firedoor:protected", "true"), _untouchable("firedoor", "stack", roles.USES)],)),
        ("Respond", roles.responder(account)),
        ("Restore", roles.restorer(account)),
    ):
        for number, policy in enumerate(policies, 1):
            yield _policy(name, number, policy, home=home)


def _untouchable(key: str, value: str, uses: Collection[str] = ()) -> dict[str, Any]:
    """Deny every change of what carries a tag, but for what Firedoor itself ``uses`` of it."""
    from firedoor.cli import roles

    return {
        "Effect": "Deny",
        "NotAction": sorted({*roles.spared(), *uses}),
        "Resource": ["*"],
        "Condition": {"StringEquals": {f"aws:ResourceTag/{key}": value}},
    }


def _policy(name: str, number: int, statements: Sequence[Any], *, home: bool) -> str:
    roles = ", ".join(f"!Ref {role}" for role in _ROLES[name].split())
    return (
        f"  {name}Policy{number}:\n"
        "    Type: AWS::IAM::ManagedPolicy\n" + ("" if home else "    Condition: MakesRoles\n") + "    Properties:\n"
        "      Path: /firedoor/\n"
        f"      Roles: [{roles}]\n"
        "      PolicyDocument:\n"
        '        Version: "2012-10-17"\n'
        f"        Statement:\n{''.join(map(_statement, statements))}\n"
    )


def _statement(statement: Any) -> str:
    return "          - " + _yaml(statement, 12).lstrip()


def _yaml(value: Any, indent: int) -> str:
    """Return block YAML of a mapping; ARNs with parameters are substituted."""
    return "".join(f"{' ' * indent}{key}:{_value(item, indent + 2)}" for key, item in value.items())


def _value(value: Any, indent: int) -> str:
    if isinstance(value, dict):
        return "\n" + _yaml(value, indent)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _list(value, indent)
    return f" {json.dumps(value)}\n"


def _list(items: Sequence[str], indent: int) -> str:
    """Return a flow sequence on as many lines as it takes."""
    lines = [""]
    for item in items:
        entry = _scalar(item) + ", "
        if lines[-1] and indent + len(lines[-1]) + len(entry) > _WIDTH:
            lines.append("")
        lines[-1] += entry
    margin = "\n" + " " * indent
    return f"{margin}[" + (margin + " ").join(line.rstrip() for line in lines).rstrip(",") + "]\n"


_WIDTH = 118


def _scalar(text: str) -> str:
    return f"!Sub {json.dumps(text)}" if "${" in text else json.dumps(text)
