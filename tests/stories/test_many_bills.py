"""Many bills, part of a bill, and a slip that pays one: on the real kiosk, with its office."""

from __future__ import annotations

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Basket, Done, InsertCash, Number, Offer, Trouble
from firmware.contract.ticket import Text
from tests.stories.kiosk import Kiosk, is_a, words


def next_to(kiosk: Kiosk) -> str:
    """Another number of the office's test range."""
    return f"{kiosk.k_number[:8]}{int(kiosk.k_number[8:]) + 5000:04d}"


async def test_two_bills_are_paid_at_once_and_booked_each_alone(kiosk: Kiosk) -> None:
    await kiosk.to_bill()
    await kiosk.citizen.presses(Action.ADD_BILL, until=is_a(Number))
    await kiosk.citizen.presses(Action.ENTER, next_to(kiosk), until=is_a(Basket))
    await kiosk.citizen.presses(Action.PAY, until=is_a(InsertCash))
    await kiosk.puts_in(500, 200, 200, coins=(20, 20))
    done = await kiosk.is_done()
    assert (done.paid, done.bills, done.is_posted) == (rupees(940), 2, True)
    assert kiosk.codes_on_paper() == [done.receipt]
    await kiosk.leaves()
    assert kiosk.booked() == [470, 470]


async def test_part_of_a_bill_now_and_the_rest_is_due_the_next_time(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200, 50)
    await kiosk.shows_inserted(250)
    await kiosk.citizen.presses(Action.CANCEL, until=is_a(Offer))
    await kiosk.citizen.presses(Action.PAY_PART, until=is_a(Done))
    await kiosk.leaves()
    assert kiosk.booked() == [250]
    bill = await kiosk.to_bill()
    assert bill.payable == rupees(220)
    await kiosk.citizen.presses(Action.CANCEL)


async def test_the_slip_of_one_visit_pays_in_the_next(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(100)
    await kiosk.shows_inserted(100)
    await kiosk.cancels(Trouble)
    trouble = await kiosk.is_claimed()
    code = code_on(kiosk, f"{trouble.claim}"[:-3])
    await kiosk.leaves()
    await kiosk.to_cash()
    await kiosk.citizen.presses(Action.USE_SLIP, until=is_a(Number))
    await kiosk.citizen.presses(Action.ENTER, code, until=is_a(InsertCash))
    await kiosk.shows_inserted(100)
    await kiosk.puts_in(200, 100, 50, coins=(20,))
    done = await kiosk.is_done()
    assert "₹100.00" in words(kiosk.printed[f"{done.receipt}/receipt/1"])
    found = await kiosk.leaves()
    assert kiosk.booked() == [470]
    assert found.spent == rupees(100)


def code_on(kiosk: Kiosk, order: str) -> str:
    """What the citizen reads on the slip."""
    lines = kiosk.printed[f"{order}/claim/1"].lines
    texts = [line.text.replace(" ", "") for line in lines if isinstance(line, Text)]
    (code,) = [text for text in texts if len(text) == 12 and text.isdigit()]
    return code
