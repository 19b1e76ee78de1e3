"""The cash stories: what a citizen, a technician and bad luck do, whatever the kiosk does.

The citizen copes: presses again, puts in again what came back, and goes when told to. The same
stories run on a kiosk in memory and on real processes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from firmware.contract.screen import (
    Action,
    Attract,
    Done,
    InsertCash,
    Number,
    ScreenData,
    Services,
    ShowBill,
    Trouble,
)
from firmware.demo.citizen import Citizen
from firmware.demo.stage import Stage
from firmware.runtime.bench import BenchRefused
from tests.chaos.operator_story import collects

LOOK_EVERY = 0.05  # seconds
PATIENCE = 60.0  # seconds for one note, one press or the last screen
OFFICE = "sandbox"


class Visit:
    """One citizen at one kiosk; `k_number` owes ₹470."""

    def __init__(self, stage: Stage, citizen: Citizen, k_number: str, clock: Callable[[], float]):
        self.stage, self.citizen, self.k_number = stage, citizen, k_number
        self._clock = clock

    # --- what is seen ----------------------------------------------------------------------

    @property
    def shown(self) -> ScreenData | None:
        return self.citizen.data

    @property
    def takes_cash(self) -> bool:
        return isinstance(self.shown, InsertCash)

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
            if not self.takes_cash:
                return
            if self._accepts(device, paise) and await self.tries(device, paise):
                await self.until(lambda: not _is_moving(self.look(device)), 25.0)

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
        return paise in physics["accepting"] and not _is_moving(physics)

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
            for action in (Action.FINISH, Action.CANCEL, Action.BACK):
                if action in offered:
                    await self.press(action)
                    break
            await asyncio.sleep(0.3)

    def hand(self, device: str, action: str, **how: Any) -> None:
        with contextlib.suppress(BenchRefused):
            self.citizen.bench.do(device, action, **how)


def _works(data: ScreenData | None) -> bool:
    return isinstance(data, Attract) and any(
        tile.service == "electricity" and tile.why_not is None for tile in data.tiles
    )


def _is_moving(physics: dict[str, Any]) -> bool:
    return physics.get("at", "nowhere") != "nowhere" or bool(physics.get("falling"))


# --- the stories ---------------------------------------------------------------------------


async def exact(visit: Visit) -> None:
    await visit.to_cash()
    await visit.puts_in(200, 200, 50, 20)
    await visit.takes_proof_and_goes()


async def several_notes(visit: Visit) -> None:
    await visit.to_cash()
    await visit.puts_in(100, 100, 100, 100, 50, 10, 10)
    await visit.takes_proof_and_goes()


async def coins_and_notes(visit: Visit) -> None:
    """Two coins fall one upon the other while a note is on its way."""
    await visit.to_cash()
    await visit.puts_in(200, coins=(20,))
    await visit.tries("notes", 20000)
    await visit.tries("coins", 1000)
    await visit.tries("coins", 1000)
    await visit.until(lambda: not _is_moving(visit.look("notes")))
    await visit.puts_in(10, 10, 10)
    await visit.puts_in(200, 10)
    await visit.takes_proof_and_goes()


async def over_payment(visit: Visit) -> None:
    """₹500 for ₹470: the rest is credited to the next bill."""
    await visit.to_cash()
    await visit.puts_in(500)
    await visit.takes_proof_and_goes()


async def cancel_with_the_note_moving_in(visit: Visit) -> None:
    await visit.to_cash()
    await visit.until(lambda: bool(visit.look("notes")["accepting"]))
    await visit.tries("notes", 20000)
    await visit.cancels()
    await visit.takes_proof_and_goes()


async def cancel_after_stack(visit: Visit) -> None:
    await visit.to_cash()
    await visit.puts_in(100)
    await visit.cancels()
    await visit.takes_proof_and_goes()


async def _mishap_with_a_note(visit: Visit, mishap: str, mend: str, **how: Any) -> None:
    await visit.to_cash()
    await visit.puts_in(200)
    await visit.until(lambda: not visit.takes_cash or visit.look("notes")["accepting"], 20.0)
    await visit.tries("notes", 10000)
    await visit.until(lambda: visit.look("notes")["at"] in ("escrow", "stacking"), 1.0)
    visit.hand("notes", mishap, **how)
    await visit.until(lambda: not visit.takes_cash, 2.0)
    await visit.cancels()
    await visit.until(lambda: isinstance(visit.shown, Trouble), 6.0)
    visit.hand("notes", mend)
    await visit.takes_proof_and_goes()


async def jam_in_the_middle(visit: Visit) -> None:
    await _mishap_with_a_note(visit, "jam", "clear_jam", where="unsafe")


async def stacker_full_in_the_middle(visit: Visit) -> None:
    await _mishap_with_a_note(visit, "stacker_full", "empty_stacker")


async def cash_box_pulled(visit: Visit) -> None:
    await _mishap_with_a_note(visit, "remove_cash_box", "replace_cash_box")


async def printer_away_at_a_note(visit: Visit) -> None:
    """Its cable is out for two seconds while a note moves in: the note waits in escrow."""
    await visit.to_cash()
    await visit.puts_in(200)
    await visit.until(lambda: not visit.takes_cash or visit.look("notes")["accepting"], 20.0)
    await visit.tries("notes", 20000)
    visit.hand("receipt", "link_drop", seconds=2.0)
    await visit.until(lambda: not _is_moving(visit.look("notes")), 20.0)
    await visit.puts_in(50, 20)
    await visit.puts_in(200)
    await visit.takes_proof_and_goes()


async def printer_dead_at_the_receipt(visit: Visit) -> None:
    await visit.to_cash()
    await visit.puts_in(200, 200, 50, 20)
    visit.hand("receipt", "break_down")
    await visit.takes_proof_and_goes()
    visit.hand("receipt", "power_cycle")


async def paper_ends_in_the_receipt(visit: Visit) -> None:
    await visit.to_cash()
    await visit.puts_in(500)
    await visit.until(lambda: bool(visit.look("receipt")["paper_mm"] < 49_995), 10.0)
    visit.hand("receipt", "pull_paper")
    await visit.until(lambda: isinstance(visit.shown, Done | Trouble | Attract))
    visit.hand("receipt", "load_paper")
    await visit.takes_proof_and_goes()


async def back_end_dead_at_posting(visit: Visit) -> None:
    await visit.to_cash()
    await visit.puts_in(200, 200, 50)
    visit.stage.hold(OFFICE)
    await visit.puts_in(20)
    await visit.takes_proof_and_goes()
    visit.stage.release(OFFICE)


async def two_orders(visit: Visit) -> None:
    """The next one comes at once, and pays less than is due."""
    await exact(visit)
    visit.k_number = "210344990002"
    await visit.is_open()
    await visit.to_cash()
    await visit.puts_in(100, coins=(5,))
    await visit.cancels()
    await visit.takes_proof_and_goes()


async def collection(visit: Visit) -> None:
    """A bill, and then the box is emptied."""
    await exact(visit)
    await collects(visit)


CASH_STORIES: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "exact": exact,
    "several notes": several_notes,
    "coins and notes": coins_and_notes,
    "over-payment": over_payment,
    "cancel, note moving in": cancel_with_the_note_moving_in,
    "cancel after stack": cancel_after_stack,
    "jam in the middle": jam_in_the_middle,
    "stacker full in the middle": stacker_full_in_the_middle,
    "cash box pulled": cash_box_pulled,
    "printer away at a note": printer_away_at_a_note,
    "printer dead at the receipt": printer_dead_at_the_receipt,
    "paper ends in the receipt": paper_ends_in_the_receipt,
    "back end dead at posting": back_end_dead_at_posting,
    "two orders": two_orders,
    "collection": collection,
}
