"""The one DynamoDB table of cases, in which every change is conditional.

Owns the table's layout and every write to it. Does not own what a case is (``case``), what is decided (``engine``) nor
what is done (``response``).
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from firedoor.case import MOVES, Case, Note, Occurrence, State
from firedoor.errors import Refused, Retry
from firedoor.events import Facts, parse_time
from firedoor.evidence import Entry
from firedoor.plans import Json, StepResult
from firedoor.playbooks import Mode, Severity
from firedoor.thresholds import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firedoor.engine import Hit
    from firedoor.inspection.usage import Habit
    from firedoor.thresholds import Seen, Share


@dataclass(frozen=True, slots=True)
class Opened:
    """What ``Cases.open`` found or made. ``pending`` is true while nobody has taken the occurrence up."""

    case_id: str
    number: int
    pending: bool


MOST_OCCURRENCES = 1_000
"""Events that one case holds; the next one opens another case. What becomes of an event is decided on all the events of
its case, so that without an end each event of a burst would cost more than the one before."""


class Conflict(Retry):
    """Somebody else wrote first; read again and decide anew."""


class Cases:
    """The table. One item per case, occurrence, timeline note, open case per dedup key, event decision and bucket.

    Layout (``pk`` / ``sk``)::

        CASE#fd-20260131-7f3a2b   CASE | OCC#0001 | NOTE#0001#0003
        OPEN#<dedup key>          OPEN                    → the case that new events of this key join, until expires_at
        EVENT#<event id>          <playbook>              → the case, or why nothing was done
        ABOUT#<actor or target>   <case id>
        TALLY#<group>             <start of the bucket>   → what a threshold has counted in it
        COUNTED#<group>#<event>   COUNTED                 → that this event is in its bucket
        SEQUENCE#<group>#<entry>  <time>#<event id>
        LIMIT#<playbook>#<acct>   <start of the window>
        BASELINE#<acct>#<region>  <resource>#<time>
        HABIT#<acct>#<region>     <user or role>          → its usual model calls
    """

    def __init__(self, dynamodb: Any, table: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """``dynamodb`` is a boto3 DynamoDB client; ``sleep`` waits between tries to write what others write too."""
        self._db = dynamodb
        self._table = table
        self._sleep = sleep

    # --- opening

    def open(self, hit: Hit, now: datetime) -> Opened:
        """Make the case of a hit, or add an occurrence to the one that is open for its dedup key.

        The same event told twice returns what the first telling made.

        Raises:
            Conflict: Others kept writing the same case; the message should come again.
        """
        for attempt in range(_ATTEMPTS):
            known = self._get(f"EVENT#{hit.event_id}", hit.playbook.id)
            if known and "number" in known:
                return self._opened(known["case_id"]["S"], int(known["number"]["N"]))
            opened = self._open_once(hit, _case_id(hit, now, digits=6 + 2 * attempt), now)
            if opened:
                return opened
        raise Conflict(f"The case of event {hit.event_id} is being written by others.")

    def _open_once(self, hit: Hit, new_id: str, now: datetime) -> Opened | None:
        pointer = self._get(f"OPEN#{hit.dedup_key}", "OPEN")
        is_open = pointer is not None and int(pointer["expires_at"]["N"]) > now.timestamp()
        joined = pointer["case_id"]["S"] if pointer and is_open else ""
        held = int(self._item(joined, "CASE")["count"]["N"]) if joined else 0
        if joined and held < MOST_OCCURRENCES:
            case_id, number = joined, held + 1
            writes = [self._count(case_id, number, now)]
        else:
            case_id, number = new_id, 1
            writes = self._first_writes(hit, case_id, now, full=joined)
        occurrence = Occurrence(
            case_id=case_id,
            number=number,
            event_id=hit.event_id,
            facts=hit.facts,
            extracted=hit.extracted,
            mode=hit.playbook.cap,
            state=State.MATCHED,
            reason=hit.problem or "",
            finding=hit.finding,
        )
        writes += [
            self._put(f"CASE#{case_id}", f"OCC#{number:04d}", _occurrence_item(occurrence), _ABSENT),
            self._put(f"CASE#{case_id}", f"NOTE#{number:04d}#0000", _note_item(now, "classify", "Matched."), _ABSENT),
            self._put(
                f"EVENT#{hit.event_id}",
                hit.playbook.id,
                {"case_id": {"S": case_id}, "number": {"N": str(number)}, **_ttl(now, _EVENT_DAYS)},
                "attribute_not_exists(pk) OR attribute_not_exists(#number)",
                {"#number": "number"},
            ),
        ]
        return Opened(case_id, number, pending=True) if self._transact(writes) else None

    def _first_writes(self, hit: Hit, case_id: str, now: datetime, full: str) -> list[dict[str, Any]]:
        """The items of a new case. ``full`` is the case whose place it takes, if that one holds no more events."""
        until = int(now.timestamp()) + hit.playbook.dedup_within
        case = {
            "count": {"N": "1"},
            "state": {"S": State.MATCHED.value},
            "updated": {"S": _stamp(now)},
            **_listing(hit, case_id, now),
            "data": {"S": json.dumps(_new_case(hit, now), default=str)},
        }
        free = "attribute_not_exists(pk) OR expires_at <= :now OR case_id = :full"
        pointer = {"case_id": {"S": case_id}, "expires_at": {"N": str(until)}}
        writes = [
            self._put(f"CASE#{case_id}", "CASE", case, _ABSENT),
            self._put(
                f"OPEN#{hit.dedup_key}",
                "OPEN",
                pointer,
                free,
                values={":now": {"N": str(int(now.timestamp()))}, ":full": {"S": full}},
            ),
        ]
        about = {hit.extracted.get("actor"), _target(hit)} - {None, ""}
        return writes + [
            self._put(f"ABOUT#{name}"[:1024], case_id, _ttl(now, _ABOUT_DAYS)) for name in sorted(map(str, about))
        ]

    def _count(self, case_id: str, number: int, now: datetime) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(f"CASE#{case_id}", "CASE"),
                "UpdateExpression": "SET #count = :new, updated = :now",
                "ConditionExpression": "#count = :old",
                "ExpressionAttributeNames": {"#count": "count"},
                "ExpressionAttributeValues": {
                    ":new": {"N": str(number)},
                    ":old": {"N": str(number - 1)},
                    ":now": {"S": _stamp(now)},
                },
            }
        }

    def _opened(self, case_id: str, number: int) -> Opened:
        state = State(self._item(case_id, f"OCC#{number:04d}")["state"]["S"])
        return Opened(case_id, number, pending=state is State.MATCHED)

    def note_event(self, event_id: str, playbook: str, reason: str, now: datetime) -> None:
        """Remember why a playbook that matched did nothing about an event, for ``firedoor why``."""
        item = {"reason": {"S": reason}, "at": {"S": _stamp(now)}, **_ttl(now, _EVENT_DAYS)}
        try:
            self._db.put_item(**self._put(f"EVENT#{event_id}", playbook, item, _ABSENT)["Put"])
        except self._db.exceptions.ConditionalCheckFailedException:
            return

    def why(self, event_id: str) -> dict[str, str]:
        """Return, for every playbook that matched the event, the case it opened or the reason that it did not."""
        found = self._query(f"EVENT#{event_id}")
        return {
            item["sk"]["S"]: f"case {item['case_id']['S']}" if "case_id" in item else item["reason"]["S"]
            for item in found
        }

    # --- reading

    def get(self, case_id: str) -> Case:
        """Return a case with its occurrences and timeline.

        Raises:
            Refused: There is no such case.
        """
        items = self._query(f"CASE#{case_id}")
        case = next((item for item in items if item["sk"]["S"] == "CASE"), None)
        if case is None:
            raise Refused(f"There is no case {case_id}.")
        return replace(
            _case(case_id, case),
            occurrences=tuple(_occurrence(item) for item in items if item["sk"]["S"].startswith("OCC#")),
            timeline=tuple(
                sorted(
                    (Note.from_json(json.loads(item["data"]["S"])) for item in items if item["sk"]["S"][:5] == "NOTE#"),
                    key=lambda note: note.at,
                )
            ),
        )

    def occurrence(self, case_id: str, number: int) -> Occurrence:
        """Return one occurrence as it stands now.

        Raises:
            Refused: There is no such case or occurrence.
        """
        return _occurrence(self._item(case_id, f"OCC#{number:04d}"))

    def newest(self, limit: int = 50) -> tuple[Case, ...]:
        """Return the newest cases first, without occurrences and timeline."""
        pages = self._db.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="listing",
            KeyConditionExpression="gsi_pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "CASE"}},
            ScanIndexForward=False,
            PaginationConfig={"MaxItems": limit, "PageSize": min(limit, 500)},
        )
        return tuple(_case(item["pk"]["S"][5:], item) for page in pages for item in page["Items"])

    def since(self, when: datetime) -> tuple[Case, ...]:
        """Return every case that was opened at ``when`` or later, oldest first, without occurrences and timeline."""
        pages = self._db.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="listing",
            KeyConditionExpression="gsi_pk = :pk AND gsi_sk >= :since",
            ExpressionAttributeValues={":pk": {"S": "CASE"}, ":since": {"S": _stamp(when)}},
        )
        return tuple(_case(item["pk"]["S"][5:], item) for page in pages for item in page["Items"])

    def related(self, case: Case) -> tuple[Case, ...]:
        """Return the newest other cases about the same actor or target that are open, at most ten."""
        ids: set[str] = set()
        for name in (case.actor, case.target):
            if name:
                about = self._query(f"ABOUT#{name}"[:1024], limit=20, newest_first=True)
                ids.update(item["sk"]["S"] for item in about)
        newest = sorted(ids - {case.id}, reverse=True)[:10]
        found = [_case(case_id, self._item(case_id, "CASE")) for case_id in newest]
        return tuple(other for other in found if other.state in _OPEN)

    # --- moving

    def move(
        self, occurrence: Occurrence, state: State, now: datetime, by: str, note: str, **changes: Any
    ) -> Occurrence:
        """Write a new state, if it may follow and nobody wrote in between, with a line in the timeline.

        Of a new state people have not been told, unless ``changes`` says otherwise.

        Raises:
            Conflict: Somebody else wrote first.
            Refused: ``state`` may not follow the present one.
        """
        if state is not occurrence.state and state not in MOVES.get(occurrence.state, frozenset()):
            raise Refused(f"Case {occurrence.case_id} is {occurrence.state}; it cannot become {state} now.")
        alerted = occurrence.alerted and state is occurrence.state
        changes = {"alerted": alerted, **changes}
        moved = replace(occurrence, state=state, version=occurrence.version + 1, moved_at=now, **changes)
        sort = f"NOTE#{moved.number:04d}#{moved.version:04d}"
        writes = [
            self._replace(moved),
            self._put(f"CASE#{moved.case_id}", sort, _note_item(now, by, note), _ABSENT),
            self._set_case(moved.case_id, state=self._state_of_case(moved).value, updated=_stamp(now)),
        ]
        if not self._transact(writes):
            raise Conflict(f"Case {occurrence.case_id} was changed by somebody else.")
        return moved

    def _state_of_case(self, moved: Occurrence) -> State:
        """Return what a case shows once this occurrence has moved: what is settled hides no other that asks."""
        if moved.state not in _SETTLED:
            return moved.state
        low, high = "OCC#", "OCC#~"
        others = [
            (int(item["number"]["N"]), State(item["state"]["S"]))
            for item in self._query(f"CASE#{moved.case_id}", between=(low, high))
        ]
        asking = [(number, state) for number, state in others if state in _ASKS and number != moved.number]
        return max(asking)[1] if asking else moved.state

    def save(self, occurrence: Occurrence, **changes: Any) -> Occurrence:
        """Write progress without changing the state; conditional as ``move`` is.

        Raises:
            Conflict: Somebody else wrote first.
        """
        saved = replace(occurrence, version=occurrence.version + 1, **changes)
        if not self._transact([self._replace(saved)]):
            raise Conflict(f"Case {occurrence.case_id} was changed by somebody else.")
        return saved

    def note(self, occurrence: Occurrence, now: datetime, what: str, by: str = "respond") -> None:
        """Add a line to the timeline that goes with no change of state."""
        sort = f"NOTE#{occurrence.number:04d}#{_stamp(now)}"
        self._db.put_item(**self._put(f"CASE#{occurrence.case_id}", sort, _note_item(now, by, what))["Put"])

    def told(self, occurrence: Occurrence, verdict: str) -> Occurrence:
        """Remember that people were told, and what. If this fails they are told again: twice is better than never."""
        saved = replace(occurrence, version=occurrence.version + 1, alerted=True)
        if not self._transact([self._replace(saved), self._set_case(occurrence.case_id, told=verdict)]):
            raise Conflict(f"Case {occurrence.case_id} was changed by somebody else.")
        return saved

    def set_feedback(self, case_id: str, feedback: str, by: str, now: datetime) -> None:
        """Remember what a person said of a case.

        Raises:
            Refused: There is no such case.
        """
        self._item(case_id, "CASE")
        self._db.update_item(**self._set_case(case_id, feedback=feedback)["Update"])
        note = self._put(f"CASE#{case_id}", f"NOTE#0000#{_stamp(now)}", _note_item(now, by, feedback))
        self._db.put_item(**note["Put"])

    # --- limits, windows, baselines

    def take_slot(self, playbook: str, account: str, taker: str, limit: int, window: int, now: datetime) -> bool:
        """Take one of ``limit`` slots in the current window of ``window`` seconds.

        Returns True when the slot was got, also when ``taker`` has it already.
        """
        start = int(now.timestamp()) // window * window
        try:
            self._db.update_item(
                TableName=self._table,
                Key=_key(f"LIMIT#{playbook}#{account}", str(start)),
                UpdateExpression="ADD takers :taker SET expires_at = :until",
                ConditionExpression="attribute_not_exists(takers) OR contains(takers, :name) OR size(takers) < :limit",
                ExpressionAttributeValues={
                    ":taker": {"SS": [taker]},
                    ":name": {"S": taker},
                    ":limit": {"N": str(limit)},
                    ":until": {"N": str(start + 2 * window)},
                },
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def add(self, group: str, share: Share) -> Sequence[Bucket] | None:
        """Count an event for a threshold: ``thresholds.Windows.add``, shared by all concurrent functions.

        Takes one write and one query of at most 121 small items, however many events the window holds.

        Raises:
            Conflict: Others kept writing the same bucket; the message should come again.
        """
        pk = f"TALLY#{group}"
        if not (self._add_value(pk, share) if share.value else self._add_amount(pk, share, f"COUNTED#{group}")):
            return None
        around = (_second(share.start - share.reach), _second(share.start + share.reach))
        return [_bucket(item) for item in self._query(pk, between=around)]

    def _add_value(self, pk: str, share: Share) -> bool:
        """Put a value into the set of its bucket, where it stands once; False if the bucket is full."""
        try:
            self._db.update_item(
                **self._tally(pk, share, "digests", "size(digests) < :enough", {"SS": [share.value]})["Update"]
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _add_amount(self, pk: str, share: Share, marks: str) -> bool:
        """Add to the amount of a bucket, and mark the event as counted, both or neither; False if the bucket is full.

        A transaction waits for no other: of two on one bucket, one is refused and tries again.
        """
        mark = self._put(f"{marks}#{share.event_id}", "COUNTED", _forgotten(share.start, share.reach), _ABSENT)
        tally = self._tally(pk, share, "amount", "amount < :enough", {"N": str(share.amount)})
        for wait in _waits(share.event_id):
            try:
                self._db.transact_write_items(TransactItems=[mark, tally])
            except self._db.exceptions.TransactionCanceledException as error:
                of_mark, of_tally = (reason.get("Code") for reason in error.response["CancellationReasons"])
                if of_tally == "ConditionalCheckFailed":
                    return False
                if of_mark == "ConditionalCheckFailed":
                    return True
                if "TransactionConflict" not in (of_mark, of_tally):
                    raise
                self._sleep(wait)
            else:
                return True
        raise Conflict(f"The window of event {share.event_id} is being written by others.")

    def _tally(self, pk: str, share: Share, name: str, room: str, added: dict[str, Any]) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(pk, _second(share.start)),
                "UpdateExpression": f"ADD {name} :added SET expires_at = :until",
                "ConditionExpression": f"attribute_not_exists({name}) OR {room}",
                "ExpressionAttributeValues": {
                    ":added": added,
                    ":enough": {"N": str(share.enough)},
                    ":until": _forgotten(share.start, share.reach)["expires_at"],
                },
            }
        }

    def place(self, group: str, seen: Seen, within: timedelta) -> None:
        """Remember an event of a sequence: ``thresholds.Windows.place``."""
        item = _forgotten(int(seen.at.timestamp()), int(within.total_seconds()))
        sort = f"{_stamp(seen.at)}#{seen.event_id}"
        self._db.put_item(**self._put(f"SEQUENCE#{group}#{seen.entry}", sort, item)["Put"])

    def nearest(self, group: str, entry: int, low: datetime, high: datetime, *, latest: bool) -> datetime | None:
        """Look for an event of a sequence: ``thresholds.Windows.nearest``. Reads one item."""
        between = (_stamp(low), _stamp(high) + "~")
        found = self._query(f"SEQUENCE#{group}#{entry}", between, limit=1, newest_first=latest)
        return parse_time(found[0]["sk"]["S"].partition("#")[0]) if found else None

    def save_baseline(self, account: str, region: str, resource: str, config: Json, now: datetime) -> bool:
        """Remember a configuration if it differs from the newest one kept; True if it was written."""
        newest = self.baseline(account, region, resource, now + timedelta(days=1))
        if newest == config:
            return False
        item = {"data": {"S": json.dumps(config, default=str)}}
        self._db.put_item(**self._put(f"BASELINE#{account}#{region}", f"{resource}#{_stamp(now)}", item)["Put"])
        return True

    def baseline(self, account: str, region: str, resource: str, before: datetime) -> Json | None:
        """Return the newest configuration that was saved before ``before``, or None."""
        found = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues={
                ":pk": {"S": f"BASELINE#{account}#{region}"},
                ":low": {"S": f"{resource}#"},
                ":high": {"S": f"{resource}#{_stamp(before)}"},
            },
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )["Items"]
        return json.loads(found[0]["data"]["S"]) if found else None

    def habit(self, account: str, region: str, identity: str) -> Habit:
        """Return how a user or role usually calls models; an empty habit if it never did."""
        from firedoor.inspection.usage import Habit  # only ``inspect`` asks, which has it loaded

        item = self._get(f"HABIT#{account}#{region}", identity[:1024])
        return Habit.from_json(json.loads(item["data"]["S"])) if item else Habit()

    def save_habit(self, account: str, region: str, identity: str, habit: Habit, now: datetime) -> None:
        """Remember the habit of a user or role."""
        item = {"data": {"S": json.dumps(habit.to_json())}, **_ttl(now, _EVENT_DAYS)}
        self._db.put_item(**self._put(f"HABIT#{account}#{region}", identity[:1024], item)["Put"])

    # --- the table itself

    def _item(self, case_id: str, sort: str) -> dict[str, Any]:
        item = self._get(f"CASE#{case_id}", sort)
        if item is None:
            raise Refused(f"There is no case {case_id}.")
        return item

    def _get(self, partition: str, sort: str) -> dict[str, Any] | None:
        answer = self._db.get_item(TableName=self._table, Key=_key(partition, sort), ConsistentRead=True)
        item: dict[str, Any] | None = answer.get("Item")
        return item

    def _query(
        self,
        partition: str,
        between: tuple[str, str] | None = None,
        limit: int | None = None,
        *,
        newest_first: bool = False,
    ) -> list[dict[str, Any]]:
        condition, values = "pk = :pk", {":pk": {"S": partition}}
        if between:
            condition += " AND sk BETWEEN :low AND :high"
            values |= {":low": {"S": between[0]}, ":high": {"S": between[1]}}
        pages = self._db.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
            PaginationConfig={"MaxItems": limit, "PageSize": limit} if limit else {},
        )
        return [item for page in pages for item in page["Items"]]

    def _put(
        self,
        partition: str,
        sort: str,
        item: dict[str, Any],
        condition: str | None = None,
        names: dict[str, str] | None = None,
        values: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        put: dict[str, Any] = {"TableName": self._table, "Item": {**_key(partition, sort), **item}}
        if condition:
            put["ConditionExpression"] = condition
        if names:
            put["ExpressionAttributeNames"] = names
        if values:
            put["ExpressionAttributeValues"] = values
        return {"Put": put}

    def _replace(self, occurrence: Occurrence) -> dict[str, Any]:
        return self._put(
            f"CASE#{occurrence.case_id}",
            f"OCC#{occurrence.number:04d}",
            _occurrence_item(occurrence),
            "version = :old",
            values={":old": {"N": str(occurrence.version - 1)}},
        )

    def _set_case(self, case_id: str, **values: str) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(f"CASE#{case_id}", "CASE"),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
                "ExpressionAttributeNames": {f"#{name}": name for name in values},
                "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()},
            }
        }

    def _transact(self, writes: list[dict[str, Any]]) -> bool:
        """Write all or nothing; False if a condition did not hold or another transaction was in the way."""
        try:
            self._db.transact_write_items(TransactItems=writes)
        except self._db.exceptions.TransactionCanceledException as error:
            codes = {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}
            if codes & {"ConditionalCheckFailed", "TransactionConflict"}:
                return False
            raise
        return True


_ATTEMPTS = 8
_EVENT_DAYS = 90
_WINDOW_DAYS = 14
"""As long as a message may lie in a queue or its dead letters, and then be told again."""
_ABOUT_DAYS = 90
_ABSENT = "attribute_not_exists(pk)"
_ASKS = frozenset({State.WAITING, State.NEEDS_PERSON, State.FAILED})
_OPEN = frozenset(State) - {State.CLOSED, State.RECORDED, State.REVERTED, State.REJECTED}
_SETTLED = (frozenset(State) - _OPEN) | {State.CONTAINED}


def _key(partition: str, sort: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def _ttl(now: datetime, days: int) -> dict[str, Any]:
    return {"expires_at": {"N": str(int(now.timestamp()) + days * 86_400)}}


def _forgotten(start: int, reach: int) -> dict[str, Any]:
    """Return when what a threshold has counted is forgotten: no event that can come still lies in its window."""
    return {"expires_at": {"N": str(start + 2 * reach + _WINDOW_DAYS * 86_400)}}


def _waits(event_id: str) -> list[float]:
    """Return how many seconds to wait after each try: up to 5 ms, then twice as long, for each event another part."""
    part = int(hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()[:4], 16) / 0xFFFF
    return [0.005 * 2**attempt * (0.5 + part / 2) for attempt in range(_ATTEMPTS)]


def _bucket(item: dict[str, Any]) -> Bucket:
    start = int(parse_time(item["sk"]["S"]).timestamp())
    values = frozenset(item["digests"]["SS"]) if "digests" in item else frozenset()
    return Bucket(start, Decimal(item["amount"]["N"]) if "amount" in item else Decimal(0), values)


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _second(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _case_id(hit: Hit, now: datetime, digits: int) -> str:
    """Derive the id from the event: six digits, which people can read and say, or more if another case has those.

    In a storm of 5,000 cases a day it is more likely than not that two of them share six digits.
    """
    seed = f"{hit.playbook.id}|{hit.event_id}|{hit.dedup_key}".encode("utf-8", "surrogatepass")
    return f"fd-{now:%Y%m%d}-{hashlib.sha256(seed).hexdigest()[:digits]}"


def _listing(hit: Hit, case_id: str, now: datetime) -> dict[str, Any]:
    """Put a case into the listing that people read, unless its playbook neither acts nor tells: the canary's."""
    if hit.playbook.mode <= Mode.SHADOW and not hit.playbook.steps:
        return {}
    return {"gsi_pk": {"S": "CASE"}, "gsi_sk": {"S": f"{_stamp(now)}#{case_id}"}}


def _target(hit: Hit) -> str | None:
    """Return what the case is about: the event's target, or the first thing that the playbook tells cases apart by."""
    named = (hit.extracted.get(name) for name in ("target", *hit.playbook.dedup_by))
    return next((value for value in named if isinstance(value, str) and value), None)


def _new_case(hit: Hit, now: datetime) -> dict[str, Any]:
    return {
        "playbook": hit.playbook.id,
        "title": hit.playbook.title,
        "owner": hit.playbook.owner,
        "severity": str(hit.severity),
        "account": hit.facts.account,
        "region": hit.facts.region,
        "actor": hit.extracted.get("actor"),
        "target": _target(hit),
        "opened": _stamp(now),
    }


def _case(case_id: str, item: dict[str, Any]) -> Case:
    data = json.loads(item["data"]["S"])
    return Case(
        id=case_id,
        playbook=data["playbook"],
        title=data["title"],
        owner=data["owner"],
        severity=Severity[data["severity"].upper()],
        account=data["account"],
        region=data["region"],
        actor=data["actor"],
        target=data["target"],
        state=State(item["state"]["S"]),
        opened=parse_time(data["opened"]),
        updated=parse_time(item["updated"]["S"]),
        count=int(item["count"]["N"]),
        feedback=item["feedback"]["S"] if "feedback" in item else None,
        told=item["told"]["S"] if "told" in item else None,
    )


def _note_item(now: datetime, by: str, what: str) -> dict[str, Any]:
    return {"data": {"S": json.dumps(Note(now, by, what).to_json())}}


def _occurrence_item(occurrence: Occurrence) -> dict[str, Any]:
    data = {
        "event_id": occurrence.event_id,
        "facts": occurrence.facts.to_json(),
        "extracted": dict(occurrence.extracted),
        "mode": str(occurrence.mode),
        "steps": [step.to_json() for step in occurrence.steps],
        "decided": None if occurrence.decided is None else str(occurrence.decided),
        "reason": occurrence.reason,
        "finding": occurrence.finding,
        "decisions": list(occurrence.decisions),
        "evidence": [[entry.key, entry.sha256] for entry in occurrence.evidence],
        "alerted": occurrence.alerted,
        "asked_until": None if occurrence.asked_until is None else _stamp(occurrence.asked_until),
        "drift": occurrence.drift,
        "lease_until": None if occurrence.lease_until is None else _stamp(occurrence.lease_until),
        "reverts_at": None if occurrence.reverts_at is None else _stamp(occurrence.reverts_at),
        "moved_at": None if occurrence.moved_at is None else _stamp(occurrence.moved_at),
    }
    return {
        "case_id": {"S": occurrence.case_id},
        "number": {"N": str(occurrence.number)},
        "state": {"S": occurrence.state.value},
        "version": {"N": str(occurrence.version)},
        "data": {"S": json.dumps(data, default=str)},
    }


def _occurrence(item: dict[str, Any]) -> Occurrence:
    data = json.loads(item["data"]["S"])
    return Occurrence(
        case_id=item["case_id"]["S"],
        number=int(item["number"]["N"]),
        event_id=data["event_id"],
        facts=Facts.from_json(data["facts"]),
        extracted=data["extracted"],
        mode=Mode.parse(data["mode"]),
        state=State(item["state"]["S"]),
        steps=tuple(StepResult.from_json(step) for step in data["steps"]),
        decided=None if data["decided"] is None else Mode.parse(data["decided"]),
        reason=data["reason"],
        finding=data["finding"],
        decisions=tuple(data["decisions"]),
        evidence=tuple(Entry(key, digest) for key, digest in data["evidence"]),
        alerted=data["alerted"],
        version=int(item["version"]["N"]),
        asked_until=None if data["asked_until"] is None else parse_time(data["asked_until"]),
        drift=data["drift"],
        lease_until=None if data["lease_until"] is None else parse_time(data["lease_until"]),
        reverts_at=None if data.get("reverts_at") is None else parse_time(data["reverts_at"]),
        moved_at=None if data.get("moved_at") is None else parse_time(data["moved_at"]),
    )
