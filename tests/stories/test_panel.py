"""The door, the guide lights, and what a technician reads with `kioskctl status`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Closed, Trouble
from firmware.demo.stage import Settings, Stage
from tests.stories.kiosk import Kiosk

SETTINGS = Settings(
    speed=6,
    screen=30,
    cash=30,
    warning=5,
    done=30,
    environment={"SDL_VIDEODRIVER": "offscreen"},  # with its UI, or health finds it missing
)


def lights(kiosk: Kiosk) -> set[str]:
    return {name for name, is_on in kiosk.bench.look("panel").items() if is_on is True}


async def test_a_slot_shines_only_while_money_may_come(kiosk: Kiosk) -> None:
    await kiosk.to_bill()
    assert lights(kiosk) == set()
    await kiosk.citizen.presses(Action.PAY)
    slots = {"notes_guide", "coins_guide"}
    await kiosk.waits(lambda: lights(kiosk) == slots, "lit slots")
    await kiosk.puts_in(200, 200, 50, coins=(20,))
    await kiosk.is_done()
    await kiosk.waits(lambda: lights(kiosk) == {"receipt_guide"}, "light at the paper")
    await kiosk.leaves()
    await kiosk.waits(lambda: lights(kiosk) == set(), "darkness")
    assert kiosk.booked() == [470]


async def test_the_door_opens_in_the_middle_and_no_money_goes_in(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    kiosk.bench.do("panel", "open_door")
    for device in ("notes", "coins"):
        await kiosk.citizen.sees_at(device, lambda p: not p["accepting"], "a shut slot")
    await kiosk.waits(lambda: lights(kiosk) == {"door_is_open"}, "dark slots")
    kiosk.bench.do("panel", "close_door")
    await kiosk.puts_in(200, 50, coins=(20,))
    await kiosk.is_done()
    await kiosk.leaves()
    assert kiosk.booked() == [470]


async def test_the_door_stays_open_and_the_money_is_claimed(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    kiosk.bench.do("panel", "open_door")
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.door_open", rupees(200))
    assert kiosk.codes_on_paper() == [trouble.token]
    await kiosk.citizen.presses(Action.FINISH, until=lambda data: not isinstance(data, Trouble))
    assert kiosk.last == Closed("closed.door_open")
    kiosk.bench.do("panel", "close_door")
    await kiosk.leaves()


async def status(stage: Stage) -> tuple[int, str]:
    """`kioskctl status` as a technician calls it: exit code and text."""
    program = str(Path(sys.executable).parent / "kioskctl")
    command = [program, "--config", str(stage.folder / "kiosk.toml"), "status"]
    found = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    return found.returncode, found.stdout + found.stderr


async def until_status(kiosk: Kiosk, code: int) -> str:
    """Ask until the exit code is this: health looks about once a second."""
    for _ in range(20):
        found, text = await status(kiosk.stage)
        if found == code:
            return text
    raise AssertionError(f"expected exit code {code}, got {found}:\n{text}")


async def test_kioskctl_says_that_all_is_well(kiosk: Kiosk) -> None:
    text = await until_status(kiosk, 0)
    assert "IN SERVICE" in text
    assert "online" in text


async def test_kioskctl_in_the_middle_of_a_visit(kiosk: Kiosk) -> None:
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    text = await until_status(kiosk, 0)
    assert "screen cash" in text
    assert "inserted ₹200.00" in text
    await kiosk.cancels(Trouble)
    await kiosk.leaves()


async def test_kioskctl_names_what_is_missing(kiosk: Kiosk) -> None:
    kiosk.bench.do("coins", "jam")
    kiosk.stage.hold("sandbox")
    text = await until_status(kiosk, 1)
    assert "DEGRADED" in text
    kiosk.bench.do("receipt", "pull_paper")
    text = await until_status(kiosk, 2)
    assert "OUT OF SERVICE" in text
    assert "receipt.paper.end" in text
    kiosk.stage.release("sandbox")


async def test_kioskctl_without_a_bus_says_so(kiosk: Kiosk) -> None:
    kiosk.stage.hold("broker")
    code, text = await status(kiosk.stage)
    kiosk.stage.release("broker")
    assert code == 3
    assert "no bus at" in text
