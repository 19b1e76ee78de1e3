"""A citizen who pays with many small notes, and what is seen on the bus meanwhile, with the times.

The kiosk is whole: real processes, the real broker, the screen drawn off screen. The mechanics of
the devices run fast, because a note's way through the machine is not what is measured; the
protocols poll as often as ever. All times are CLOCK_MONOTONIC, which is one clock for all
processes of a machine.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import msgspec

from firmware.contract.device import DeviceEvent, DeviceState, NoteStacked
from firmware.contract.money import Money, rupees
from firmware.contract.screen import Action, Attract, Done, InsertCash, Screen
from firmware.contract.topics import Topics
from firmware.demo.citizen import Citizen
from firmware.demo.stage import Settings, Stage
from firmware.demo.story import electricity_cash
from firmware.runtime.bench import BenchRefused
from firmware.runtime.bus import Bus, Envelope

BILL = 470  # rupees that each account of the sandbox's test range owes
SPEED = 20.0  # of the devices: a note travels 30 ms
PATIENCE = 30.0  # seconds for whatever the kiosk has to do next
NOTE_PATIENCE = 5.0  # seconds; then the note came back, and is put in again
LOOK_EVERY = 0.02  # seconds
PAPER_LOOK_EVERY = 0.005  # seconds
BEFORE_CASH = ("language", "service", "number", "pay")  # steps of the story


class RunFailed(RuntimeError):
    """The kiosk did not do what the benchmark waits for; says what."""


@dataclass
class Witness:
    """What came over the bus: credits once each, and screens, each with the second it came."""

    credits: dict[str, float] = field(default_factory=dict)
    screens: list[tuple[float, Screen]] = field(default_factory=list)
    accepting: list[Money] = field(default_factory=list)

    def listen(self, bus: Bus, topics: Topics) -> None:
        bus.on(topics.device_event("notes"), self._on_event)
        bus.on(topics.device_state("notes"), self._on_state)
        bus.on(topics.screen_state, self._on_screen)

    def _on_event(self, envelope: Envelope) -> None:
        now = time.monotonic()
        event: DeviceEvent = msgspec.json.decode(envelope.payload, type=DeviceEvent)
        if isinstance(event, NoteStacked):
            self.credits.setdefault(str(event.id), now)

    def _on_state(self, envelope: Envelope) -> None:
        self.accepting = msgspec.json.decode(envelope.payload, type=DeviceState).accepting

    def _on_screen(self, envelope: Envelope) -> None:
        now = time.monotonic()
        self.screens.append((now, msgspec.json.decode(envelope.payload, type=Screen)))


@dataclass(frozen=True)
class Takings:
    """What a run of visits saw, a delay in seconds for each note."""

    ordered_after: list[float]  # escrow is said on the wire -> the order to stack is on the wire
    said_after: list[float]  # the credit is on the bus -> a document with its sum is, too
    drawn_after: list[float]  # the credit is on the bus -> its sum is in pixels
    printed_after: list[float]  # the last credit of a visit is on the bus -> the receipt moves


async def take(visits: list[list[int]]) -> Takings:
    """One kiosk; each visit pays a bill with these notes, in rupees. Raises RunFailed."""
    if any(sum(notes) != BILL for notes in visits):
        raise ValueError(f"expected notes that sum up to {BILL} a visit, got {visits}")
    with tempfile.TemporaryDirectory(prefix="kiosk-") as folder:
        log = Path(folder) / "frames.log"
        environment = {"SDL_VIDEODRIVER": "offscreen", "KIOSK_FRAME_LOG": str(log)}
        with Stage(Path(folder), Settings(speed=SPEED, environment=environment)) as stage:
            async with Citizen(stage) as citizen, _witness(stage) as witness:
                ordered_after: list[float] = []
                printed_after: list[float] = []
                await _drawn(log, citizen)  # the window's own start is not to be measured
                for count, notes in enumerate(visits):
                    ordered_after += await _visit(citizen, witness, count, notes)
                    printed_after.append(await _until_paper(citizen, witness))
                    await _goes(citizen)
                await _drawn(log, citizen)
        return Takings(ordered_after, *_seen(witness, visits, _frames(log)), printed_after)


@asynccontextmanager
async def _witness(stage: Stage) -> AsyncIterator[Witness]:
    witness = Witness()
    bus = Bus(stage.config.bus_address("recorder"))
    witness.listen(bus, Topics(stage.config.kiosk.id))
    task = asyncio.create_task(bus.run())
    yield witness
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# --- the citizen ---------------------------------------------------------------------------


async def _visit(citizen: Citizen, witness: Witness, count: int, notes: list[int]) -> list[float]:
    """From the first screen to the last note; how long the order of each note took."""
    story = electricity_cash(f"21034499{count:04d}")
    for name in BEFORE_CASH:
        await story[name](citizen)
    return [await _feed(citizen, witness, value) for value in notes]


async def _until_paper(citizen: Citizen, witness: Witness) -> float:
    """Seconds from the last credit until the printer's paper has moved a millimetre.

    The first byte is on the wire before that: what is seen here is too long rather than too short.
    """
    paid_at, full = max(witness.credits.values()), citizen.bench.look("receipt")["paper_mm"]
    deadline = time.monotonic() + PATIENCE
    while citizen.bench.look("receipt")["paper_mm"] == full:
        if time.monotonic() > deadline:
            raise RunFailed("the receipt is not printed")
        await asyncio.sleep(PAPER_LOOK_EVERY)
    return time.monotonic() - paid_at


async def _goes(citizen: Citizen) -> None:
    await citizen.sees(Done, PATIENCE)
    await citizen.presses(Action.FINISH)
    await citizen.sees(Attract, PATIENCE)


async def _feed(citizen: Citizen, witness: Witness, value: int) -> float:
    """One note into the box; the seconds from escrow to the order to stack it."""
    had, deadline = len(witness.credits), time.monotonic() + PATIENCE
    while len(witness.credits) == had:
        if time.monotonic() > deadline:
            raise RunFailed(f"a note of {value} is not taken: {citizen.screen}")
        await _wait(PATIENCE, lambda: rupees(value) in witness.accepting)
        try:
            citizen.bench.do("notes", "insert", paise=value * 100)
        except BenchRefused:  # the one before is still on its way into the box
            await asyncio.sleep(LOOK_EVERY)
        else:
            await _wait(NOTE_PATIENCE, lambda: len(witness.credits) > had)
    return float(citizen.bench.look("notes")["stack_ordered_after"])


async def _wait(seconds: float, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:  # noqa: ASYNC110  the bus has no events here
        await asyncio.sleep(LOOK_EVERY)


# --- from the credit to the pixels ---------------------------------------------------------


async def _drawn(log: Path, citizen: Citizen) -> None:
    """Wait until the screen that core shows is in pixels."""

    def is_drawn() -> bool:
        frames = _frames(log)
        return (
            bool(frames) and citizen.screen is not None and frames[-1][0] >= citizen.screen.serial
        )

    await _wait(PATIENCE, is_drawn)


def _frames(log: Path) -> list[tuple[int, float]]:
    """The screen's own log: serial of a document, and when it had become pixels."""
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [(int(serial), float(at)) for serial, at in lines]


def _seen(
    witness: Witness, visits: list[list[int]], frames: list[tuple[int, float]]
) -> tuple[list[float], list[float]]:
    """For each credit: seconds until its document is on the bus, and until it is in pixels."""
    sums = [rupees(money) for notes in visits for money in accumulate(notes)]
    said_after, drawn_after = [], []
    for told_at, inserted in zip(witness.credits.values(), sums, strict=True):
        said_at, serial = _document(witness, told_at, inserted)
        said_after.append(said_at - told_at)
        drawn_after.append(_drawn_at(frames, serial) - told_at)
    return said_after, drawn_after


def _document(witness: Witness, told_at: float, inserted: Money) -> tuple[float, int]:
    """The first document that counts this credit: when it was seen, and its serial."""
    for at, screen in witness.screens:
        if at >= told_at and _counts(screen, inserted):
            return at, screen.serial
    raise RunFailed(f"no document says {inserted}")


def _drawn_at(frames: list[tuple[int, float]], wanted: int) -> float:
    """When that document, or a newer one, had been drawn and flipped."""
    for serial, at in frames:
        if serial >= wanted:
            return at
    raise RunFailed(f"document {wanted} was never drawn")


def _counts(screen: Screen, inserted: Money) -> bool:
    return not isinstance(screen.data, InsertCash) or screen.data.inserted >= inserted
