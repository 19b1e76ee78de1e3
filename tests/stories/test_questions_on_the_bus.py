"""Services that ask more than one thing, with the office's own lists, on the real bus."""

from __future__ import annotations

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Choice, InsertCash, Services, ShowBill, Trouble
from tests.stories.kiosk import Kiosk, is_a

RECHARGE = ("aravali", "9829012345", "p239")


async def begins(kiosk: Kiosk, service: str) -> None:
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, service, until=is_a(Choice))


async def pays(kiosk: Kiosk, *notes: int, coins: tuple[int, ...] = ()) -> None:
    await kiosk.citizen.presses(Action.PAY, until=is_a(InsertCash))
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")
    await kiosk.puts_in(*notes, coins=coins)


async def test_a_recharge_from_operator_to_receipt(kiosk: Kiosk) -> None:
    await begins(kiosk, "prepaid")
    await kiosk.citizen.answers(*RECHARGE)
    bill = await kiosk.citizen.sees(ShowBill)
    assert (bill.payable, bill.bill.account) == (rupees(239), "-".join(RECHARGE))
    await pays(kiosk, 200, 20, coins=(10, 5, 2, 2))
    done = await kiosk.is_done()
    assert (done.paid, done.proof, done.is_posted) == (rupees(239), "paper", True)
    await kiosk.leaves()
    assert kiosk.booked() == [239]


async def test_the_office_is_away_and_no_operator_can_be_chosen(kiosk: Kiosk) -> None:
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    kiosk.stage.hold("sandbox")
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "postpaid", until=is_a(Trouble))
    assert (await kiosk.citizen.sees(Trouble)).cause == "trouble.back_end_down"
    kiosk.stage.release("sandbox")
    await kiosk.leaves()
    assert kiosk.booked() == []
