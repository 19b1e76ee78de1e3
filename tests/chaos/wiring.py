"""What stands in for broker, serial ports, bench and office when a kiosk runs in one process."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import aiomqtt
import msgspec

from drivers.base.emulator import Emulator
from drivers.base.faults import LinkLost
from drivers.base.protocol import NEVER
from firmware.contract.card import (
    AuthoriseCard,
    CardPayment,
    ConfirmCard,
    FindCard,
    RefundCard,
    SealedCard,
    VoidCard,
)
from firmware.contract.finger import Sealed
from firmware.contract.gateway import (
    Bill,
    BookedSum,
    Failed,
    FetchBill,
    GatewayReply,
    GatewayRequest,
    GatewayState,
    Posted,
    PostPayment,
    Problem,
    RegisteredBill,
    SumBooked,
    Tender,
)
from firmware.contract.money import Money
from firmware.contract.upi import CancelUpi, CheckUpi, StartUpi
from firmware.gateway.backend import BackEnd
from firmware.gateway.cards import CardDocument, PaymentDocument
from firmware.gateway.refusal import failure_of
from firmware.gateway.sandbox.cards import CardOffice
from firmware.gateway.sandbox.office import Office, Refusal
from firmware.gateway.sandbox.upi import UpiOffice
from firmware.gateway.upi import payment_of
from tests.chaos.virtual import PROCESS, VirtualLoop

WIRE_TIME = 0.004  # seconds from write to read
NOVEMBER = 1_795_000_000.0  # seconds since 1970: test cards are not expired then
NETWORK_TIME = 0.02  # seconds to the office, and back again
BETWEEN = 1e-6  # seconds: nothing on a wire overtakes
SMALLEST_STEP = 0.001  # seconds; time moves on even when a deadline does not

WORLD = contextvars.Context()  # of no process


class Broker:
    """Topics, retained documents and last wills; everything in RAM, as Mosquitto's."""

    def __init__(self) -> None:
        self.is_up = True
        self.clients: list[Client] = []
        self.retained: dict[str, aiomqtt.Message] = {}

    def publish(self, message: aiomqtt.Message) -> None:
        if message.retain:
            self.retained[str(message.topic)] = message
        for client in self.clients:
            if any(message.topic.matches(topic) for topic in client.topics):
                client.inbox.put_nowait(message)

    def drop(self, client: Client) -> None:
        """The connection ended without a word: the last will is told."""
        if client in self.clients:
            self.clients.remove(client)
            client.inbox.put_nowait(None)
            if (will := client.will) is not None:
                self.publish(_message(will.topic, will.payload, is_retained=True))

    def die(self) -> None:
        self.is_up = False
        self.retained.clear()
        clients, self.clients = self.clients, []
        for client in clients:
            client.inbox.put_nowait(None)


class Client:
    """In the place of `aiomqtt.Client`; `broker` is set by the stage."""

    broker: Broker

    def __init__(self, will: aiomqtt.Will | None = None, **_: Any) -> None:
        self.will = will
        self.topics: list[str] = []
        self.inbox: asyncio.Queue[aiomqtt.Message | None] = asyncio.Queue()

    def unread(self) -> list[str]:
        """The topics of what arrived and was not looked at, oldest first."""
        return [str(message and message.topic) for message in self.inbox._queue]  # type: ignore[attr-defined]

    async def __aenter__(self) -> Client:
        await asyncio.sleep(0)
        if not self.broker.is_up:
            raise aiomqtt.MqttError("connection refused")
        self.broker.clients.append(self)
        if (process := PROCESS.get()) is not None:
            process.on_death.append(lambda: self.broker.drop(self))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self in self.broker.clients:
            self.broker.clients.remove(self)

    async def subscribe(self, topic: str, qos: int) -> None:
        self.topics.append(topic)
        for message in list(self.broker.retained.values()):
            if message.topic.matches(topic):
                self.inbox.put_nowait(message)

    async def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, properties: Any = None
    ) -> None:
        if self not in self.broker.clients:
            raise aiomqtt.MqttError("connection lost")
        self.broker.publish(_message(topic, payload, retain, properties))

    @property
    async def messages(self) -> AsyncIterator[aiomqtt.Message]:
        while (message := await self.inbox.get()) is not None:
            yield message
        raise aiomqtt.MqttError("connection lost")


def _message(
    topic: str, payload: Any, is_retained: bool, properties: Any = None
) -> aiomqtt.Message:
    return aiomqtt.Message(topic, payload, 0, is_retained, 0, properties)


class Wire:
    """An emulated device and the wire at its back; hands act through `hand`."""

    def __init__(self, emulator: Emulator, loop: VirtualLoop) -> None:
        self.emulator, self._loop = emulator, loop
        self.port: Transport | None = None
        self._under_way: list[bytes] = []
        self._arrives = {True: 0.0, False: 0.0}
        self._alarm: asyncio.TimerHandle | None = None
        emulator.connected(loop.now)
        self.pump()

    def hand(self, action: str, **arguments: Any) -> dict[str, Any]:
        if action != "look":
            self.emulator.hand(action, self._loop.now, **arguments)
            self.pump()
        return self.emulator.physics()

    def to_device(self, data: bytes) -> None:
        WORLD.copy().run(self._later, True, self._hear, data)

    def _hear(self, data: bytes) -> None:
        self.emulator.receive_bytes(data, self._loop.now)
        self.pump()

    def pump(self) -> None:
        if (data := self.emulator.bytes_to_send()) and (port := self.port) is not None:
            port.context.copy().run(self._later, False, port.hear, data)
        if self._alarm is not None:
            self._alarm.cancel()
        deadline = self.emulator.next_deadline()
        if deadline != NEVER:
            soonest = self._loop.now + SMALLEST_STEP
            self._alarm = self._loop.call_at(
                max(deadline, soonest), self._tick, context=WORLD.copy()
            )

    def _tick(self) -> None:
        self.emulator.tick(self._loop.now)
        self.pump()

    def unread(self) -> list[bytes]:
        """Written at one end, not yet read at the other."""
        return list(self._under_way)

    def _later(self, to_device: bool, call: Callable[[bytes], None], data: bytes) -> None:
        when = max(self._loop.now + WIRE_TIME, self._arrives[to_device] + BETWEEN)
        self._arrives[to_device] = when
        self._under_way.append(data)
        self._loop.call_at(when, self._arrive, call, data)

    def _arrive(self, call: Callable[[bytes], None], data: bytes) -> None:
        self._under_way.remove(data)
        call(data)


class Transport:
    """In the place of SerialTransport; `wires` is set by the stage, by the name of the port."""

    wires: dict[str, Wire]

    def __init__(
        self,
        port: str,
        on_bytes: Callable[[bytes], None],
        on_lost: Callable[[LinkLost], None],
        **settings: Any,
    ) -> None:
        self._wire, self._on_bytes = self.wires[port], on_bytes
        self.context = contextvars.copy_context()
        self._wire.port = self

    def write(self, data: bytes) -> None:
        if data and self._wire.port is self:
            self._wire.to_device(data)

    def hear(self, data: bytes) -> None:
        if self._wire.port is self:
            self._on_bytes(data)


class SecretTransport(Transport):
    """In the place of SecretSerialTransport."""

    def hear(self, data: bytes) -> None:
        if self._wire.port is self:
            self._on_bytes(memoryview(bytearray(data)))  # type: ignore[arg-type]


class UsbTransport(SecretTransport):
    """In the place of the one for USB: `claimed` is the name of a port here."""

    def __init__(
        self,
        claimed: str,
        name: str,
        on_secret: Callable[[Any], None],
        on_lost: Callable[[LinkLost], None],
    ) -> None:
        super().__init__(claimed, on_secret, on_lost)


class Bench:
    """In the place of the bench's socket."""

    def __init__(self, wires: dict[str, Wire]) -> None:
        self._wires = wires

    def do(self, device: str, action: str, **arguments: Any) -> dict[str, Any]:
        return self._wires[device].hand(action, **arguments)

    def look(self, device: str) -> dict[str, Any]:
        return self.do(device, "look")

    def close(self) -> None:
        """Nothing is open."""


class OfficeLine(BackEnd):
    """The back-end port without a network: the sandbox office itself. `office` is set by the
    stage; None while nobody answers."""

    office: Office | None
    upi: UpiOffice
    cards: CardOffice

    def __init__(self, url: str, patience: float, spool_folder: Path, ca: str = "") -> None:
        """There is no session to open."""
        self._patience = patience

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        """As over HTTP, and its two ends take the same time."""
        card = sealed if isinstance(sealed, SealedCard) else None
        match request:
            case FetchBill() | PostPayment() | SumBooked():
                return await super().ask(request, sealed)
            case AuthoriseCard() if card is None:
                return Failed(Problem.CARD_FORGOTTEN, "no such swipe here")
        try:
            await self._reach()
            said = self._settle(request, card)
            await asyncio.sleep(NETWORK_TIME)
            await self._is_there()
        except aiohttp.ClientConnectionError as error:
            return Failed(Problem.BACK_END_DOWN, str(error))
        except Refusal as refusal:
            return Failed(Problem.REFUSED, refusal.why)
        return said

    def _settle(self, request: GatewayRequest, card: SealedCard | None) -> GatewayReply:
        now = asyncio.get_running_loop().time() + NOVEMBER
        match request:
            case StartUpi(reference=reference, amount=amount, receipt=receipt):
                return _upi(self.upi.start(reference, amount.paise, receipt), reference)
            case CheckUpi(reference=reference):
                return _upi(self.upi.find(reference), reference)
            case CancelUpi(reference=reference):
                return _upi(self.upi.cancel(reference), reference)
            case AuthoriseCard(key=key, amount=amount, receipt=receipt):
                assert card is not None
                document = CardDocument(card.sealing, card.key, card.tracks)
                found = self.cards.authorise(key, amount.paise, receipt, document, now)
            case ConfirmCard(key=key):
                found = self.cards.confirm(key, now)
            case VoidCard(key=key):
                found = self.cards.void(key, now)
            case RefundCard(key=key, of=of, amount=amount):
                found = self.cards.refund(key, of, amount.paise, now)
            case FindCard(key=key):
                found = self.cards.find(key, now)
            case _:
                raise AssertionError(request)
        return _card(found)

    async def _is_there(self) -> None:
        """An answer on its way is lost with the line."""
        if self.office is None:
            raise aiohttp.ClientConnectionError("down")

    async def look(self) -> GatewayState:
        await asyncio.sleep(NETWORK_TIME)
        if self.office is None:
            return GatewayState(False, "down")
        return GatewayState(True, tenders=list(Tender))

    async def close(self) -> None:
        """There is no session to close."""

    async def _fetch(self, request: FetchBill) -> GatewayReply:
        try:
            found = (await self._reach()).bill(request.service, request.account)
        except Refusal as refusal:
            return failure_of(refusal.status, msgspec.json.encode({"why": refusal.why}))
        amounts = {name: Money(found[name]) for name in ("amount", "fee")}  # type: ignore[arg-type]
        mobile = found.pop("mobile")
        bill = Bill(**(found | amounts))  # type: ignore[arg-type]
        return bill if mobile is None else RegisteredBill(bill, str(mobile))

    async def _post(self, request: PostPayment) -> GatewayReply:
        office = await self._reach()
        try:
            reference = office.pay(
                request.key,
                request.service,
                request.account,
                request.amount.paise,
                request.receipt,
                request.tender,
            )
        except Refusal as refusal:
            return failure_of(refusal.status, msgspec.json.encode({"why": refusal.why}))
        await asyncio.sleep(NETWORK_TIME)
        return Posted(request.key, reference)

    async def _sum(self, request: SumBooked) -> GatewayReply:
        found = (await self._reach()).sum_of(request.prefix, request.first, request.last)
        await asyncio.sleep(NETWORK_TIME)
        return BookedSum(found["count"], Money(found["amount"]))

    async def _reach(self) -> Office:
        await asyncio.sleep(NETWORK_TIME)
        if self.office is None:
            raise aiohttp.ClientConnectionError("down")
        return self.office


def _upi(found: dict[str, object], reference: str) -> GatewayReply:
    return payment_of(msgspec.json.encode(found), reference)


def _card(found: dict[str, object]) -> CardPayment:
    said = msgspec.convert(found, PaymentDocument)
    amounts = Money(said.amount), Money(said.refunded)
    return CardPayment(said.key, said.status, *amounts, said.approval, said.reason, said.masked_pan)
