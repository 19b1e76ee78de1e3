"""A driver process of its own that reads one card and then stays: its memory is looked through.

    python -m tests.drivers.magstripe.swiping PORT FOLDER [careless]

Says in JSON lines what the driver tells. It never knows the card's number but by reading it. With
`careless` it does what the driver must not: it keeps a copy, and the test must find it.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import resource
import sys
from pathlib import Path

from drivers.base import secret
from drivers.magstripe.driver import StripeReader
from drivers.magstripe.states import State
from firmware.contract.card import Arm, CardSwiped, SealedCard
from firmware.contract.device import DeviceEvent, Status
from tests.drivers.magstripe.stage import SESSION, make_reader


class Teller:
    """The daemon's place."""

    def __init__(self, device: StripeReader) -> None:
        self._device = device

    def tell(self, event: DeviceEvent) -> None:
        masked = event.masked_pan if isinstance(event, CardSwiped) else ""
        say({"told": type(event).__name__, "masked": masked})

    def hand_over(self, sealed: SealedCard) -> None:
        say({"sealed": {name: track.hex() for name, track in sealed.tracks.items()}})

    def changed(self) -> None:
        if self._device.state().status is Status.READY and not self._device.counters["swipes"]:
            self._device.on_command(Arm(SESSION, 10.0))
        if self._device.protocol.state is State.ARMED:
            say({"armed": True})


def say(document: object) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def be_careless(device: StripeReader, kept: list[bytes]) -> None:
    heard = device.protocol.receive_bytes

    def keep(data: memoryview | bytes, now: float) -> None:
        kept.append(bytes(data))
        heard(data, now)

    device.protocol.receive_bytes = keep  # type: ignore[method-assign]


async def main() -> None:
    port, folder, *careless = sys.argv[1:]
    device = make_reader(Path(folder), port)
    device.host = Teller(device)
    kept: list[bytes] = []
    if careless:
        be_careless(device, kept)
    task = asyncio.create_task(device.run())
    await asyncio.sleep(0)
    say({"core_limit": resource.getrlimit(resource.RLIMIT_CORE)[0], "is_dumpable": dumpable()})
    # So that a test without root may look: its own parent, as the kernel allows it.
    ctypes.CDLL(None).prctl(secret.PR_SET_DUMPABLE, 1, 0, 0, 0)
    await task


def dumpable() -> int:
    return int(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE


if __name__ == "__main__":
    asyncio.run(main())
