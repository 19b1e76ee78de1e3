"""An office asks five rupees that no table allows, and a list to take home, on the whole kiosk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from firmware.contract.device import Status
from firmware.contract.money import Money, rupees
from firmware.contract.screen import (
    Action,
    Attract,
    Services,
    ShowBill,
    Trouble,
)
from firmware.contract.screen_ends import PosterOut
from firmware.contract.till import FeesDiffered
from firmware.demo.stage import Settings, Stage
from firmware.gateway.sandbox.signature import OFFICE_SEED
from firmware.services.rates.shelf import SHIPPED
from firmware.services.rates.signed import sign
from tests.stories.kiosk import Kiosk, is_a, words

SETTINGS = Settings(speed=6, has_ui=False, has_laser=True, screen=30, cash=30, warning=5, done=30)
OVERCHARGED = "210344001758"  # ₹315, and ₹5 on top
OLD = 'electricity = [{ kind = "statutory", as_billed = true }, { kind = "charge", paise = 0 }]'
NEW = OLD.replace("paise = 0 }", 'paise = 424 }, { kind = "tax", paise = 76 }')


def install_newer(stage: Stage, folder: Path) -> None:
    """As a technician does it, from a stick: version 2 allows the five rupees."""
    content = SHIPPED.read_text(encoding="utf-8").replace("version = 1", "version = 2")
    assert OLD in content
    path = folder / "rates.toml"
    path.write_text(content.replace(OLD, NEW), encoding="utf-8")
    path.with_name("rates.toml.sig").write_text(sign(OFFICE_SEED, path.read_bytes()))
    command = [sys.executable, "-m", "firmware.cli", "--config", str(stage.folder / "kiosk.toml")]
    subprocess.run([*command, "rates", "install", str(path)], check=True, capture_output=True)


async def type_number(kiosk: Kiosk, until: type[Trouble | ShowBill]) -> None:
    await kiosk.to_number()
    await kiosk.citizen.presses(Action.ENTER, OVERCHARGED, until=is_a(until))


async def test_an_overcharge_is_refused_until_the_law_allows_it(
    kiosk: Kiosk, tmp_path: Path
) -> None:
    await type_number(kiosk, Trouble)
    trouble = await kiosk.citizen.sees(Trouble)
    assert (trouble.cause, trouble.safe) == ("trouble.other_fee", rupees(0))
    assert kiosk.told == [FeesDiffered("electricity", 1, rupees(315), rupees(5))]
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    assert isinstance(kiosk.last, Services)
    assert [tile.why_not for tile in kiosk.last.tiles if tile.service == "bills"]
    await kiosk.cancels_to_attract()
    install_newer(kiosk.stage, tmp_path)
    await kiosk.is_ready()
    await type_number(kiosk, ShowBill)
    bill = await kiosk.citizen.sees(ShowBill)
    assert bill.fees is not None and bill.fees.version == 2
    assert [line.amount for line in bill.fees.lines] == [Money(424), Money(76)]
    await kiosk.citizen.presses(Action.PAY)
    await kiosk.citizen.sees_at("notes", lambda p: bool(p["accepting"]), "an open mouth")
    await kiosk.puts_in(200, 100, 20)
    done = await kiosk.is_done()
    assert done.paid == rupees(320)
    said = words(kiosk.printed[f"{done.receipt}/receipt/1"])
    assert {"₹315.00", "₹4.24", "₹0.76", "कर (GST)", "शुल्क की दर सूची सं."} <= set(said)
    await kiosk.leaves()
    assert kiosk.booked() == [320]


async def test_a_citizen_takes_the_list_of_fees_home(kiosk: Kiosk) -> None:
    before = int(kiosk.bench.look("page")["printed"])
    await kiosk.waits(lambda: kiosk.devices["page"].status is Status.READY, "the page printer")
    await kiosk.citizen.presses(Action.CHOOSE_LANGUAGE, "hi", until=is_a(Services))
    await kiosk.citizen.presses(Action.CHOOSE_SERVICE, "poster")
    out = await kiosk.citizen.sees(PosterOut)
    assert out.rates == 2, "of the table that was installed"
    assert int(kiosk.bench.look("page")["printed"]) == before + 1
    assert kiosk.spooled() == []
    await kiosk.citizen.presses(Action.FINISH, until=is_a(Attract))
    await kiosk.leaves()
