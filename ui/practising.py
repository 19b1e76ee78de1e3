"""The second link: while the real document says practice, the screen draws what another bus says.

No Kivy. The two buses never meet: a press goes to the one whose screen was pressed, and `stop`
alone to the real one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from firmware.contract.health import Presence
from firmware.contract.screen import Action
from firmware.contract.topics import Topics
from firmware.runtime.bench import Bench, BenchRefused
from firmware.runtime.bus import Address, Bus
from ui.link import Link
from ui.play import last_receipt, practised
from ui.scene import Director, Scene

log = logging.getLogger("practice")

FOLDER = "practice"  # below [paths] run: bus.sock, broker/credentials/ui, run/bench.sock, paper
KIOSK = "practice"
OPENS_WITHIN = 1.0  # seconds; a local socket takes milliseconds
LOOK_EVERY = 0.1  # seconds until it is looked again whether the bus is there


class Practising:
    """`show` draws the present scene of practice, or whatever the real bus says."""

    def __init__(self, run_folder: Path, director: Director, show: Callable[[], None]) -> None:
        self._folder, self._director, self._show = run_folder / FOLDER, director, show
        self.group: asyncio.TaskGroup | None = None  # a bug here ends the screen, as any other
        self._task: asyncio.Task[None] | None = None
        self._link: Link | None = None
        self._hands: set[asyncio.Task[None]] = set()
        self.scene: Scene | None = None  # of practice; None: there is none to draw

    def follow(self, is_on: bool) -> None:
        """What the real document says now."""
        if is_on and self._task is None:
            assert self.group is not None, "practice before the screen runs"
            self._task = self.group.create_task(self._run())
        elif not is_on and self._task is not None:
            self._task.cancel()
            self._task, self._link, self.scene = None, None, None

    def press(self, action: Action, value: str) -> bool:
        """True when it was of practice, and is told."""
        if self.scene is None or self._link is None:
            return False
        self._link.press(action, value)
        return True

    def feed(self, device: str, paise: int) -> None:
        """A play note or coin to its slot; a mouth that is shut lets it fall."""
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._put, device, paise))
        self._hands.add(task)
        task.add_done_callback(self._hands.discard)

    def receipt(self) -> Path | None:
        """The picture of the last paper."""
        return last_receipt(self._folder / "paper")

    def _put(self, device: str, paise: int) -> None:
        try:
            bench = Bench(self._folder / "run" / "bench.sock")
        except OSError as error:
            log.info("no slot: %s", error)
            return
        try:
            bench.do(device, "insert", paise=paise)
        except (BenchRefused, OSError, ValueError) as refusal:
            log.info("not taken: %s", refusal)
        finally:
            bench.close()

    async def _run(self) -> None:
        """Each practice has passwords of its own, so they are read again for each connection."""
        while True:
            gone = asyncio.Event()
            bus = self._connect(await self._address(), gone)
            running = asyncio.create_task(bus.run())
            try:
                await asyncio.wait_for(bus.connected(), OPENS_WITHIN)
                await gone.wait()
            except TimeoutError:
                log.info("the bus of practice does not open yet")
            finally:
                running.cancel()
            self._link = self.scene = None
            self._show()

    def _connect(self, address: Address, gone: asyncio.Event) -> Bus:
        topics = Topics(KIOSK)
        bus = Bus(address, (topics.presence("ui"), Presence(is_alive=False)))
        self._link = Link(bus, topics, self._director, self._receive)
        bus.on(topics.screen_state, self._link.receive)
        bus.retain(topics.presence("ui"), Presence(is_alive=True))
        bus.on_connection = lambda is_up: None if is_up else gone.set()
        return bus

    async def _address(self) -> Address:
        """Until its bus has a password for the screen."""
        secret = self._folder / "broker" / "credentials" / "ui"
        while True:
            try:
                return Address(self._folder / "bus.sock", "ui", secret.read_text().strip())
            except OSError:
                await asyncio.sleep(LOOK_EVERY)

    def _receive(self, scene: Scene) -> None:
        """The link keeps the document, and presses what it offers: so it is cut down there."""
        link = self._link
        if link is None or link.screen is None:
            return
        link.screen = practised(link.screen)
        self.scene = self._director.practice(link.screen)
        self._show()
