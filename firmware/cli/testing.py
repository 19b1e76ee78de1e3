"""`kioskctl device test NAME` and `device list`: the guided test on the bus, and what is fitted."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime

import msgspec

from firmware.cli.asking import asked
from firmware.cli.exits import Exit
from firmware.cli.guided import BusEars, run
from firmware.cli.output import show, table
from firmware.cli.snapshot import Snapshot, on_the_bus, take, technician_bus
from firmware.contract.command import TryDevice
from firmware.contract.device import DeviceEvent, DeviceState, Outcome, Reply, Status
from firmware.contract.health import CoreState, DeviceTested, LastTest
from firmware.contract.topics import Topics
from firmware.core.guided import Guide, Interrupted
from firmware.core.guided_kinds import SCRIPTS
from firmware.runtime.bus import Envelope
from firmware.runtime.config import Config

HANDS = "hands"  # of --skip


class Technician:
    """A place on the bus from which one device is tested."""

    def __init__(self, config: Config, name: str) -> None:
        self._name, self._topics = name, Topics(config.kiosk.id)
        self.bus = bus = technician_bus(config)
        self.ears = BusEars()
        bus.on(self._topics.device_state(name), self._on_state)
        bus.on(self._topics.device_event(name), self._on_event)
        bus.on(self._topics.core_state, self._on_core)
        bus.take_replies(self._topics.reply("technician"))

    def _on_state(self, envelope: Envelope) -> None:
        self.ears.on_state(msgspec.json.decode(envelope.payload, type=DeviceState))

    def _on_event(self, envelope: Envelope) -> None:
        self.ears.on_event(msgspec.json.decode(envelope.payload, type=DeviceEvent))

    def _on_core(self, envelope: Envelope) -> None:
        self.ears.on_screen(msgspec.json.decode(envelope.payload, type=CoreState).screen)

    async def ask(self, command: TryDevice) -> Reply:
        return await self._ask(self._topics.core_command, command, "core")

    async def keep(self, tested: DeviceTested) -> Reply:
        """Health's answer: it is on disk, or why not."""
        return await self._ask(self._topics.health_test, tested, "health")

    async def _ask(self, topic: str, message: TryDevice | DeviceTested, who: str) -> Reply:
        reply = await asked(self.bus, self._topics, topic, message)
        return reply or Reply(Outcome.REFUSED, f"kiosk-{who} does not answer")


async def test(config: Config, options: argparse.Namespace) -> int:
    """0 passed, 1 failed, 2 not tested or not kept. Raises NoBus."""
    if options.name not in config.device:
        known = ", ".join(config.device)
        print(f"no device {options.name!r}; known: {known}")
        return Exit.UNKNOWN
    technician = Technician(config, options.name)
    async with on_the_bus(technician.bus):
        try:
            return await _test(technician, options)
        except Interrupted as reason:
            print(f"stopped, and nothing is recorded: {reason}")
            return Exit.UNKNOWN


async def _test(technician: Technician, options: argparse.Namespace) -> int:
    out = sys.stderr if options.json else sys.stdout  # what is said while it runs
    guide = Guide(
        options.name,
        options.by,
        technician.ears,
        say=lambda line: print(line.said(), flush=True, file=out),
        has_hands=HANDS not in options.skip,
        patience=options.patience,
    )
    tested = await run(guide, technician.ears, technician, _confirm, SCRIPTS)
    verdict = "FAILED" if tested.failed else "passed"
    kept = await technician.keep(tested)
    if options.json:
        told = {"tested": tested, "is_kept": kept.outcome is Outcome.DONE, "detail": kept.detail}
        print(msgspec.json.encode(told).decode())
        return _exit(tested, kept)
    if kept.outcome is not Outcome.DONE:
        print(f"{options.name} {verdict}; NOT KEPT: {kept.detail}")
    else:
        print(f"{options.name} {verdict}; kept")
    return _exit(tested, kept)


def _exit(tested: DeviceTested, kept: Reply) -> int:
    if kept.outcome is not Outcome.DONE:
        return Exit.UNKNOWN
    return Exit.NOT_WELL if tested.failed else 0


async def _confirm(question: str) -> bool:
    """Yes or no at the terminal; nobody at a terminal is a no."""
    try:
        answer = await asyncio.to_thread(input, f"??    {question} [y/n] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")


# --- what is fitted --------------------------------------------------------------------------


async def list_devices(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 when a device was never heard of. Raises NoBus."""
    snapshot = await take(config)
    tests = {} if snapshot.health is None else snapshot.health.tests
    told = {"devices": snapshot.devices, "tests": tests}
    show(options, told, device_lines(config, snapshot))
    return 0 if set(snapshot.expected) <= set(snapshot.devices) else Exit.NOT_WELL


def device_lines(config: Config, snapshot: Snapshot) -> list[str]:
    """A row a device, and below the table what they count and what is wrong with them."""
    tests = {} if snapshot.health is None else snapshot.health.tests
    rows = []
    for name, section in config.device.items():
        state = snapshot.devices.get(name)
        status = "never reported" if state is None else state.status.replace("_", " ")
        who = None if state is None else state.identity
        serial, firmware = (who.serial, who.firmware) if who else ("", "")
        tested = words_of_test(tests.get(name), serial)
        rows.append((name, section.family, status, serial or "-", firmware or "-", tested))
    head = ("device", "family", "status", "serial", "firmware", "last test")
    return [*table(head, rows), *_counted(config, snapshot)]


def _counted(config: Config, snapshot: Snapshot) -> Iterator[str]:
    for name in config.device:
        if (state := snapshot.devices.get(name)) is None:
            continue
        if state.counters:
            counts = ", ".join(f"{key} {value}" for key, value in sorted(state.counters.items()))
            yield f"{name}: {counts}"
        if state.status is not Status.GONE:
            yield from (f"{name}: {each.code} {each.detail}".rstrip() for each in state.faults)


def words_of_test(test: LastTest | None, serial: str) -> str:
    """When, by whom, and what came of it; a part that was fitted since is not tested."""
    if test is None:
        return "never"
    if test.serial != serial:
        return f"never; serial {test.serial or '-'} was"
    at = datetime.fromisoformat(test.at).strftime("%d %b %Y")
    if test.failed:
        return f"FAILED {at}, {test.by}: {test.failed[0]}"
    return f"passed {at}, {test.by}" + (", without hands" if test.left_out else "")
