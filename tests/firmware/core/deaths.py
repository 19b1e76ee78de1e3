"""Core dies after any one of the commits of a story, and is back: how that is told.

A commit is all or nothing, so after each of them the disk is in another state, and between two it
is in none. What core had in mind, and had not sent, dies with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from firmware.contract.screen import Attract
from firmware.journal.journal import Journal
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.world import World


class Killed(BaseException):
    """The process is gone."""


class Mortal(World):
    """Mixed into a world; what is in RAM after a death is that of the last whole input."""

    commits, kept = 0, b""

    def settle(self) -> None:
        super().settle()
        self.kept = self.core.flow.snapshot()


AnyMortal = TypeVar("AnyMortal", bound=Mortal)


def dies_after_each_commit(
    make: Callable[[Path], AnyMortal],
    story: Callable[[AnyMortal], None],
    kinds: set[str],
    check: Callable[[AnyMortal], None],
    folder: Path,
    patch: pytest.MonkeyPatch,
    stride: int,
) -> None:
    """Tell the story whole, which must write rows of these kinds; then with a death after every
    `stride`th commit, of core and of the power. `check` says whether all came right."""
    whole, has_died = _told(make, story, folder / "0", 0, patch)
    assert not has_died
    check(whole)
    written = {type(entry.row).__name__ for entry in whole.journal.entries()}
    assert written >= kinds
    whole.journal.close()
    for fatal in range(1 + len(story.__name__) % stride, whole.commits + 1, stride):
        for how in ("core", "power"):
            world, has_died = _told(make, story, folder / f"{fatal} {how}", fatal, patch)
            assert has_died
            world.crash_with(world.kept) if how == "core" else world.power_cut()
            try:
                check(world)
            except AssertionError as error:
                raise AssertionError(f"{how} dies after commit {fatal}: {error}") from error
            world.journal.close()


def _told(
    make: Callable[[Path], AnyMortal],
    story: Callable[[AnyMortal], None],
    folder: Path,
    fatal: int,
    patch: pytest.MonkeyPatch,
) -> tuple[AnyMortal, bool]:
    """The world after the story, or after its death at the `fatal`th commit; whether it died."""
    folder.mkdir()
    inner, world = Journal.append, make(folder)

    def append(journal: Journal, at: datetime, *written: Any) -> str:
        when = inner(journal, at, *written)
        world.commits += 1
        if world.commits == fatal:
            raise Killed
        return when

    with patch.context() as context:
        context.setattr(Journal, "append", append)
        try:
            story(world)
        except Killed:
            return world, True
    return world, False


def is_at_rest(world: World, seconds: float) -> None:
    """Nobody there for so long: all that is open has ended by itself, and every paisa is known."""
    world.run(seconds)
    assert isinstance(world.screen.data, Attract), world.screen.data
    assert world.journal.open_orders() == world.journal.unposted_orders() == []
    world.check_money()
    check_proofs(world.journal)
