"""`kiosk-gateway`: questions from the bus to the back end, and whether it answers at all."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time

import msgspec

from firmware.contract.card import AuthoriseCard, SealedCard
from firmware.contract.facts import FetchFacts
from firmware.contract.finger import Sealed, SealedFinger
from firmware.contract.gateway import Failed, GatewayReply, GatewayRequest, GatewayState, Problem
from firmware.contract.options import FetchOptions
from firmware.contract.request import PostVerification
from firmware.contract.topics import Topics
from firmware.gateway.connectors import routes_of
from firmware.gateway.guarded import NOT_LOOKED
from firmware.gateway.kept import Kept
from firmware.gateway.network import NetworkWatch
from firmware.gateway.routes import Routes
from firmware.gateway.shelf import FINGER_KEPT_FOR, Shelf
from firmware.runtime.bus import Bus, Envelope
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.runtime.daemon import apart, notify, start
from firmware.services.catalogue import load_catalogue

log = logging.getLogger("gateway")

LOOK_EVERY = 2.0  # seconds between looks; a connector may want to be looked at less often
FORGET_EVERY = 3600.0  # seconds between two looks for kept answers that are too old
MEASURE_EVERY = 30.0  # seconds; a person at the desk waits that long for a new cable to show
UNDECIDED = (Problem.BACK_END_DOWN, Problem.CARD_FORGOTTEN)


class Gateway:
    """Answers each request in a task of its own, so that a slow bill delays no payment."""

    def __init__(self, config: Config, back_end: Routes) -> None:
        self._topics = topics = Topics(config.kiosk.id)
        will = (topics.gateway_state, GatewayState(is_online=False, detail="gateway gone"))
        self._bus = Bus(config.bus_address("gateway"), will)
        self._bus.on(topics.gateway_request, self._on_request)
        self._bus.on(topics.device_sealed("+"), self._on_sealed)
        self._back_end = back_end
        self._shelf = Shelf[SealedCard]()
        self.fingers = Shelf[SealedFinger](FINGER_KEPT_FOR)
        cached = {
            each.id for each in load_catalogue().services.values() if each.promise == "cached"
        }
        self._kept = Kept(config.state_folder / "gateway", cached)
        self._state = NOT_LOOKED
        clock = SystemClock()
        self._network = NetworkWatch(
            config.gateway.url, lambda: clock.now().isoformat(timespec="seconds")
        )
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._bus.run())
            group.create_task(self._look())
            group.create_task(self._forget())
            group.create_task(self._watch_network())
            notify("READY=1")

    async def _look(self) -> None:
        while True:
            self._state = await self._back_end.look()
            self._say()
            self._shelf.forget_old(time.monotonic())
            self.fingers.forget_old(time.monotonic())
            notify("WATCHDOG=1")
            await asyncio.sleep(LOOK_EVERY)

    async def _watch_network(self) -> None:
        """Every half minute, and at once when the back end comes or goes."""
        measured_at, was_online = -MEASURE_EVERY, False
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now, is_online = time.monotonic(), self._state.is_online
            if is_online is was_online and now - measured_at < MEASURE_EVERY:
                continue
            measured_at, was_online = now, is_online
            measured = await self._network.measure(self._state)
            self._bus.retain(self._topics.gateway_network, measured)

    async def _forget(self) -> None:
        while True:
            self._kept.forget_old(time.time())
            await asyncio.sleep(FORGET_EVERY)

    def _say(self) -> None:
        self._bus.retain(self._topics.gateway_state, self._state)

    def _on_request(self, envelope: Envelope) -> None:
        apart(self._tasks, self._answer(envelope))

    async def _answer(self, envelope: Envelope) -> None:
        try:
            request: GatewayRequest = msgspec.json.decode(envelope.payload, type=GatewayRequest)
        except msgspec.DecodeError as error:
            log.error("refused %d bytes: %s", len(envelope.payload), error)
            self._bus.answer(envelope, Failed(Problem.BACK_END_DOWN, f"not asked: {error}"))
            return
        reply = await self._ask(request)
        log.info("%s: %s", type(request).__name__, _told(reply))
        # Said before the answer: core asks whether the back end is there as soon as it has a bill.
        self._state = self._back_end.state
        self._say()
        self._bus.answer(envelope, reply)

    async def _ask(self, request: GatewayRequest) -> GatewayReply:
        """A card or a finger is kept while its request is undecided, and not a moment longer."""
        match request:
            case AuthoriseCard(reference=reference):
                return await self._ask_sealed(request, reference, self._shelf)
            case PostVerification(finger=reference):
                return await self._ask_sealed(request, reference, self.fingers)
            case FetchOptions() | FetchFacts():
                answer = await self._back_end.ask(request)
                return await self._kept.or_kept(request, answer, time.time())
            case _:
                return await self._back_end.ask(request)

    async def _ask_sealed(
        self,
        request: AuthoriseCard | PostVerification,
        reference: str,
        shelf: Shelf[SealedCard] | Shelf[SealedFinger],
    ) -> GatewayReply:
        sealed = shelf.take(reference, request.key, time.monotonic())
        reply = await self._back_end.ask(request, sealed)
        if sealed is not None and not (isinstance(reply, Failed) and reply.problem in UNDECIDED):
            shelf.forget(reference)
        return reply

    def _on_sealed(self, envelope: Envelope) -> None:
        try:
            sealed: Sealed = msgspec.json.decode(envelope.payload, type=Sealed)
        except msgspec.DecodeError as error:
            log.error("refused a card or a finger of %d bytes: %s", len(envelope.payload), error)
            return
        if isinstance(sealed, SealedFinger):
            self.fingers.put(sealed, time.monotonic())
        else:
            self._shelf.put(sealed, time.monotonic())


def _told(reply: GatewayReply) -> str:
    """What the log may say of an answer: no name, no account, no amount."""
    return f"Failed {reply.problem}" if isinstance(reply, Failed) else type(reply).__name__


async def serve(config: Config, options: argparse.Namespace) -> None:
    back_end = routes_of(config, asyncio.get_running_loop().time)
    try:
        await Gateway(config, back_end).run()
    finally:
        await back_end.close()


def main() -> int:
    return start("kiosk-gateway", serve)


if __name__ == "__main__":
    sys.exit(main())
