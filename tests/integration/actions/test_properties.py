"""Whatever stood there before: an action does what its plan says, and undo brings back the very same account."""

from __future__ import annotations

import os

import pytest
from emulator import emulated, everything
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_states import STIRS, without_random_states
from scenarios import SCENARIOS, World

from firedoor import actions
from firedoor.errors import Refused
from firedoor.plans import Change

EXAMPLES = int(os.environ.get("FIREDOOR_EXAMPLES", "5"))
"""States tried of every action; set the variable to search longer."""

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""An emulated account takes a tenth of a second: making a failing example smaller would take minutes."""


def test_every_action_is_tried_in_states_drawn_at_random() -> None:
    """A new action needs a function in ``STIRS`` that draws what may stand there, unless there are two states only."""
    assert set() == without_random_states()


@pytest.mark.parametrize("name", sorted({action for action, _ in SCENARIOS.values()}))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(data=st.data())
def test_undo_brings_back_whatever_was_there(name: str, data: st.DataObject) -> None:
    """Random state → plan → apply → read back → undo → the whole account is as before."""
    action = actions.load(name)
    setups = [setup for of, setup in SCENARIOS.values() if of == name]
    with emulated():
        world = World()
        params = data.draw(st.sampled_from(setups))(world)
        if name in STIRS:
            STIRS[name](world, params, data.draw)
        before, account = everything(), world.account()
        try:
            changes = action.plan(account, params).changes
        except Refused:
            changes = ()
        assert before == everything()
        made = [action.apply(account, change) for change in changes]
        found = [dict(action.read(account, change, result)) for change, result in zip(changes, made, strict=True)]
        assert [dict(change.after) for change in changes] == found
        if changes:
            assert () == action.plan(account, params).changes
        if not action.additive:
            for change, result in reversed(list(zip(changes, made, strict=True))):
                stored = Change.from_json(change.to_json())
                if dict(action.read(account, stored, result)) != dict(stored.before):
                    action.undo(account, stored, result)
        assert before == everything()
