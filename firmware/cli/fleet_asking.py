"""What an office sends over the fleet's broker, and the replies that it waits for.

One connection for all of it: a broker lets each name in once. A command that takes its time is
answered twice, `accepted` and then how it ended (docs/fleet.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

import msgspec

from firmware.collector.link import REFUSED, Dial, dial
from firmware.collector.mqtt5 import Publish
from firmware.contract.uplink import FleetCommand, Outcome, Signed, UpReply, topic


class Ear:
    """Hears the replies to these commands (link.Hears)."""

    def __init__(self, names: Sequence[str]) -> None:
        self._parts: dict[str, dict[int, UpReply]] = {name: {} for name in names}
        self.replies: dict[str, list[UpReply]] = {}  # whole ones, by command: the last stage
        loop = asyncio.get_running_loop()
        self.all_ended: asyncio.Future[None] = loop.create_future()

    def on_publish(self, message: Publish) -> None:
        try:
            reply = msgspec.json.decode(message.payload, type=UpReply)
        except msgspec.DecodeError:
            return  # the collector keeps it as unreadable
        if reply.id not in self._parts or self._has_ended(reply.id):
            return
        if reply.outcome is Outcome.ACCEPTED:
            self.replies[reply.id] = [reply]
            return
        parts = self._parts[reply.id]
        parts[reply.part] = reply
        if len(parts) >= reply.parts:
            self.replies[reply.id] = [parts[part] for part in sorted(parts)]
        if all(map(self._has_ended, self._parts)) and not self.all_ended.done():
            self.all_ended.set_result(None)

    def _has_ended(self, name: str) -> bool:
        return name in self.replies and self.replies[name][-1].outcome is not Outcome.ACCEPTED

    def on_puback(self, packet_id: int, reason: int) -> None:
        """The broker has it; what the kiosk does, it says itself."""

    def on_lost(self) -> None:
        if not self.all_ended.done():
            self.all_ended.set_exception(ConnectionError("the broker closed the connection"))


async def ask(
    to: Dial, orders: Sequence[tuple[FleetCommand, Signed]], patience: float
) -> dict[str, list[UpReply]]:
    """What was said to each command within `patience` seconds, by its id; one that is missing was
    not answered. Raises OSError."""
    ear = Ear([command.id for command, _ in orders])
    link = await dial(to, ear)
    try:
        await link.subscribe([topic(command.kiosk, "up/reply") for command, _ in orders])
        for command, signed in orders:
            until = datetime.fromisoformat(command.expires).timestamp()
            link.publish(topic(command.kiosk, "down/command"), msgspec.json.encode(signed),
                         expiry=max(1, round(until - time.time())))  # fmt: skip
        await asyncio.wait_for(asyncio.shield(ear.all_ended), patience)
    except TimeoutError:
        pass
    finally:
        ear.all_ended.cancel()
        link.close()
    return ear.replies


class Postman:
    """Waits until the broker has taken what is sent (link.Hears)."""

    def __init__(self) -> None:
        self.waiting: set[int] = set()
        self.refused = 0
        self.all_taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_publish(self, message: Publish) -> None:
        """Nothing was asked."""

    def on_puback(self, packet_id: int, reason: int) -> None:
        self.waiting.discard(packet_id)
        self.refused += reason >= REFUSED
        if not self.waiting and not self.all_taken.done():
            self.all_taken.set_result(None)

    def on_lost(self) -> None:
        if not self.all_taken.done():
            self.all_taken.set_exception(ConnectionError("the broker closed the connection"))


async def leave(to: Dial, letters: Sequence[tuple[str, Signed]], patience: float) -> None:
    """Each retained at its topic: whoever is away reads it when he is back. Raises OSError, also
    where the broker refuses one."""
    postman = Postman()
    link = await dial(to, postman)
    try:
        for where, signed in letters:
            name = link.publish(where, msgspec.json.encode(signed), retain=True)
            postman.waiting.add(name)
        await asyncio.wait_for(asyncio.shield(postman.all_taken), patience)
    finally:
        postman.all_taken.cancel()
        link.close()
    if postman.refused:
        raise PermissionError(f"the broker refused {postman.refused} of {len(letters)}")
