"""The door, the guide lights, and what a technician reads with `kioskctl status`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec

from firmware.cli.asking import ask_core
from firmware.cli.snapshot import take
from firmware.contract.command import ClearAlarms
from firmware.contract.device import Outcome
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Closed, Trouble
from firmware.demo.stage import Settings, Stage
from firmware.health.power import STEPS, PowerEnd
from firmware.runtime.durable import read_durably
from tests.stories.kiosk import LOOK_EVERY, SETTLES_WITHIN, Kiosk

SETTINGS = Settings(
    speed=6,
    screen=30,
    cash=30,
    warning=5,
    done=30,
    environment={"SDL_VIDEODRIVER": "offscreen"},  # with its UI, or health finds it missing
)


def lights(kiosk: Kiosk, which: str = "") -> set[str]:
    """The guide lights that shine and the switches that are open; of the tower, only if asked."""
    seen = kiosk.bench.look("panel").items()
    found = {name for name, is_on in seen if is_on is True and name not in ("fan", "has_power")}
    return {
        name for name in found if name.startswith(which or ("notes", "coins", "receipt", "door"))
    }


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
    assert kiosk.last == Closed("closed.door_open", "panel.door.open")
    kiosk.bench.do("panel", "close_door")
    await kiosk.leaves()


async def test_the_mains_fail_in_the_middle_of_cash_and_the_battery_sinks(kiosk: Kiosk) -> None:
    """A slip for what is in, the lamp red or amber, and then the machine may halt."""
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    kiosk.bench.do("panel", "mains_off")
    kiosk.bench.do("panel", "drain_battery")
    trouble = await kiosk.is_claimed()
    assert (trouble.cause, trouble.safe) == ("trouble.battery_low", rupees(200))
    assert not await may_halt(kiosk)
    await kiosk.citizen.presses(Action.FINISH, until=lambda data: not isinstance(data, Trouble))
    async with asyncio.timeout(SETTLES_WITHIN):
        while not await may_halt(kiosk):  # noqa: ASYNC110 - other processes move
            await asyncio.sleep(LOOK_EVERY)
    path = kiosk.stage.config.state_folder / "health" / "power.json"
    await kiosk.waits(path.exists, "the record of the end")
    raw = read_durably(path)
    assert raw is not None
    steps = msgspec.json.decode(raw, type=PowerEnd).steps
    assert set(steps) == set(STEPS)
    assert steps["slots_shut"] <= steps["journal_quiet"] <= steps["halt"]
    kiosk.bench.do("panel", "mains_on")
    kiosk.bench.do("panel", "charge_battery")
    await kiosk.leaves()


async def may_halt(kiosk: Kiosk) -> bool:
    core = (await take(kiosk.stage.config)).core
    assert core is not None
    return core.may_halt


async def test_a_door_opened_by_nobody_blinks_red_until_a_technician_has_looked(
    kiosk: Kiosk,
) -> None:
    kiosk.bench.do("panel", "open_door")
    kiosk.bench.do("panel", "close_door")
    kiosk.bench.do("panel", "pry_lid")
    text = await until_said(kiosk, "till.door_opened", "panel.tamper")
    assert "DEGRADED" in text
    await kiosk.waits(lambda: "tower_red" in lights(kiosk, "tower"), "a red lamp")
    await looked_at(kiosk)
    await kiosk.waits(lambda: lights(kiosk, "tower") == {"tower_green"}, "a green lamp")


async def until_said(kiosk: Kiosk, *codes: str) -> str:
    for _ in range(20):
        _, text = await status(kiosk.stage)
        if all(code in text for code in codes):
            return text
    raise AssertionError(f"expected {codes}:\n{text}")


async def looked_at(kiosk: Kiosk) -> None:
    """The stories before may have left the alarm of a door that nobody had to open."""
    reply = await ask_core(kiosk.stage.config, ClearAlarms("S. Gurjar"))
    assert reply is not None and reply.outcome is Outcome.DONE


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
    await looked_at(kiosk)
    text = await until_status(kiosk, 0)
    assert "IN SERVICE" in text
    assert "online" in text


async def test_kioskctl_in_the_middle_of_a_visit(kiosk: Kiosk) -> None:
    await looked_at(kiosk)
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
