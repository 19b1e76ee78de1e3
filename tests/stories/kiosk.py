"""A kiosk that runs, the citizen before it, and everything that a bystander could see of both.

A story says what the citizen does and what the kiosk must show, print and book. The kiosk is the
real one: its processes, its broker, its devices on ptys.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import zxingcpp
from PIL import Image

from firmware.contract.device import DeviceCommand, DeviceState, Lease, Print
from firmware.contract.money import rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    InsertCash,
    Number,
    Offer,
    Screen,
    ScreenData,
    Services,
    ShowBill,
    Trouble,
)
from firmware.contract.ticket import Code, Pair, Text, Ticket
from firmware.contract.till import TillEvent
from firmware.contract.topics import Topics
from firmware.demo.account import Account, account
from firmware.demo.citizen import Citizen, StoryFailed
from firmware.demo.stage import Stage
from firmware.runtime.bus import Bus, Envelope
from firmware.till.claims import without_code

LOOK_EVERY = 0.05  # seconds
SETTLES_WITHIN = 30.0  # seconds: a payment that was not booked at once is tried after ten
PUT_RIGHT: dict[str, list[str]] = {
    "itl_ssp": ["plug", "power_on", "clear_jam", "replace_cash_box", "empty_stacker"],
    "cctalk": ["plug", "power_on", "clear_jam"],
    "escpos": ["plug", "power_on", "load_paper", "close_cover"],
    "ipp": ["power_on", "load_paper", "close_cover", "clear_jam"],
    "evolis": ["plug", "power_on", "load_cards", "open_cover", "change_ribbon", "close_cover"],
    "rd_service": ["power_on", "plug_reader", "leave"],
    "panel": ["close_door", "push_cash_box", "close_lid", "mains_on", "charge_battery"],
}  # by family


class Kiosk:
    """Use as an async context, inside a running stage; `k_number` owes ₹470."""

    def __init__(self, stage: Stage, k_number: str, citizen: Citizen | None = None) -> None:
        self.stage, self.k_number = stage, k_number
        self.citizen = citizen or Citizen(stage)
        self.bench = self.citizen.bench
        self.screens: list[Screen] = []
        self.printed: dict[str, Ticket] = {}  # what core sent to the printer, by job
        self.leases: list[Lease] = []
        self.told: list[TillEvent] = []  # to the district
        self.devices: dict[str, DeviceState] = {}
        self.citizen.on_screen(self.screens.append)
        self._topics = Topics(stage.config.kiosk.id)
        self._bus = self._listener()
        self._booked_before: set[str] = set()
        self._pictures = len(self.pictures())

    async def __aenter__(self) -> Kiosk:
        self._task = asyncio.create_task(self._bus.run())
        await self._bus.connected()
        await self.citizen.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.citizen.__aexit__()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    # --- steps that most stories share ---------------------------------------------------------

    async def is_ready(self) -> None:
        """Nobody is here, and a bill can be paid with notes and with coins."""
        await self.citizen.waits_for(works, "electricity in service")
        await self.waits(lambda: all(self._takes(name) for name in ("notes", "coins")), "acceptors")
        self._booked_before = set(account(self.stage).office)

    async def to_number(self, language: str = "hi") -> None:
        await self.citizen.presses(Action.CHOOSE_LANGUAGE, language, until=is_a(Services))
        await self.citizen.presses(Action.CHOOSE_SERVICE, "electricity", until=is_a(Number))

    async def to_bill(self, language: str = "hi") -> ShowBill:
        await self.to_number(language)
        await self.citizen.presses(Action.ENTER, self.k_number, until=is_a(ShowBill))
        return await self.citizen.sees(ShowBill)

    async def to_cash(self, language: str = "hi") -> InsertCash:
        """Until the notes' mouth is open."""
        await self.to_bill(language)
        await self.citizen.presses(Action.PAY, until=is_a(InsertCash))
        await self.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")
        return await self.citizen.sees(InsertCash)

    async def puts_in(self, *notes: int, coins: tuple[int, ...] = ()) -> None:
        """Notes one after the other, then coins; rupees."""
        for note in notes:
            await self.citizen.inserts(note)
        for coin in coins:
            await self.citizen.drops(coin)

    async def shows_inserted(self, amount: int) -> None:
        """The screen says that this many rupees are in; after a power cut, to whom they belong."""
        wanted = rupees(amount)

        def shows(data: ScreenData) -> bool:
            return isinstance(data, InsertCash) and data.inserted == wanted

        await self.citizen.waits_for(
            lambda data: shows(data) or isinstance(data, Number), f"{wanted}, or whose it is"
        )
        if isinstance(self.last, Number):
            digits = self.k_number[-4:]
            await self.citizen.presses(Action.ENTER, digits, until=is_a(InsertCash))
        await self.citizen.waits_for(shows, f"{wanted} on the screen")

    async def shows_hint(self, key: str) -> None:
        await self.waits(lambda: key in self.hints(), f"the hint {key}, got {self.hints()}")

    async def cancels(self, until: type[ScreenData]) -> None:
        await self.citizen.presses(Action.CANCEL, until=is_one_of(until, Offer))
        if isinstance(self.last, Offer):  # asked whether to pay part of it: no
            await self.citizen.presses(Action.TAKE_SLIP, until=is_a(until))

    async def cancels_to_attract(self) -> None:
        """Cancel, with no money inside."""
        await self.cancels(Attract)

    async def cancels_money(self) -> None:
        """Cancel, with or without money inside: ends with a claim, or with nothing."""
        await self.citizen.presses(Action.CANCEL, until=is_one_of(Trouble, Attract, Offer))
        if isinstance(self.last, Offer):
            await self.citizen.presses(Action.TAKE_SLIP, until=is_a(Trouble))

    async def speaks(self, language: str) -> None:
        """Press the other language, in the middle of anything."""
        await self.citizen.presses(
            Action.CHOOSE_LANGUAGE,
            language,
            until=lambda _: (
                self.citizen.screen is not None and self.citizen.screen.language == language
            ),
        )

    async def is_done(self) -> Done:
        return await self.citizen.sees(Done)

    async def is_claimed(self) -> Trouble:
        """The screen with the claim, when its proof is ready."""
        return await self.citizen.sees(Trouble)

    async def leaves(self) -> Account:
        """Go; the account when every order is closed and booked. Every side agrees in it."""
        if isinstance(self.last, Done | Trouble):
            await self.citizen.presses(Action.FINISH, until=is_a(Attract))
        await self.citizen.sees(Attract)
        return await self.accounts()

    async def accounts(self) -> Account:
        """The account when every side agrees: a note that falls into the box is told a poll later.

        Waiting hides no fault, because rows, books and boxes only grow.
        """
        deadline = time.monotonic() + SETTLES_WITHIN
        while not self._is_settled(found := account(self.stage)) or found.faults():
            if time.monotonic() > deadline:
                raise StoryFailed(f"the account does not agree: {found.faults()}, {found}")
            await asyncio.sleep(LOOK_EVERY)
        return found

    async def put_right(self) -> None:
        """What a technician does, so that the next story finds a whole kiosk."""
        self.stage.power_on()
        for name in self.stage.processes:
            self.stage.release(name)
        for device, section in self.stage.config.device.items():
            for action in PUT_RIGHT.get(section.family, []):
                self.bench.do(device, action)
        await self._goes_home()
        await self.is_ready()

    async def _goes_home(self) -> None:
        """Whatever is on the screen after a story that failed."""
        while not isinstance(self.last, Attract):
            offered = [] if self.citizen.screen is None else self.citizen.screen.actions
            for action in (Action.FINISH, Action.TAKE_SLIP, Action.CANCEL):
                if action in offered:
                    await self.citizen.presses(action)
            await asyncio.sleep(LOOK_EVERY)

    # --- what a bystander sees -----------------------------------------------------------------

    @property
    def last(self) -> ScreenData | None:
        return None if self.citizen.screen is None else self.citizen.screen.data

    def hints(self) -> list[str]:
        """The keys of all hints that were on the screen, in their order."""
        shown = (screen.data for screen in self.screens)
        return [data.hint.key for data in shown if isinstance(data, InsertCash) and data.hint]

    def booked(self) -> list[int]:
        """Rupees of each payment that the office booked in this story."""
        now = account(self.stage).office
        return [paise // 100 for key, paise in now.items() if key not in self._booked_before]

    def returned(self) -> list[int]:
        """Rupees of the notes that came back, over the acceptor's life."""
        counts = self.bench.look("notes")["returned"]
        return [int(paise) // 100 for paise, count in counts.items() for _ in range(count)]

    def pictures(self) -> list[Path]:
        """Every ticket that ever came out of the printer."""
        return sorted((self.stage.folder / "paper").glob("ticket-*.png"))

    def spooled(self) -> list[str]:
        """Documents that lie in RAM on their way to a printer."""
        return [str(path) for path in self.stage.config.spool_folder.glob("*/*")]

    def codes_on_paper(self) -> list[str]:
        """What the QR codes on this story's tickets say to a telephone's camera; of a slip its
        token, without the code that pays a bill."""
        fresh = self.pictures()[self._pictures :]
        codes = [code for path in fresh for code in zxingcpp.read_barcodes(Image.open(path))]
        return [without_code(code.text) for code in codes]

    async def waits(
        self, is_so: Callable[[], bool], what: str, patience: float = SETTLES_WITHIN
    ) -> None:
        deadline = time.monotonic() + patience
        while not is_so():
            if time.monotonic() > deadline:
                raise StoryFailed(f"expected {what} within {patience} s; on screen: {self.last}")
            await asyncio.sleep(LOOK_EVERY)

    # --- the listener --------------------------------------------------------------------------

    def _listener(self) -> Bus:
        bus, topics = Bus(self.stage.config.bus_address("recorder")), self._topics
        bus.name = "bystander"
        bus.on(topics.device_command("receipt"), self._on_command)
        bus.on(topics.device_lease("notes"), self._on_lease)
        bus.on(topics.device_state("+"), self._on_state)
        bus.on(topics.core_event, self._on_till)
        return bus

    def _on_till(self, envelope: Envelope) -> None:
        self.told.append(msgspec.json.decode(envelope.payload, type=TillEvent))

    def _on_command(self, envelope: Envelope) -> None:
        command: DeviceCommand = msgspec.json.decode(envelope.payload, type=DeviceCommand)
        if isinstance(command, Print):
            self.printed[command.job] = command.ticket

    def _on_lease(self, envelope: Envelope) -> None:
        self.leases.append(msgspec.json.decode(envelope.payload, type=Lease))

    def _on_state(self, envelope: Envelope) -> None:
        self.devices[envelope.device] = msgspec.json.decode(envelope.payload, type=DeviceState)

    def _takes(self, device: str) -> bool:
        state = self.devices.get(device)
        return state is not None and state.status == "ready"

    def _is_settled(self, found: Account) -> bool:
        return all(
            order.end and (order.reference or order.refusal or not order.is_paid)
            for order in found.orders
        )


def is_a(kind: type[ScreenData]) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, kind)


def is_one_of(*kinds: type[ScreenData]) -> Callable[[ScreenData], bool]:
    return lambda data: isinstance(data, kinds)


def works(data: ScreenData) -> bool:
    """Nobody is here, and the electricity tile may be pressed."""
    return isinstance(data, Attract) and why_not(data) is None


def why_not(data: ScreenData | None) -> str | None:
    """What the electricity tile says."""
    assert isinstance(data, Attract | Services)
    return next(tile.why_not for tile in data.tiles if tile.service == "bills")


def words(ticket: Ticket) -> list[str]:
    """Every text of a ticket."""
    found: list[str] = []
    for line in ticket.lines:
        match line:
            case Text(text=text):
                found.append(text)
            case Pair(label=label, value=value):
                found += [label, value]
            case Code(content=content):
                found.append(content)
    return found
