"""A step in a table of states, and what a step that no table has is: a bug of ours."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

State = TypeVar("State", bound=Enum)
Trigger = TypeVar("Trigger", bound=Enum)


class UnexpectedTrigger(RuntimeError):
    """A bug: the table has no such step. Nobody catches it; recovery is the code that boots."""


def step(table: Mapping[State, Mapping[Trigger, State]], state: State, trigger: Trigger) -> State:
    """The state that follows; raises UnexpectedTrigger."""
    try:
        return table[state][trigger]
    except KeyError:
        raise UnexpectedTrigger(f"{trigger.name} in state {state.name}") from None
