"""No receipt, no cash (M6), and never silence (M7): the roll ends at every bad moment."""

from __future__ import annotations

from firmware.contract.device import Status
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Hint, ShowBill, Trouble
from tests.stories.kiosk import Kiosk, why_not

LESS_THAN_A_RECEIPT = 60  # mm; a receipt is about 175


def offers(kiosk: Kiosk, action: Action) -> bool:
    screen = kiosk.citizen.screen
    return screen is not None and action in screen.actions


async def paper_is_out(kiosk: Kiosk) -> None:
    kiosk.bench.do("receipt", "pull_paper")
    await kiosk.waits(
        lambda: kiosk.devices["receipt"].status is Status.OUT_OF_SERVICE, "the end of the paper"
    )


async def test_paper_pulled_before_pay_is_said_before_any_money(kiosk: Kiosk) -> None:
    await kiosk.to_bill()
    await paper_is_out(kiosk)
    await kiosk.waits(lambda: not offers(kiosk, Action.PAY), "cash is off the bill")
    assert offers(kiosk, Action.PAY_UPI), "its proof may stand on the screen"
    shown = kiosk.last
    assert isinstance(shown, ShowBill) and shown.why_not == Hint("limit.no_cash")
    assert kiosk.leases == []
    assert kiosk.bench.look("notes")["accepting"] == []
    await kiosk.cancels_to_attract()
    assert why_not(kiosk.last) is None, "UPI and cards still pay"
    await kiosk.accounts()
    assert kiosk.booked() == []


async def test_paper_ends_in_the_middle_of_the_receipt_and_the_proof_is_on_the_screen(
    kiosk: Kiosk,
) -> None:
    await kiosk.to_cash()
    kiosk.bench.do("receipt", "load_paper", mm=LESS_THAN_A_RECEIPT)
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    done = await kiosk.is_done()
    assert (done.proof, done.is_posted) == ("screen", True)
    assert not kiosk.bench.look("receipt")["tickets"][-1]["is_cut"]
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_paper_pulled_with_money_inside_and_the_citizen_cancels(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    await paper_is_out(kiosk)
    await kiosk.citizen.sees_at("notes", lambda p: not p["accepting"], "a shut mouth")
    await kiosk.cancels(Trouble)
    trouble = await kiosk.is_claimed()
    assert (trouble.safe, trouble.proof) == (rupees(200), "screen")
    assert trouble.claim is not None
    assert trouble.claim.endswith(" C1")
    await kiosk.leaves()
    assert kiosk.booked() == []


async def test_paper_pulled_and_loaded_again_in_time_and_the_visit_goes_on(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await paper_is_out(kiosk)
    await kiosk.citizen.sees_at("notes", lambda p: not p["accepting"], "a shut mouth")
    kiosk.bench.do("receipt", "load_paper")
    await kiosk.puts_in(200, 50, coins=(20,))
    done = await kiosk.is_done()
    assert done.proof == "paper"
    assert kiosk.codes_on_paper() == [done.receipt]
    await kiosk.leaves()
    assert kiosk.booked() == [470]
