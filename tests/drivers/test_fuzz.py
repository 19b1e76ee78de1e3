"""Anything at all on the wire, to the host's side of every family and to its emulated device.

Nothing but a family's own answer may come of it: no exception, no memory that grows, no loop that
spins. Beside plain noise, the two sides' own packets are cut, doubled, flipped and mixed, because
those get past the first check. `make fuzz` takes many more of them.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base.device import WireDevice
from drivers.base.loopback import Till, Visit, Wire, make_in
from drivers.base.registry import find
from drivers.base.scan import families
from firmware.contract.device import Lease
from firmware.contract.money import rupees
from firmware.runtime.config import DeviceSection

READY_BY = 3.0  # seconds
AFTER = 2.0  # seconds in which a side may not spin
MOST_TICKS = 600  # in them: a poll every 0.1 s and what it takes, many times over
MOST_KEPT = 70_000  # bytes: two of the longest answers of a printer, and some
LEASE = Lease("visit", 10.0, [rupees(value) for value in (1, 2, 5, 10, 20, 50, 100, 200, 500)])
EXAMPLES = int(os.environ.get("FUZZ", "60"))  # a family; each is a start-up, and some seconds
CASES: Counter[str] = Counter()


class Tap(Wire):
    """Keeps what the two sides say."""

    def __init__(self) -> None:
        self.said: list[bytes] = []

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        self.said.append(data)
        return super().carry(data)


def visit_of(family: str, kind: type[WireDevice[Any, Any]], folder: Path) -> tuple[Visit, Tap]:
    section = DeviceSection(family, kind.kind, "", kind.usual_options)
    tap = Tap()
    make = make_in(folder, lambda place: kind("fuzzed", section, place))
    visit = Visit(make, find("kiosk.emulators", family)(), Till(LEASE), tap)
    visit.run(READY_BY)
    return visit, tap


@st.composite
def mischief(draw: st.DrawFn) -> tuple[int, list[bytes]]:
    """A seed for what is done to real packets, and noise to put between them."""
    return draw(st.integers(0, 2**32)), draw(st.lists(st.binary(max_size=64), max_size=6))


def hurt(said: list[bytes], seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 12)):
        packet = bytearray(chance.choice(said))
        match chance.randrange(6):
            case 0:
                del packet[chance.randrange(len(packet)) :]
            case 1:
                packet *= 2
            case 2:
                packet[chance.randrange(len(packet))] ^= 1 << chance.randrange(8)
            case 3:
                packet[chance.randrange(len(packet))] = chance.choice((0, 0x7F, 0xFF, 2, 3))
            case 4:
                packet += bytearray(chance.choice(said))[chance.randrange(4) :]
            case _:
                pass
        yield bytes(packet)


def kept(thing: object, depth: int = 6) -> int:
    """Bytes in the buffers below an object, about."""
    if isinstance(thing, bytes | bytearray | str):
        return len(thing)
    if depth == 0:
        return 0
    if isinstance(thing, dict):
        return sum(kept(each, depth - 1) for each in thing.values())
    if isinstance(thing, list | tuple | set | frozenset | deque):
        return sum(kept(each, depth - 1) + 8 for each in thing)
    return kept(vars(thing), depth - 1) if hasattr(thing, "__dict__") else 0


def spins(visit: Visit) -> int:
    """How often the host is woken in AFTER seconds."""
    protocol, ticks = visit.device.protocol, 0
    whole = protocol.tick

    def counted(now: float) -> None:
        nonlocal ticks
        ticks += protocol.next_deadline() <= now
        whole(now)

    protocol.tick = counted  # type: ignore[method-assign]
    visit.run(visit.now + AFTER)
    return ticks


@pytest.mark.parametrize(("family", "kind"), families(), ids=[name for name, _ in families()])
def test_whatever_comes_over_the_wire(family: str, kind: type[WireDevice[Any, Any]]) -> None:
    @settings(max_examples=EXAMPLES)
    @given(mischief())
    def fuzz(done: tuple[int, list[bytes]]) -> None:
        seed, noise = done
        with tempfile.TemporaryDirectory() as folder:
            visit, tap = visit_of(family, kind, Path(folder))
            said = [data for data in tap.said if data]
            assert said, f"{family}: nobody said anything"
            for data in [*hurt(said, seed), *noise]:
                CASES[family] += 1
                visit.device.protocol.receive_bytes(data, visit.now)
                visit.emulator.receive_bytes(data, visit.now)
                visit.run(visit.now + 0.05)
            assert kept(vars(visit.device.protocol)) < MOST_KEPT
            assert spins(visit) < MOST_TICKS

    fuzz()
    print(f"{family}: {CASES[family]} pieces")  # noqa: T201  shown by `make fuzz`
