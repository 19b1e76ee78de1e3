"""The cash stories: what a citizen, a technician and bad luck do, whatever the kiosk does.

The same stories run on a kiosk in memory and on real processes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from firmware.contract.screen import Action, Attract, Done, Trouble
from tests.chaos.operator_story import collects
from tests.chaos.visitor import Visit, is_moving

OFFICE = "sandbox"


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
    await visit.until(lambda: not is_moving(visit.look("notes")))
    await visit.puts_in(10, 10, 10)
    await visit.puts_in(200, 10)
    await visit.takes_proof_and_goes()


async def over_payment(visit: Visit) -> None:
    """₹500 for ₹470: the rest is credited to the next bill."""
    await visit.to_cash()
    await visit.puts_in(500)
    await visit.takes_proof_and_goes()


async def change(visit: Visit) -> None:
    """₹100 where ₹70 is due: a changer gives ₹30 back; without one they go to the next bill."""
    await visit.to_cash()
    await visit.puts_in(200, 200)
    await visit.puts_in(100)
    await visit.takes_proof_and_goes()


async def cancel_with_a_little_in(visit: Visit) -> None:
    await visit.to_cash()
    await visit.puts_in(20, coins=(5,))
    await visit.cancels()
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
    await visit.until(lambda: not is_moving(visit.look("notes")), 20.0)
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


async def basket(visit: Visit) -> None:
    """Three times ₹470, paid at once; the office books three payments."""
    await visit.to_basket(visit.another(1), visit.another(2))
    await visit.to_cash()
    await visit.puts_in(500, 500, 200, 200, coins=(10,))
    await visit.takes_proof_and_goes()


async def basket_half_paid(visit: Visit) -> None:
    """The money ends after the first of two bills; the rest is a slip."""
    await visit.to_basket(visit.another(1))
    await visit.to_cash()
    await visit.puts_in(500)
    await visit.cancels()
    await visit.answers(Action.PAY_PART)
    await visit.takes_proof_and_goes()


async def part_payment(visit: Visit) -> None:
    """₹250 now, and what is left another time."""
    await visit.to_cash()
    await visit.puts_in(200, 50)
    await visit.cancels()
    await visit.answers(Action.PAY_PART)
    await visit.takes_proof_and_goes()


async def slip_pays_a_bill(visit: Visit) -> None:
    """A basket that was cancelled, and its slip of ₹600 in the next visit; the rest is a slip."""
    await visit.to_basket(visit.another(1))
    await visit.to_cash()
    await visit.puts_in(500, 100)
    await visit.cancels()
    await visit.answers(Action.TAKE_SLIP)
    await visit.takes_proof_and_goes()
    visit.k_number = visit.another(2)
    await visit.is_open()
    await visit.to_cash()
    await visit.tenders(visit.code_on_slip())
    await visit.takes_proof_and_goes()


CASH_STORIES: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "exact": exact,
    "several notes": several_notes,
    "coins and notes": coins_and_notes,
    "over-payment": over_payment,
    "change": change,
    "cancel, a little in": cancel_with_a_little_in,
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
    "basket": basket,
    "basket half paid": basket_half_paid,
    "part payment": part_payment,
    "slip pays a bill": slip_pays_a_bill,
}
