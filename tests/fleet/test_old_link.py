"""A broker that stood still let go of the old connection when the new one was up."""

from __future__ import annotations

import asyncio
from typing import Any

from firmware.collector import mqtt5
from firmware.collector.collector import Collector
from firmware.collector.database import Database
from firmware.collector.link import Dial, Link
from firmware.collector.mqtt5 import Publish

DIAL = Dial("127.0.0.1", 1, "collector")
STATUS = mqtt5.publish(Publish("kiosk/v1/k1/up/event", b"{}", 1, False, 7))


class Wire(asyncio.Transport):
    """Closing takes its time, as TLS has it: what was under way still comes in."""

    def __init__(self) -> None:
        super().__init__()
        self.has_closed = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        pass

    def close(self) -> None:
        self.has_closed = True

    def is_closing(self) -> bool:
        return self.has_closed


def collector() -> Collector:
    return Collector(DIAL, [], Database("postgresql:///x?host=/nowhere"))


async def test_the_end_of_the_old_connection_is_not_that_of_the_new_one() -> None:
    """Else nothing would be acknowledged on it, for as long as it stands."""
    made = collector()
    old, new = Link(DIAL, made), Link(DIAL, made)
    old.connection_made(Wire())
    old.close()
    made._link = new
    old.connection_lost(None)
    assert made._link is new
    new.connection_lost(None)
    assert made._link is None


async def test_a_message_of_the_old_connection_is_not_acknowledged_on_the_new_one() -> None:
    """Number 7 there may be another message, and one that is not stored."""
    made = collector()
    old = made._link = Link(DIAL, made)
    old.connection_made(Wire())
    old.data_received(STATUS)
    assert made.backlog == 1
    old.close()
    made._link = Link(DIAL, made)
    old.data_received(STATUS)
    assert made.backlog == 1
