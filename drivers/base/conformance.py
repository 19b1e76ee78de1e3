"""What every family must pass, over whole, split, lossy, late and noisy wires and at any mishap.

A family subclasses `Conformance` in `tests/drivers/<family>/test_conformance.py` as `Test<Family>`
and says how its driver and emulator are made, what hands do in one visit, and what must then be
true. The suite asks the same question after every way the visit can go wrong: does what the till
wrote down agree with the paper and metal? It needs no port, no bus and no sleep.
"""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drivers.base.device import WireDevice
from drivers.base.emulator import Emulator
from drivers.base.loopback import (
    DriverKilled,
    Garbage,
    Hand,
    Late,
    Lossy,
    MainsCut,
    Mishap,
    OneByteAtATime,
    PowerCut,
    Till,
    Unplugged,
    Visit,
    Wire,
    make_in,
)


class Conformance(ABC):
    """The suite. Attributes are seconds of the visit's own clock."""

    hands: tuple[Hand, ...] = ()  # the script of one visit
    script_ends = 12.0  # by then, an undisturbed visit has done all it does
    patience = 20.0  # after which everything must be settled, whatever happened
    step = 0.2  # between two instants at which a mishap strikes
    seeds = range(12)  # of each wire that is bad by chance
    longest_delay = 0.3  # what the late wire adds at most; under the family's time-out

    @abstractmethod
    def make_device(self, folder: Path) -> WireDevice[Any, Any]:
        """The driver under test; `folder` is what survives its death."""

    @abstractmethod
    def make_emulator(self) -> Emulator: ...

    @abstractmethod
    def check(self, visit: Visit) -> None:
        """After any visit at all: assert that the till's journal agrees with the physics."""

    @abstractmethod
    def check_all_done(self, visit: Visit) -> None:
        """After a visit on a bad wire and without a mishap: assert that all of it was done."""

    def make_till(self) -> Till:
        return Till()

    # --- the wires ----------------------------------------------------------------------------

    def test_a_whole_wire(self) -> None:
        self._visit("a whole wire", Wire(), all_done=True)

    def test_one_byte_at_a_time(self) -> None:
        self._visit("one byte at a time", OneByteAtATime(), all_done=True)

    def test_lossy_wires(self) -> None:
        for seed in self.seeds:
            self._visit(f"lossy wire, seed {seed}", Lossy(seed))

    def test_late_wires(self) -> None:
        for seed in self.seeds:
            self._visit(f"late wire, seed {seed}", Late(seed, self.longest_delay))

    def test_garbage_between_frames(self) -> None:
        for seed in self.seeds:
            self._visit(f"garbage, seed {seed}", Garbage(seed))

    # --- the mishaps, at every instant --------------------------------------------------------

    def test_cable_pulled_and_put_back_at_every_instant(self) -> None:
        self._at_every_instant(Unplugged())

    def test_power_of_the_device_cut_at_every_instant(self) -> None:
        self._at_every_instant(PowerCut())

    def test_driver_killed_at_every_instant(self) -> None:
        self._at_every_instant(DriverKilled())

    def test_mains_cut_at_every_instant(self) -> None:
        self._at_every_instant(MainsCut())

    def test_power_cut_on_lossy_wires(self) -> None:
        for seed in self.seeds:
            instant = self.script_ends * seed / len(self.seeds)
            self._visit(f"cut at {instant:.2f} s, seed {seed}", Lossy(seed), PowerCut(), instant)

    # --- how ----------------------------------------------------------------------------------

    def instants(self) -> Iterator[float]:
        for place in range(int(self.script_ends / self.step)):
            yield place * self.step + 0.01

    def _at_every_instant(self, mishap: Mishap) -> None:
        for instant in self.instants():
            self._visit(f"{mishap} at {instant:.2f} s", Wire(), mishap, instant)

    def _visit(self, name: str, wire: Wire, mishap: Mishap | None = None, instant: float = 0.0,
               all_done: bool = False) -> None:  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            make = make_in(Path(folder), self.make_device)
            visit = Visit(make, self.make_emulator(), self.make_till(), wire)
            for hand in self.hands:
                visit.at(hand.at, lambda hand=hand: visit.hand(hand.action, **hand.arguments))  # type: ignore[misc]
            if mishap is not None:
                visit.at(instant, lambda: mishap.strike(visit))
            try:
                visit.run(self.script_ends)
                visit.wire = Wire()  # the wire is mended: from here on all must come right
                visit.run(self.script_ends + self.patience)
                self.check(visit)
                if all_done:
                    self.check_all_done(visit)
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}\n{_account(visit)}") from error


def _account(visit: Visit) -> str:
    """What a reader of a failed test wants to see."""
    told = "\n".join(f"  told    {event}" for event in visit.till.told)
    refused = "\n".join(f"  refused {command}: {why}" for command, why in visit.refused)
    return f"  physics {visit.emulator.physics()}\n{told}\n{refused}"
