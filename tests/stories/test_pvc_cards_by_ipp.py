"""A Jan Aadhaar card on the whole kiosk, where the card printer speaks IPP."""

from __future__ import annotations

import zxingcpp
from PIL import Image

from firmware.contract.device import Status
from firmware.contract.money import rupees
from firmware.contract.screen import Action, InsertCash, Number, Services, ShowBill
from firmware.demo.stage import Settings
from tests.stories.kiosk import Kiosk, is_a

SETTINGS = Settings(speed=6, has_ui=False, cards_by="ipp", screen=30, cash=30, warning=5, done=30)


async def test_both_sides_lie_on_one_card_and_the_fee_is_booked(kiosk: Kiosk) -> None:
    await kiosk.waits(lambda: kiosk.devices["pvc"].status is Status.READY, "the card printer")
    number = "4822990000001"
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "jan_aadhaar_card", until=is_a(Number))
    await kiosk.citizen.presses(Action.ENTER, number, until=is_a(ShowBill))
    await kiosk.citizen.presses(Action.PAY, until=is_a(InsertCash))
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")
    await kiosk.puts_in(50)
    done = await kiosk.is_done()
    assert (done.paid, done.paper, done.proof) == (rupees(50), "pvc", "paper")
    (card,) = kiosk.bench.look("pvc")["output"]
    assert len(card["pages"]) == 2
    back = Image.open(kiosk.stage.folder / "cards" / "page-0002.png")
    assert [code.text for code in zxingcpp.read_barcodes(back)] == [
        f"SANDBOX JAN AADHAAR {number} SHANTI DEVI MEENA"
    ]
    assert kiosk.spooled() == []
    await kiosk.leaves()
    assert kiosk.booked() == [50]
