"""Every rule of the playbook language: what breaks it is told with its line and with what to write instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.unit.sources_examples import ACTIONS, PLAYBOOK, ClosePorts, load, write_sources

from firedoor.cli.sources import load_sources


def line_of(fragment: str, text: str) -> int:
    """Return the line in which ``fragment`` stands."""
    return text[: text.index(fragment)].count("\n") + 1


def test_a_playbook_without_mistakes_has_none(tmp_path: Path) -> None:
    """The example that the other tests break is whole."""
    sources = load(tmp_path)
    assert () == sources.mistakes
    assert ["port-opened"] == [playbook["id"] for playbook in sources.playbooks]


BROKEN = [
    # one line of the playbook, what it is changed to, and what must be said at that line
    ("id: port-opened", "id: Port_Opened", "has not the form that id has"),
    ("id: port-opened", "id: gate-opened", "write id: port-opened, or rename the file to gate-opened.yaml"),
    ("title: A port was opened", "title: 5", 'title must be text, and is a number; write for example "5"'),
    ("title: A port was opened", "title:", "title must be text, and is nothing"),
    ("title: A port was opened", 'title: ""', "title must be text, and is empty"),
    ("title: A port was opened", f"title: {'x' * 81}", "title has 81 characters; write at most 80"),
    ("status: experimental", "status: live", "status cannot be 'live'; write one of: deprecated, draft"),
    ("severity: high", "severity: hihg", "severity cannot be 'hihg'; write high"),
    ("severity: high", "severity: 8", "severity must be text"),
    ("owner: network", "ownr: network", "there is no field 'ownr' here; write owner"),
    ("  attack: [T1562.007]", "  attack: [T15]", "'T15' has not the form that attack has; write for example T1562.008"),
    ("  attack: [T1562.007]", "  attack: T1562.007", "attack must be a list, and is text"),
    ("  attack: [T1562.007]", "  attack: [T1562, T1562]", "'T1562' stands in attack more than once"),
    ("  attack: [T1562.007]", "  controls: [ec2.19]", "write for example EC2.19"),
    ("  attack: [T1562.007]", "  links: [http://a.example]", "'http://a.example' has not the form"),
    ("  - source: [aws.ec2]", "  - sources: [aws.ec2]", "has no 'source'; write source: [aws.guardduty]"),
    ("      eventName: [AuthorizeSecurityGroupIngress]", "      eventName: Authorize", "eventName"),
    ("      - account: [", "      - account: [{prefx: '4'}, ", "account"),
    ("    expires: 2027-01-31", "    expires: 31.1.2027", "'31.1.2027' has not the form that expires has"),
    ("    expires: 2027-01-31", "    expires: 2027-02-31", "2027-02-31 is not a day of the calendar"),
    ("  - reason: A planned exercise", "  - because: A planned exercise", "there is no field 'because' here"),
    ("  group_id: detail.requestParameters.groupId", "  group_id: detail..groupId", "is not JMESPath"),
    ("  group_id: detail.requestParameters.groupId", "  group_id: upper(detail.x)", "there is no function upper()"),
    ("  user: detail.userIdentity.userName", "  User: detail.userIdentity.userName", "'User' cannot be a name"),
    ("  user: detail.userIdentity.userName", "  actor: detail.userIdentity.arn", "'actor' is a fact of every event"),
    ("dedup: {by: [group_id], within: 24h}", "dedup: {by: [group], within: 24h}", "write group_id, or extract group"),
    ("dedup: {by: [group_id], within: 24h}", "dedup: {by: [], within: 24h}", "by has 0 entries; write at least 1"),
    ("dedup: {by: [group_id], within: 24h}", "dedup: {by: [group_id], within: PT24H}", "'PT24H' is not a duration"),
    ("dedup: {by: [group_id], within: 24h}", "dedup: {by: [group_id], within: 3600}", "3600 is not a duration"),
    (
        "dedup: {by: [group_id], within: 24h}",
        "dedup: {by: [group_id]}",
        "the field 'within' is missing; write within: 24h",
    ),
    ("mode: approve", "mode: block", "mode cannot be 'block'; write one of: alert, approve, auto, off, shadow"),
    ("mode: approve", "mode: true", "mode must be text, and is a truth value"),
    ("approval: {within: 30m, otherwise: alert}", "approval: {within: 0m, otherwise: alert}", "'0m' is not a duration"),
    ("approval: {within: 30m, otherwise: alert}", "approval: {within: 30m, otherwise: off}", "cannot be 'off'"),
    ("limits: {per_account: 10, within: 1h}", "limits: {per_account: 0, within: 1h}", "cannot be 0; write 1 or more"),
    ("limits: {per_account: 10, within: 1h}", "limits: {per_account: 1.5, within: 1h}", "must be a whole number"),
    ("limits: {per_account: 10, within: 1h}", "limits: {per_account: true, within: 1h}", "must be a whole number"),
    ("  - action: ec2.close_ports", "  - action: ec2.close_port", "no action 'ec2.close_port'; write ec2.close_ports"),
    (
        '    with: {group_id: "{group_id}", ports: [22]}',
        '    with: {group: "{group_id}", group_id: sg-1}',
        "ec2.close_ports has no parameter 'group'; write group_id",
    ),
    (
        '    with: {group_id: "{group_id}", ports: [22]}',
        "    with: {group_id: 5}",
        "group_id must be text; write for example group_id: sg-1",
    ),
    (
        '    with: {group_id: "{group_id}", ports: [22]}',
        '    with: {group_id: "{group_id}", everyone: "true"}',
        "everyone must be true or false",
    ),
    (
        '    with: {group_id: "{group_id}", ports: [22]}',
        '    with: {group_id: "{group_id}", way: up}',
        "way cannot be 'up'; write one of: in, out",
    ),
    (
        '    with: {group_id: "{group_id}", ports: [22]}',
        '    with: {group_id: "{grp_id}", ports: [22]}',
        "'grp_id' is neither extracted nor a fact; write group_id",
    ),
    (
        '    with: {group_id: "{group_id}", ports: [22]}',
        '    with: {group_id: "{detail.groupId}"}',
        "{detail.groupId} is not an extracted name",
    ),
    ("    when: user && starts_with(user, 'temp')", "    when: usr && user", "'usr' is neither extracted nor a fact"),
    ("    when: user && starts_with(user, 'temp')", "    when: user ==", "is not JMESPath"),
    ("    on_error: continue", "    on_error: ignore", "on_error cannot be 'ignore'; write one of: continue, stop"),
    ("    revert_after: 12h", "    revert_after: soon", "'soon' is not a duration"),
    ('  title: "Group {group_id} was opened"', '  title: "{group_name} was opened"', "write group_id, or extract"),
    ('  title: "Group {group_id} was opened"', f"  title: {'x' * 81}", "title has 81 characters"),
    ('    - "Ask {actor} why."', '    - "Ask {the actor} why."', "{the actor} is not an extracted name"),
    (
        "    event: opened.json\n    expect",
        "    event: opend.json\n    expect",
        "no opend.json in events/; write opened.json",
    ),
    ("    event: opened.json\n    expect", "    event: ../opened.json\n    expect", "has not the form that event has"),
    (
        "    expect: {matches: true, steps: [ec2.close_ports]}",
        "    expect: {matches: true, steps: [ec2.wipe_disk]}",
        "no step of this playbook is 'ec2.wipe_disk'",
    ),
    (
        "    expect: {matches: true, steps: [ec2.close_ports]}",
        "    expect: {matches: true, extract: {group: sg-1}}",
        "'group' is neither extracted nor a fact",
    ),
    (
        "    expect: {matches: true, steps: [ec2.close_ports]}",
        "    expect: {matches: 1}",
        "matches must be true or false, and is a number; write for example true",
    ),
    (
        "    set: {detail.eventName: RevokeSecurityGroupIngress}",
        '    set: {"detail[0]": 1}',
        "'detail[0]' is not a path",
    ),
    ("    expect: {matches: false}", "    expect: {matches: false, steps: []}", "a miss has no steps"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), BROKEN)
def test_each_mistake_is_told_at_its_line(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    """A broken rule is an error at the line that breaks it, and the file contributes nothing."""
    text = PLAYBOOK.replace(right, wrong, 1)
    assert text != PLAYBOOK
    sources = load(tmp_path, text)
    told = [(mistake.line, mistake.message) for mistake in sources.errors]
    line = line_of(wrong.splitlines()[0], text)
    assert any(line == at and message in said for at, said in told), told
    assert () == sources.playbooks
    assert () == sources.tests


MISSING = [
    # what is taken out or put in, and what must be said somewhere
    ("owner: network\n", "", "the field 'owner' is missing; write owner: cloud-security"),
    ("limits: {per_account: 10, within: 1h}\n", "", "mode approve needs limits; write limits: {per_account: 10"),
    ("approval: {within: 30m, otherwise: alert}\n", "", "mode approve needs approval; write approval: {within: 1h"),
    ("mode: approve", "mode: alert", "mode alert asks nobody; write mode: approve, or leave approval out"),
    ("name: An opened group is closed", "name: A closed group is left alone", "two tests are called 'A closed group"),
    ("    expect: {matches: false}", "    expect: {matches: true}",
     "tests need at least one hit and one miss; write one with expect: {matches: false}"),
    ("    with: {group_id: \"{group_id}\", ports: [22]}", "    with: {ports: [22]}",
     "ec2.close_ports needs the parameter 'group_id'; write with: {group_id: sg-1}"),
    ('  - action: iam.deny_user\n    with: {user: "{user}"}', '  - action: ec2.close_ports\n    with: {group_id: sg-1}',
     "ec2.close_ports closes a hole, which must not open by itself; leave revert_after out"),
    ("mode: approve\napproval: {within: 30m, otherwise: alert}", "mode: auto", None),
    ("dedup:", "threshold: {group_by: [actor], count: 3, within: 10m}\ndedup:", None),
    ("dedup:", "threshold: {group_by: [actor], count: 3, sum: 4, of: user, within: 10m}\ndedup:", "write one, not 2"),
    ("dedup:", "threshold: {group_by: [actor], within: 10m}\ndedup:", "write one, not 0"),
    ("dedup:", "threshold: {group_by: [actor], sum: 3, within: 10m}\ndedup:", "sum needs the name of a value"),
    ("dedup:", "threshold: {group_by: [actor], count: 3, of: user, within: 10m}\ndedup:", "leave `of` out"),
    ("dedup:", "threshold: {group_by: [actor], distinct: 1001, of: user, within: 1h}\ndedup:", "write 1000 or less"),
    ("dedup:", "threshold: {group_by: [nobody], count: 3, within: 10m}\ndedup:", "'nobody' is neither extracted"),
    ("dedup:", "threshold: {group_by: [actor], sequence: 2, within: 10m}\ndedup:", "match has 1 entries"),
    ("dedup:", "threshold: {group_by: [actor], sequence: 1, within: 10m}\ndedup:", "cannot be 1; write 2 or more"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "message"), MISSING)
def test_what_belongs_together_is_asked_for(tmp_path: Path, before: str, after: str, message: str | None) -> None:
    """Fields that need each other are asked for, and those that may stand alone are not."""
    text = PLAYBOOK.replace(before, after, 1)
    assert text != PLAYBOOK
    told = [mistake.message for mistake in load(tmp_path, text).errors]
    if message is None:
        assert [] == told
    else:
        assert any(message in said for said in told), told


@pytest.mark.parametrize("mode", ["mode: auto", "mode: approve\napproval: {within: 30m, otherwise: auto}"])
def test_what_cannot_be_undone_is_never_automatic(tmp_path: Path, mode: str) -> None:
    """An irreversible action may wait for a person, and for nothing else."""
    text = PLAYBOOK.replace('    with: {group_id: "{group_id}", ports: [22]}\n', "").replace("close_ports", "wipe_disk")
    irreversible = text.replace("mode: approve\napproval: {within: 30m, otherwise: alert}", mode)
    assert ["ec2.wipe_disk cannot be undone, so it is never automatic; write mode: approve, with otherwise: alert"] == [
        mistake.message for mistake in load(tmp_path, irreversible).errors
    ]


@pytest.mark.parametrize("mode", ["mode: auto", "mode: approve\napproval: {within: 30m, otherwise: auto}"])
def test_what_two_people_approve_is_never_automatic(tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at once, nor where nobody answers."""
    monkeypatch.setattr(ClosePorts, "two_person", True)
    text = PLAYBOOK.replace("mode: approve\napproval: {within: 30m, otherwise: alert}", mode)
    remedy = "write mode: approve, with otherwise: alert"
    assert [f"ec2.close_ports needs two people's approval, so it is never automatic; {remedy}"] == [
        mistake.message for mistake in load(tmp_path, text).errors
    ]


def test_it_may_wait_for_a_person(tmp_path: Path) -> None:
    """The same action with mode approve is no mistake."""
    text = PLAYBOOK.replace('    with: {group_id: "{group_id}", ports: [22]}\n', "").replace("close_ports", "wipe_disk")
    assert () == load(tmp_path, text).errors


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    """Nobody has to run the check again and again to see the next mistake."""
    text = PLAYBOOK.replace("severity: high", "severity: loud").replace("within: 24h", "within: long")
    text = text.replace("[T1562.007]", "[yes]").replace("event: opened.json", "event: gone.json")
    told = [(mistake.line, mistake.message.split(";")[0]) for mistake in load(tmp_path, text).errors]
    assert sorted(told) == told
    assert 6 == len(told), told


def test_a_mistake_in_one_file_leaves_the_others_alone(tmp_path: Path) -> None:
    """Every other playbook is still read, so that its mistakes are told, too."""
    other = PLAYBOOK.replace("port-opened", "other-port").replace("severity: high", "severity: loud")
    sources = load(tmp_path, **{"other-port": other})
    assert ["other-port.yaml"] == [Path(mistake.file).name for mistake in sources.errors]
    assert ["port-opened"] == [playbook["id"] for playbook in sources.playbooks]


def test_a_yml_file_is_not_passed_over(tmp_path: Path) -> None:
    """A playbook that would silently not count is a mistake."""
    directory = write_sources(tmp_path)
    (directory / "late.yml").write_text("id: late", "utf-8")
    assert ["playbooks end in .yaml; rename it to late.yaml"] == [
        mistake.message for mistake in load_sources(directory, actions=ACTIONS).mistakes
    ]


@pytest.mark.parametrize(
    "text", ["[]", "just words", "5", "a: {b: [c]}", "match: 5\ntests: {}\nsteps: [[]]\nalert: []"]
)
def test_any_yaml_at_all_ends_in_mistakes(tmp_path: Path, text: str) -> None:
    """A file that has nothing of a playbook is told what it lacks; nothing is raised."""
    sources = load(tmp_path, text)
    assert sources.errors
    assert () == sources.playbooks


def test_what_is_stable_shows_each_of_its_steps(tmp_path: Path) -> None:
    """A step that no test takes has never been seen; as an experiment the same file is right."""
    stable = PLAYBOOK.replace("status: experimental", "status: stable")
    sources = load(tmp_path, stable)
    (mistake,) = sources.errors
    assert (
        "status stable needs a hit that takes the step iam.deny_user; write one with "
        "expect: {matches: true, steps: [iam.deny_user]}, or status: experimental"
    ) == mistake.message
    assert () == sources.playbooks


def test_a_stable_playbook_whose_steps_are_shown_loads(tmp_path: Path) -> None:
    """The same file with one hit that takes both steps."""
    stable = PLAYBOOK.replace("status: experimental", "status: stable")
    shown = stable.replace("steps: [ec2.close_ports]}", "steps: [ec2.close_ports, iam.deny_user]}")
    assert () == load(tmp_path, shown).mistakes


EXCLUSION = """\
exclusions:
  - reason: Load tests
    owner: payments
    expires: 2026-11-23
    playbooks: [port-opened]
    match:
      - account: ["444455556666"]
"""


def test_an_exclusion_holds_through_its_last_day(tmp_path: Path) -> None:
    """On the day that it names it is still in force."""
    sources = load(tmp_path, exclusions=EXCLUSION)
    assert () == sources.mistakes
    assert 1 == len(sources.exclusions)


def test_an_expired_exclusion_is_a_warning(tmp_path: Path) -> None:
    """It no longer holds, somebody should know, and nothing else stops working for it."""
    directory = write_sources(tmp_path, exclusions=EXCLUSION)
    sources = load_sources(directory, actions=ACTIONS, today=date(2026, 11, 24))
    assert () == sources.errors
    assert ["this exclusion expired on 2026-11-23; renew it with its owner, or remove it"] == [
        mistake.message for mistake in sources.warnings
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("reason: Load tests\n    ", "", "the field 'reason' is missing"),
        ("owner: payments\n    ", "", "the field 'owner' is missing"),
        ("expires: 2026-11-23\n    ", "", "the field 'expires' is missing"),
        ("[port-opened]", "[port-open]", "there is no playbook 'port-open'; write port-opened"),
        ('["444455556666"]', "[444455556666]", 'never equals an account id; write "444455556666"'),
        ('["444455556666"]', '"444455556666"', "account"),
        ("exclusions:", "exclusion:", "there is no field 'exclusion' here; write exclusions"),
    ],
)
def test_an_exclusion_answers_for_itself(tmp_path: Path, before: str, after: str, message: str) -> None:
    """Reason, owner and last day are asked for, and what it names must exist."""
    text = EXCLUSION.replace(before, after)
    assert text != EXCLUSION
    sources = load(tmp_path, exclusions=text)
    assert any(message in mistake.message for mistake in sources.errors), sources.errors
    assert () == sources.exclusions


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{reason: Own roles, arn: 'arn:aws:iam::*:role/own/*'}", None),
        ("{reason: Marked, tag: {key: keep, value: 'yes'}}", None),
        ("{arn: 'arn:aws:iam::*:role/own/*'}", "the field 'reason' is missing"),
        ("{reason: Nothing}", "names either an arn or a tag"),
        ("{reason: Both, arn: 'arn:*', tag: {key: a, value: b}}", "names either an arn or a tag"),
        ("{reason: Half, tag: {key: a}}", "the field 'value' is missing"),
        ("{reason: Name, arn: my-role}", "has not the form that arn has"),
    ],
)
def test_protected_things_are_named_by_arn_or_tag(tmp_path: Path, entry: str, message: str | None) -> None:
    """An entry that protects nothing, or two things, is a mistake."""
    sources = load(tmp_path, protected=f"protected:\n  - {entry}\n")
    if message is None:
        assert (1, ()) == (len(sources.protected), sources.mistakes)
    else:
        assert any(message in mistake.message for mistake in sources.errors), sources.errors


DUTIES = """\
duties:
  invoke: {principals: ["arn:aws:iam::*:role/app/*"], undeclared: ignore}
  deploy: {principals: ["arn:aws:iam::111122223333:user/release"], undeclared: case}
  data: {principals: [], undeclared: case}
training_data: [lake/training/, "*-fraud"]
known_accounts: ["444455556666"]
"""


def test_the_duties_load(tmp_path: Path) -> None:
    """A duty may have no principal, and training data is a bucket or a prefix in one."""
    sources = load(tmp_path, duties=DUTIES)
    assert () == sources.mistakes
    assert {"principals": ["arn:aws:iam::*:role/app/*"], "undeclared": "ignore"} == sources.duties["duties"]["invoke"]
    assert ["lake/training/", "*-fraud"] == sources.duties["training_data"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("  data:", "  train:", "there is no field 'train' here; write one of: data, deploy, invoke"),
        ("  data:", "  train:", "the field 'data' is missing; write data: {principals: "),
        (", undeclared: ignore", "", "the field 'undeclared' is missing; write undeclared: case"),
        ("undeclared: ignore", "undeclared: alert", "undeclared cannot be 'alert'; write one of: case, ignore"),
        ('"arn:aws:iam::*:role/app/*"', '"*"', "'*' has not the form that principals has; write for example \"arn:aws"),
        ('"arn:aws:iam::*:role/app/*"', '"arn:aws:sts::*:assumed-role/app/1"', "has not the form that principals has"),
        ("principals: []", "principals: arn", "principals must be a list, and is text"),
        ("lake/training/", "s3://lake/training/", "write for example payments-training-data"),
        ("training_data:", "trainingdata:", "write training_data"),
        ('["444455556666"]', "[444455556666]", 'never equals an account id; write "444455556666"'),
        ('["444455556666"]', '["4444"]', "'4444' has not the form that known_accounts has"),
    ],
)
def test_the_duties_are_said_in_full(tmp_path: Path, before: str, after: str, message: str) -> None:
    """A duty that is left out, or names no principal of IAM, would be believed to hold."""
    sources = load(tmp_path, duties=DUTIES.replace(before, after))
    assert any(message in mistake.message for mistake in sources.errors), sources.errors
    assert {} == sources.duties
