"""`kiosk-practice`: waits at its leash, and is a machine of play money for as long as that holds.

systemd hands over the socket (sd_listen_fds(3)); elsewhere it listens itself. One practice a life:
when it is over the process ends, and all that it was goes with its RAM.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import sys
from pathlib import Path

from firmware.boot.bus_files import BrokerError
from firmware.core.leash import LEASH
from firmware.practice.machine import KIOSK, Machine
from firmware.practice.warden import READY, Warden
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.daemon import LOG_FORMAT, notify

log = logging.getLogger("practice")

FIRST_FD = 3  # sd_listen_fds(3): SD_LISTEN_FDS_START
LOOK_EVERY = 0.25  # seconds
FOLDER = "practice"  # below the run folder
UMASK = 0o007  # for the screen, which is in the group of this user


def listener(run_folder: Path) -> socket.socket:
    """The leash: from systemd, or made here."""
    if os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=FIRST_FD)
    path = run_folder / LEASH
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(path))
    made.listen(1)
    return made


class Practice:
    """One practice, at one leash."""

    def __init__(self, machine: Machine, leash: socket.socket) -> None:
        self._machine, self._leash = machine, leash
        self._warden = Warden()
        self._bus = Bus(machine.config.bus_address("warden"))
        self._bus.on(f"kiosk/{KIOSK}/#", self._hear)

    async def run(self) -> None:
        """Until the leash breaks, or the warden says why it is over."""
        loop = asyncio.get_running_loop()
        running = [loop.create_task(each) for each in (self._machine.run(), self._bus.run())]
        watching = [loop.create_task(each) for each in (self._watch(), self._feel())]
        done, _ = await asyncio.wait([*running, *watching], return_when=asyncio.FIRST_COMPLETED)
        for task in (*running, *watching):
            task.cancel()
        await asyncio.gather(*running, *watching, return_exceptions=True)
        for task in done:
            task.result()  # a bug: die of it

    def _hear(self, envelope: Envelope) -> None:
        with contextlib.suppress(ValueError):
            now = asyncio.get_running_loop().time()
            self._warden.hear(envelope.topic, json.loads(envelope.payload), now)

    async def _watch(self) -> None:
        while True:
            notify("WATCHDOG=1")
            if word := self._warden.word(asyncio.get_running_loop().time()):
                log.info("practice: %s", word)
                await asyncio.get_running_loop().sock_sendall(self._leash, f"{word}\n".encode())
                if word != READY:
                    return
            await asyncio.sleep(LOOK_EVERY)

    async def _feel(self) -> None:
        """Nobody says anything on a leash; its end is felt."""
        with contextlib.suppress(ConnectionError):
            await asyncio.get_running_loop().sock_recv(self._leash, 1)
        log.info("practice: let go")


async def serve(run_folder: Path) -> None:
    """Wait for one who holds the leash, and practise. Raises BrokerError."""
    folder = run_folder / FOLDER
    _empty(folder)  # of one that was killed: the screen must not knock at its bus
    waiting = listener(run_folder)
    waiting.setblocking(False)
    notify("READY=1")
    leash, _ = await asyncio.get_running_loop().sock_accept(waiting)
    waiting.close()
    leash.setblocking(False)
    try:
        with leash, Machine(folder) as machine:
            await Practice(machine, leash).run()
    finally:
        _empty(folder)


def _empty(folder: Path) -> None:
    """Also what a power cut left, where the folder is no RAM; systemd made the folder itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


async def _until_told(run_folder: Path) -> None:
    task = asyncio.ensure_future(serve(run_folder))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main() -> int:
    parser = argparse.ArgumentParser(prog="kiosk-practice", description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("/run/kiosk"))
    os.umask(UMASK)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    try:
        asyncio.run(_until_told(parser.parse_args().run.absolute()))
    except BrokerError as error:
        print(f"kiosk-practice: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
