"""The mains fail while people pay, again and again: QEMU is killed, and started anew.

The machine is the disk of the image; the devices and the office are outside of it (site.py), so
what they hold is what there is. At the end the notes in the boxes, the rows on the disk and the
office's books are compared: zero paise lost, zero created (M2, M3, M11). `KIOSK_CUTS` is how many
times the mains fail. The screen is left out, for it draws in software here and each start would
take twice as long; the visitor presses in its place. So are UEFI and the boot loader, which hold no
money.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from firmware.boot.slot import Watch, is_idle
from firmware.contract.screen import Screen
from firmware.demo.account import account
from firmware.demo.citizen import Citizen
from firmware.demo.stage import Stage
from tests.chaos.visitor import Visit
from tests.image.disk import fill_data, read_data
from tests.image.machine import Machine
from tests.image.site import Site

IMAGE = Path(os.environ.get("KIOSK_IMAGE", ""))
CUTS = int(os.environ.get("KIOSK_CUTS", "20"))
SEED = int(os.environ.get("KIOSK_SEED", "1"))
STARTS_WITHIN = 1200.0  # seconds, without KVM on a busy machine
SETTLES_WITHIN = 600.0  # seconds
LONGEST = 120.0  # seconds into the visits at which the mains fail
EARLY = (40.0, 240.0)  # seconds after the power: every fourth time, while the machine starts
# Nothing of these knows of money, and without them a start takes half as long.
LEFT_OUT = ("kiosk-ui", "kiosk-good", "systemd-timesyncd", "systemd-resolved", "systemd-logind")
REPORT = os.environ.get("KIOSK_REPORT", "")  # a file that gets a line a cut
LOOK_EVERY = 0.5  # seconds

pytestmark = [
    pytest.mark.skipif(not os.environ.get("KIOSK_IMAGE"), reason="no image: make test-image"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no QEMU here"),
    pytest.mark.timeout((CUTS + 2) * STARTS_WITHIN),
]


@dataclass
class Street:
    """The machine where it stands, and who is before it: each person has a bill of their own."""

    machine: Machine
    site: Site
    person: int = 0
    seen: str = ""  # what was on the screen last
    somebody_sees: asyncio.Event = field(default_factory=asyncio.Event)

    async def visits(self) -> None:
        """One after the other, for ever. The first is the one the mains took away last time."""
        async with Citizen(self.site, "ui") as citizen:
            citizen.on_screen(self._sees)
            while True:
                number = f"21034499{self.person:04d}"
                visit = Visit(cast(Stage, self.site), citizen, number, time.monotonic)
                await visit.until(lambda: citizen.screen is not None, STARTS_WITHIN)
                await visit.to_cash()
                await visit.puts_in(200, 200, 50, coins=(20,))
                await visit.takes_proof_and_goes()
                self.person += 1

    def _sees(self, screen: Screen) -> None:
        self.seen = type(screen.data).__name__
        self.somebody_sees.set()

    @asynccontextmanager
    async def day(self) -> AsyncIterator[None]:
        """The mains are there inside; they fail at the end."""
        self.seen = "nothing"
        self.somebody_sees.clear()
        await asyncio.to_thread(self.site.power_on)
        self.machine.power_on()
        try:
            yield
        finally:
            self.machine.power_cut()
            self.site.power_cut()


@pytest.fixture
def street() -> Iterator[Street]:
    with tempfile.TemporaryDirectory(prefix="kiosk-") as name, Site(Path(name) / "site") as site:
        machine = Machine(IMAGE / "kiosk.img", Path(name), site.wires)
        fill_data(machine.disk, IMAGE / "root", site.files, Path(name))
        machine.start_directly(IMAGE, *(f"systemd.mask={unit}.service" for unit in LEFT_OUT))
        yield Street(machine, site)


async def test_the_mains_fail_at_any_moment_and_every_paisa_is_accounted_for(
    street: Street,
) -> None:
    chance = random.Random(SEED)
    for cut in range(1, CUTS + 1):
        async with street.day():
            began = time.monotonic()
            if cut % 4 == 0:
                await asyncio.sleep(chance.uniform(*EARLY))
            else:
                await is_interrupted(street, chance.uniform(0, LONGEST))
            notes = await asyncio.to_thread(at_the_notes, street.site)
            after = f"{time.monotonic() - began:.0f} s"
            report(f"{cut}: {after}, person {street.person}, {street.seen}, {notes}")
    async with street.day():
        await asyncio.to_thread(street.site.until_ssh, STARTS_WITHIN)
        await settles(street.site)
    state = street.site.config.state_folder
    shutil.rmtree(state / "core")
    read_data(street.machine.disk, "lib/kiosk/core", state)
    result = account(street.site)
    report(f"{len(result.orders)} orders, {result.journalled} in, {result.posted} posted")
    assert result.faults() == []
    assert result.journalled.paise > 0, "nobody ever paid anything"


async def is_interrupted(street: Street, seconds: float) -> None:
    """People pay until the mains fail."""
    await asyncio.to_thread(street.site.until_ssh, STARTS_WITHIN)
    visits = asyncio.create_task(street.visits())
    await asyncio.wait_for(street.somebody_sees.wait(), STARTS_WITHIN)
    await asyncio.wait([visits], timeout=seconds)
    assert not visits.done(), visits.exception()
    visits.cancel()
    await asyncio.wait([visits])


async def settles(site: Site) -> None:
    """Nobody comes, and what was interrupted comes to its end; fails when it does not."""
    async with asyncio.timeout(SETTLES_WITHIN), Watch(site.config, "settled") as watch:
        while not (core := watch.core) or not is_idle(core) or core.unposted:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY)


def at_the_notes(site: Site) -> str:
    bench = site.bench()
    found = bench.look("notes")
    bench.close()
    return f"a note {found['at']}"


def report(line: str) -> None:
    if REPORT:
        with Path(REPORT).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
