"""A citizen who copes: presses again, puts in again what came back, and goes when told to.

Whatever the kiosk does meanwhile; on a kiosk in memory and on real processes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from firmware.contract.screen import (
    Action,
    Attract,
    Basket,
    Done,
    InsertCash,
    Number,
    Offer,
    ScreenData,
    Services,
    ShowBill,
    Trouble,
)
from firmware.core.daemon import journal_path
from firmware.demo.citizen import Citizen
from firmware.demo.stage import Stage
from firmware.journal.chain import Entry
from firmware.journal.journal import read_entries
from firmware.journal.orders import Order, fold
from firmware.journal.rows import ClaimIssued
from firmware.runtime.bench import BenchRefused
from firmware.till.codes import Codes, may_be_tendered
from firmware.till.signing import keys_folder, load_signer

LOOK_EVERY = 0.05  # seconds
PATIENCE = 60.0  # seconds for one note, one press or the last screen


class Visit:
    """One citizen at one kiosk; `k_number` owes ₹470."""

    def __init__(self, stage: Stage, citizen: Citizen, k_number: str, clock: Callable[[], float]):
        self.stage, self.citizen, self.k_number = stage, citizen, k_number
        self._clock = clock
        self._typed = 0  # numbers

    # --- what is seen ----------------------------------------------------------------------

    @property
    def shown(self) -> ScreenData | None:
        return self.citizen.data

    @property
    def takes_cash(self) -> bool:
        return isinstance(self.shown, InsertCash)

    @property
    def is_asked(self) -> bool:
        """Whose money this is, after a power cut."""
        return isinstance(self.shown, Number) and self.shown.label == "resumed.digits"

    def look(self, device: str) -> dict[str, Any]:
        return self.citizen.bench.look(device)

    async def until(self, is_so: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        ends = self._clock() + seconds
        while not is_so():
            if self._clock() > ends:
                return False
            await asyncio.sleep(LOOK_EVERY)
        return True

    # --- what is done ----------------------------------------------------------------------

    async def is_open(self) -> None:
        """Nobody is here, and the electricity tile works."""
        await self.until(lambda: _works(self.shown))
        for device in ("notes", "coins"):
            await self.until(lambda device=device: self.look(device)["has_power"])  # type: ignore[misc]

    async def to_cash(self) -> None:
        """Until the slot is open; whatever screen is in between, press what leads there."""
        for _ in range(60):
            match self.shown:
                case InsertCash():
                    return
                case Number(label="resumed.digits"):
                    await self.says_it_is_his()
                case Basket():
                    await self.press(Action.PAY)
                case Attract():
                    await self.press(Action.CHOOSE_LANGUAGE, "hi")
                case Services():
                    await self.press(Action.CHOOSE_SERVICE, "electricity")
                case Number():
                    await self.press(Action.ENTER, self.k_number)
                case ShowBill():
                    await self.press(Action.PAY)
                case Trouble():
                    await self.press(Action.AGAIN)
                case _:
                    await asyncio.sleep(0.5)

    async def says_it_is_his(self) -> None:
        """After a power cut the screen asks whose money is in."""
        await self.press(Action.ENTER, self.k_number[-4:])

    async def to_basket(self, *more: str) -> None:
        """`more` bills beside that of `k_number`; what a restart took away is chosen again."""
        for _ in range(60):
            match self.shown:
                case Basket(bills=bills) if len(bills) > len(more):
                    return
                case InsertCash() | Done() | Offer():
                    return
                case ShowBill():
                    await self.press(Action.ADD_BILL)
                case Basket(bills=bills):
                    await self.press(Action.ADD_BILL)
                case Number(label="resumed.digits"):
                    await self.says_it_is_his()
                case Number(problem=str()):
                    await self.press(Action.BACK)
                case Number():
                    await self.press(Action.ENTER, self._next_number(more))
                case Attract():
                    await self.press(Action.CHOOSE_LANGUAGE, "hi")
                case Services():
                    await self.press(Action.CHOOSE_SERVICE, "electricity")
                case Trouble():
                    await self.press(Action.AGAIN)
                case _:
                    await asyncio.sleep(0.5)

    def another(self, which: int) -> str:
        """One more number of the office's test range, which owes ₹470, too."""
        return f"{self.k_number[:8]}{int(self.k_number[8:]) + 1000 * which:04d}"

    def _next_number(self, more: tuple[str, ...]) -> str:
        """The first that has not been typed yet."""
        self._typed += 1
        return [self.k_number, *more][(self._typed - 1) % (len(more) + 1)]

    def offers(self, action: Action) -> bool:
        screen = self.citizen.screen
        return screen is not None and action in screen.actions

    async def answers(self, action: Action) -> None:
        """What the kiosk asks when too little is in."""
        await self.until(lambda: not isinstance(self.shown, InsertCash), 5.0)
        if isinstance(self.shown, Offer):
            await self.press(action)

    async def tenders(self, code: str) -> None:
        """The code of a slip; whoever dies meanwhile, it is typed again until it is used."""
        for _ in range(20):
            await self.until(self._may_tender, 20.0)
            match self.shown:
                case InsertCash(inserted=inserted) if not inserted and self._offers_slips():
                    await self.press(Action.USE_SLIP)
                case Number(label="slip.code", problem=None):
                    await self.press(Action.ENTER, code)
                case Number(label="slip.code"):
                    await self.press(Action.BACK)
                    return
                case Number(label="resumed.digits"):
                    await self.says_it_is_his()
                case _:
                    return

    def _may_tender(self) -> bool:
        return isinstance(self.shown, Number | InsertCash | Done | Trouble | Attract)

    def _offers_slips(self) -> bool:
        screen = self.citizen.screen
        return screen is not None and Action.USE_SLIP in screen.actions

    def code_on_slip(self) -> str:
        """What a person would read on the slip: the code of the newest claim with one."""
        config = self.stage.config
        signer = load_signer(keys_folder(config.state_folder), config.kiosk.id)
        entries = read_entries(journal_path(config))
        issued = [entry.row for entry in entries if isinstance(entry.row, ClaimIssued)]
        claims = [row for row in issued if row.order and may_be_tendered(row, _order(entries, row))]
        return Codes(signer).of(claims[-1].claim) if claims else "0" * 12

    async def press(self, action: Action, value: str = "") -> None:
        """Once more when nothing happens; not, when the screen does not offer it."""
        before = self.citizen.screen
        assert before is not None
        if action in before.actions:
            self.citizen.touch(action, value)
        await self.until(lambda: type(self.shown) is not type(before.data), 1.5)

    async def puts_in(self, *notes: int, coins: tuple[int, ...] = ()) -> None:
        """Rupees; each until the machine keeps it, or takes no more money."""
        for note in notes:
            await self._feeds("notes", note * 100)
        for coin in coins:
            await self._feeds("coins", coin * 100)

    async def _feeds(self, device: str, paise: int) -> None:
        had = self._in_box(device, paise)
        ends = self._clock() + PATIENCE
        while self._in_box(device, paise) == had and self._clock() < ends:
            await self.until(lambda: self._accepts(device, paise) or not self.takes_cash, 20.0)
            if self.is_asked:
                await self.says_it_is_his()
                continue
            if not self.takes_cash:
                return
            if self._accepts(device, paise) and await self.tries(device, paise):
                await self.until(lambda: not is_moving(self.look(device)), 25.0)

    async def tries(self, device: str, paise: int) -> bool:
        """Put it to the slot; False when the slot is shut."""
        try:
            self.citizen.bench.do(device, "insert", paise=paise)
        except BenchRefused:
            return False
        return True

    def _in_box(self, device: str, paise: int) -> int:
        return int(self.look(device)["in_box"].get(str(paise), 0))

    def _accepts(self, device: str, paise: int) -> bool:
        physics = self.look(device)
        return paise in physics["accepting"] and not is_moving(physics)

    async def cancels(self) -> None:
        if self.takes_cash:
            await self.press(Action.CANCEL)

    async def takes_proof_and_goes(self) -> None:
        """Wait for the last screen, then leave; whatever is shown, it ends at Attract."""
        await self.until(lambda: isinstance(self.shown, Done | Trouble | Attract))
        await self.goes_home()

    async def goes_home(self) -> None:
        for _ in range(100):
            screen = self.citizen.screen
            if isinstance(self.shown, Attract):
                return
            offered = [] if screen is None else screen.actions
            for action in (Action.FINISH, Action.TAKE_SLIP, Action.CANCEL, Action.BACK):
                if action in offered:
                    await self.press(action)
                    break
            await asyncio.sleep(0.3)

    def hand(self, device: str, action: str, **how: Any) -> None:
        with contextlib.suppress(BenchRefused):
            self.citizen.bench.do(device, action, **how)


def _works(data: ScreenData | None) -> bool:
    return isinstance(data, Attract) and any(
        tile.service == "bills" and tile.why_not is None for tile in data.tiles
    )


def _order(entries: list[Entry], claim: ClaimIssued) -> Order:
    return fold([entry for entry in entries if entry.order == claim.order])


def is_moving(physics: dict[str, Any]) -> bool:
    return physics.get("at", "nowhere") != "nowhere" or bool(physics.get("falling"))
