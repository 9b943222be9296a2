"""The table: one case per dedup key and window, each event once, every change of state conditional."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from firedoor.case import State
from firedoor.cases import MOST_OCCURRENCES, Cases, Conflict, Opened
from firedoor.engine import Hit
from firedoor.errors import Refused
from firedoor.events import Facts
from firedoor.playbooks import AlertText, Mode, Playbook, Severity, Status, Threshold
from firedoor.thresholds import MemoryWindows, Seen, measure

NOW = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)
PLAYBOOK = Playbook(
    id="stolen-key",
    title="A key was stolen",
    description="",
    status=Status.STABLE,
    severity=Severity.HIGH,
    owner="iam",
    match=(),
    extract={},
    dedup_by=("target",),
    dedup_within=3600,
    mode=Mode.AUTO,
    alert=AlertText("", "", ()),
)


def hit(event_id: str = "e1", dedup_key: str = "k1", actor: str = "arn:aws:iam::111122223333:user/bob") -> Hit:
    """Build a hit of one playbook."""
    facts = Facts("111122223333", "eu-west-1", NOW, actor=actor)
    return Hit(PLAYBOOK, event_id, facts, facts.to_json(), Severity.HIGH, dedup_key)


class Linear:
    """A client whose calls happen one at a time, as DynamoDB promises of each item and moto does not of threads."""

    def __init__(self, client: Any) -> None:
        """Wrap a boto3 client."""
        self._client, self._lock = client, threading.Lock()
        self.exceptions, self.meta = client.exceptions, client.meta

    def __getattr__(self, name: str) -> Any:
        """Return the operation, guarded."""
        operation = getattr(self._client, name)
        if name == "get_paginator":
            return lambda name: Pages(operation(name), self._lock)

        def call(**parameters: Any) -> Any:
            with self._lock:
                return operation(**parameters)

        return call


class Pages:
    """A paginator whose pages are read at one time."""

    def __init__(self, paginator: Any, lock: threading.Lock) -> None:
        """Wrap a boto3 paginator."""
        self._paginator, self._lock = paginator, lock

    def paginate(self, **parameters: Any) -> list[Any]:
        """Return all pages."""
        with self._lock:
            return list(self._paginator.paginate(**parameters))


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cases]:
    """Give the table, empty, as template.yaml defines it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(
            TableName="firedoor",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gsi_pk", "gsi_sk")
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "listing",
                    "KeySchema": [
                        {"AttributeName": "gsi_pk", "KeyType": "HASH"},
                        {"AttributeName": "gsi_sk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        yield Cases(Linear(client), "firedoor")


def test_the_first_event_opens_a_case(cases: Cases) -> None:
    """A case holds what the hit said, in state matched."""
    opened = cases.open(hit(), NOW)
    case = cases.get(opened.case_id)
    assert (1, State.MATCHED, "stolen-key") == (case.count, case.state, case.playbook)
    assert ["Matched."] == [note.what for note in case.timeline]
    assert opened.pending


def test_the_same_event_told_again_changes_nothing(cases: Cases) -> None:
    """Delivery is at least once; a case counts once."""
    assert cases.open(hit(), NOW) == cases.open(hit(), NOW)
    assert 1 == cases.newest()[0].count


def test_another_event_of_the_same_key_joins_the_case(cases: Cases) -> None:
    """One case per thing, with an occurrence per event."""
    first, second = cases.open(hit("e1"), NOW), cases.open(hit("e2"), NOW + timedelta(minutes=59))
    assert (first.case_id, 2) == (second.case_id, second.number)


def test_after_the_window_a_new_case_opens(cases: Cases) -> None:
    """Dedup ends with its window."""
    first, second = cases.open(hit("e1"), NOW), cases.open(hit("e2"), NOW + timedelta(minutes=61))
    assert first.case_id != second.case_id


def test_after_a_full_case_a_new_one_opens(cases: Cases) -> None:
    """A burst does not make one case grow without end: the event after the last that it holds opens another."""
    full = cases.open(hit("e1"), NOW)
    cases._db.update_item(
        TableName=cases._table,
        Key={"pk": {"S": f"CASE#{full.case_id}"}, "sk": {"S": "CASE"}},
        UpdateExpression="SET #count = :count",
        ExpressionAttributeNames={"#count": "count"},
        ExpressionAttributeValues={":count": {"N": str(MOST_OCCURRENCES - 1)}},
    )
    assert cases.open(hit("last"), NOW) == Opened(full.case_id, MOST_OCCURRENCES, pending=True)
    another = cases.open(hit("next"), NOW)
    assert another.case_id != full.case_id
    assert [1, 2] == [another.number, cases.open(hit("after"), NOW).number]


def test_two_cases_never_share_an_id(cases: Cases) -> None:
    """Where the short ids of two events of a day are the same, the later one gets a longer id, and neither is lost."""
    seen: dict[str, str] = {}
    for number in itertools.count():
        digits = hashlib.sha256(f"stolen-key|e{number}|e{number}".encode()).hexdigest()[:6]
        if digits in seen:
            break
        seen[digits] = f"e{number}"
    first, second = (cases.open(hit(name, name), NOW) for name in (seen[digits], f"e{number}"))
    assert f"fd-20260131-{digits}" == first.case_id
    assert second.case_id.startswith(first.case_id)
    assert {first.case_id, second.case_id} == {case.id for case in cases.newest()}
    assert first == cases.open(hit(seen[digits], seen[digits]), NOW)


def test_concurrent_events_each_get_their_own_occurrence(cases: Cases) -> None:
    """Twelve events at once make one case of twelve."""
    barrier, opened, lock = threading.Barrier(12), [], threading.Lock()

    def tell(number: int) -> None:
        barrier.wait()
        for _ in range(20):
            try:
                result = cases.open(hit(f"e{number}"), NOW)
            except Conflict:
                continue
            with lock:
                opened.append(result)
            return

    threads = [threading.Thread(target=tell, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 == len({result.case_id for result in opened})
    assert list(range(1, 13)) == sorted(result.number for result in opened)


def test_a_state_that_may_not_follow_is_refused(cases: Cases) -> None:
    """No state can be skipped."""
    opened = cases.open(hit(), NOW)
    with pytest.raises(Refused, match="cannot become contained"):
        cases.move(cases.occurrence(opened.case_id, 1), State.CONTAINED, NOW, "test", "")


def test_who_read_an_older_version_cannot_write(cases: Cases) -> None:
    """Each write is conditional on what was read."""
    opened = cases.open(hit(), NOW)
    stale = cases.occurrence(opened.case_id, 1)
    cases.move(stale, State.PLANNED, NOW, "respond", "Planned.")
    with pytest.raises(Conflict):
        cases.move(stale, State.PLANNED, NOW, "respond", "Planned.")


def test_the_timeline_tells_every_move_once(cases: Cases) -> None:
    """What happened can be read from the case alone."""
    opened = cases.open(hit(), NOW)
    planned = cases.move(cases.occurrence(opened.case_id, 1), State.PLANNED, NOW, "respond", "Planned.")
    cases.move(planned, State.CLOSED, NOW + timedelta(seconds=1), "respond", "Nothing to do.")
    case = cases.get(opened.case_id)
    assert ["Matched.", "Planned.", "Nothing to do."] == [note.what for note in case.timeline]
    assert State.CLOSED is case.state


@pytest.mark.parametrize("asks", [State.WAITING, State.NEEDS_PERSON])
def test_what_is_settled_hides_no_event_that_asks(cases: Cases, asks: State) -> None:
    """Of two events of a case the second found nothing to do; the list still says that a person must look at it."""
    for event_id, state in (("e1", asks), ("e2", State.CLOSED)):
        opened = cases.open(hit(event_id), NOW)
        planned = cases.move(cases.occurrence(opened.case_id, opened.number), State.PLANNED, NOW, "respond", "Planned.")
        cases.move(planned, state, NOW, "respond", "So it is.")
    assert asks is cases.newest()[0].state
    if asks is State.WAITING:
        cases.move(cases.occurrence(opened.case_id, 1), State.REJECTED, NOW, "somebody", "Rejected.")
        assert State.REJECTED is cases.newest()[0].state


def test_exactly_the_limit_gets_a_slot(cases: Cases) -> None:
    """Fifty takers at once and a limit of five let five through."""
    barrier, got, lock = threading.Barrier(50), [], threading.Lock()

    def take(number: int) -> None:
        barrier.wait()
        if cases.take_slot("p", "111122223333", f"case-{number}", 5, 3600, NOW):
            with lock:
                got.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 5 == len(got)


def test_who_has_a_slot_keeps_it(cases: Cases) -> None:
    """A retry does not use the limit up."""
    assert [True, True, False] == [cases.take_slot("p", "a", name, 1, 3600, NOW) for name in ("c1", "c1", "c2")]


def rule(kind: str, at_least: int, within: int = 3600) -> Threshold:
    """Build a threshold of one kind."""
    return Threshold(group_by=("actor",), kind=kind, at_least=at_least, of="value", within=within)


def seen(seconds: int, name: str = "", value: Any = 1, entry: int = 0) -> Seen:
    """Build an event; its id is its time unless named."""
    return Seen(NOW + timedelta(seconds=seconds), name or str(seconds), value, entry)


DELIVERIES = st.lists(
    st.builds(
        seen,
        seconds=st.integers(0, 400),
        name=st.sampled_from("abcdefghijkl"),
        value=st.sampled_from([1, 0.25, 5, None, "x", "y"]),
        entry=st.integers(0, 2),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda event: event.event_id,
).flatmap(lambda events: st.lists(st.sampled_from(events), max_size=25))


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # moto is too slow to look for a smaller example
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kind=st.sampled_from(["count", "sum", "distinct", "sequence"]), deliveries=DELIVERIES)
def test_the_table_counts_as_memory_does(cases: Cases, kind: str, deliveries: list[Seen]) -> None:
    """In any order, with any repeats: what holds of the windows in memory holds of those that functions share."""
    memory, threshold, group = MemoryWindows(), rule(kind, 3, within=120), str(uuid4())
    for event in deliveries:
        expected = measure(threshold, memory, group, event)
        found = measure(threshold, cases, group, event)
        assert expected.reached == found.reached
        assert found.reached or expected.so_far == found.so_far


@pytest.mark.parametrize(
    ("kind", "value", "calls", "read"),
    [
        ("sum", 1200, ["TransactWriteItems", "Query"], 59),
        ("distinct", "one secret", ["UpdateItem", "Query"], 59),
        ("sequence", None, ["PutItem", "Query"], 1),
    ],
)
def test_the_five_hundredth_event_of_a_window_costs_no_more_than_the_sixtieth(
    cases: Cases, monkeypatch: pytest.MonkeyPatch, kind: str, value: Any, calls: list[str], read: int
) -> None:
    """One write and one read of at most an item for each sixtieth of the window: 500 events lie in 59 minutes."""
    monkeypatch.setattr("moto.dynamodb.models.copy", SimpleNamespace(deepcopy=lambda table: table))  # slow
    threshold, made, items = rule(kind, 2 if kind == "sequence" else 1_000_000), [], []

    def note(parsed: Any, model: Any, **_: Any) -> None:
        made.append(model.name)
        items.append(parsed.get("ScannedCount", 0))

    for number in range(500):
        if number == 499:
            cases._db.meta.events.register("after-call.dynamodb", note)
        entry = number % 2 if kind == "sequence" else 0
        measure(threshold, cases, "g", Seen(NOW + timedelta(seconds=7 * number), f"e{number}", value, entry))
    assert (calls, read) == (made, sum(items))


def test_a_full_bucket_is_neither_written_nor_read_any_more(cases: Cases) -> None:
    """Of a caller far above the threshold each event costs one refused write: its items never grow."""
    found = [
        measure(rule(kind, 3), cases, kind, seen(1, f"e{number}", number)) for number in range(9) for kind in KINDS
    ]
    assert [False] * 6 + [True] * 21 == [progress.reached for progress in found]
    (counted,), (told_apart,) = cases._query("TALLY#count"), cases._query("TALLY#distinct")
    assert ("3", 3) == (counted["amount"]["N"], len(told_apart["digests"]["SS"]))


KINDS = ("count", "sum", "distinct")


@pytest.mark.parametrize("kind", ["count", "sum", "distinct"])
def test_of_events_at_once_each_counts_once(cases: Cases, kind: str) -> None:
    """Nineteen events, each told by two functions at the same time, are nineteen; the twentieth is the one too many."""
    threshold, barrier = rule(kind, 20), threading.Barrier(38)

    def tell(number: int) -> bool:
        barrier.wait()
        at = number % 19
        return measure(threshold, cases, "g", seen(97 * at, f"e{at}", value=1 if kind == "sum" else at)).reached

    with ThreadPoolExecutor(38) as threads:
        assert not any(threads.map(tell, range(38)))
    assert measure(threshold, cases, "g", seen(1800, "last", value=1 if kind == "sum" else "last")).reached


def test_of_just_enough_events_at_once_one_knows(cases: Cases) -> None:
    """Whoever writes last reads what all others wrote."""
    barrier = threading.Barrier(20)

    def tell(number: int) -> bool:
        barrier.wait()
        return measure(rule("count", 20), cases, "g", seen(97 * number)).reached

    with ThreadPoolExecutor(20) as threads:
        assert any(threads.map(tell, range(20)))


class Contended:
    """A client whose first transactions meet others on the same item, as DynamoDB tells it and moto never does."""

    def __init__(self, client: Any, times: int) -> None:
        """Wrap a client."""
        self._client, self._times = client, times

    def __getattr__(self, name: str) -> Any:
        """Return the client's own."""
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        """Be refused so many times."""
        if self._times:
            self._times -= 1
            reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
            raise self.exceptions.TransactionCanceledException(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons},
                "TransactWriteItems",
            )
        return self._client.transact_write_items(**parameters)


def test_a_bucket_that_others_write_is_tried_again_after_a_while(cases: Cases) -> None:
    """Longer each time, and for each event another while."""
    waited: list[float] = []
    contended = Cases(Contended(cases._db, 3), "firedoor", waited.append)
    assert measure(rule("count", 1), contended, "g", seen(0, "a")).reached
    assert 3 == len(waited)
    assert waited == sorted(waited)
    other: list[float] = []
    measure(rule("count", 1), Cases(Contended(cases._db, 3), "firedoor", other.append), "h", seen(0, "b"))
    assert waited != other


def test_a_bucket_that_others_keep_writing_lets_the_message_come_again(cases: Cases) -> None:
    """Nothing is counted then, so that the next try counts it."""
    contended = Cases(Contended(cases._db, 99), "firedoor", lambda _: None)
    with pytest.raises(Conflict):
        measure(rule("count", 1), contended, "g", seen(0))
    assert [] == cases._query("TALLY#g")


def test_what_was_counted_is_forgotten(cases: Cases) -> None:
    """But not before a message can have left the dead letters, or it would count anew."""
    measure(rule("count", 5), cases, "g", seen(0, "e"))
    measure(rule("sequence", 2), cases, "g", seen(0, "e"))
    held = [cases._query(pk)[0] for pk in ("TALLY#g", "COUNTED#g#e", "SEQUENCE#g#0")]
    until = int((NOW + timedelta(days=14, hours=2)).timestamp())
    assert [until] * 3 == [int(item["expires_at"]["N"]) for item in held]


def test_a_baseline_is_the_newest_before_the_event(cases: Cases) -> None:
    """What an attacker left behind is never taken for the good state."""
    where = ("111122223333", "eu-west-1", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main")
    assert cases.save_baseline(*where, {"multi_region": True}, NOW)
    assert not cases.save_baseline(*where, {"multi_region": True}, NOW + timedelta(hours=1))
    assert cases.save_baseline(*where, {"multi_region": False}, NOW + timedelta(hours=2))
    assert {"multi_region": True} == cases.baseline(*where, NOW + timedelta(hours=1, minutes=59))
    assert {"multi_region": False} == cases.baseline(*where, NOW + timedelta(hours=3))
    assert None is cases.baseline(*where, NOW - timedelta(hours=1))


def test_related_are_the_other_open_cases_about_the_same_actor(cases: Cases) -> None:
    """An operator sees what else this principal did."""
    first, second = cases.open(hit("e1", "k1"), NOW), cases.open(hit("e2", "k2"), NOW)
    cases.open(hit("e3", "k3", actor="arn:aws:iam::111122223333:user/eve"), NOW)
    assert [second.case_id] == [case.id for case in cases.related(cases.get(first.case_id))]


def test_of_many_related_cases_the_newest_are_told(cases: Cases) -> None:
    """A busy principal's old cases, closed long ago, do not hide what it did today."""
    for day in range(30):
        newest = cases.open(hit(f"e{day}", f"k{day}"), NOW + timedelta(days=day))
    this = cases.open(hit("this", "this"), NOW + timedelta(days=29))
    related = [case.id for case in cases.related(cases.get(this.case_id))]
    assert (10, newest.case_id) == (len(related), related[0])


def test_as_many_cases_are_listed_as_were_asked_for(cases: Cases) -> None:
    """A page of DynamoDB holds 1 MB, which is fewer cases than a bad day has."""
    for number in range(5):
        cases.open(replace(hit(f"e{number}", f"k{number}"), playbook=replace(PLAYBOOK, title="x" * 300_000)), NOW)
    assert (5, 2) == (len(cases.newest(1_000)), len(cases.newest(2)))


def test_why_names_the_case_or_the_reason(cases: Cases) -> None:
    """Every event that matched can be explained afterwards."""
    opened = cases.open(hit("e1"), NOW)
    cases.note_event("e1", "other-playbook", "excepted: the pipeline did it", NOW)
    cases.note_event("e1", "stolen-key", "must not replace the case", NOW)
    expected = {"stolen-key": f"case {opened.case_id}", "other-playbook": "excepted: the pipeline did it"}
    assert expected == cases.why("e1")


def test_a_case_that_is_not_there_is_refused_politely(cases: Cases) -> None:
    """A wrong id is an answer for a person."""
    with pytest.raises(Refused, match="There is no case fd-20260131-000000"):
        cases.get("fd-20260131-000000")


def test_what_is_stored_is_json(cases: Cases) -> None:
    """A person can read an item in the console."""
    opened = cases.open(hit(), NOW)
    item = cases._item(opened.case_id, "OCC#0001")
    assert "arn:aws:iam::111122223333:user/bob" == json.loads(item["data"]["S"])["facts"]["actor"]
