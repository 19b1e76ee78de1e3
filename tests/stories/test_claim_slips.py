"""From a cancelled visit to the money in the hand: slip, QR, verification, and paid back once."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from firmware.cli.exits import Exit
from firmware.contract.money import rupees
from firmware.contract.screen import Trouble
from tests.stories.kiosk import SETTLES_WITHIN, Kiosk


async def kioskctl(kiosk: Kiosk, *words: str) -> tuple[int, str]:
    """Exit code and what it said."""
    config = kiosk.stage.folder / "kiosk.toml"
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "kioskctl"), "--config", str(config), *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def redeem(kiosk: Kiosk, claim: str) -> tuple[int, str]:
    return await kioskctl(
        kiosk, "claim", "redeem", claim, "--reference", "voucher 17", "--by", "R. Meena"
    )


async def redeem_when_core_is_back(kiosk: Kiosk, claim: str) -> tuple[int, str]:
    """Asked until somebody answers: to ask twice is safe, which is the point."""
    deadline = time.monotonic() + SETTLES_WITHIN
    while True:
        code, said = await redeem(kiosk, claim)
        if code != Exit.UNKNOWN or time.monotonic() > deadline:
            return code, said


async def cancelled_slip(kiosk: Kiosk) -> tuple[str, str]:
    """₹200 in, cancelled, gone: the claim number, and what a telephone reads from the paper."""
    await kiosk.to_cash()
    await kiosk.puts_in(200)
    await kiosk.shows_inserted(200)
    await kiosk.cancels(Trouble)
    trouble = await kiosk.is_claimed()
    await kiosk.leaves()
    (text,) = kiosk.codes_on_paper()
    assert trouble.claim is not None
    assert text == trouble.token
    return trouble.claim, text


async def test_cancel_slip_verify_redeem_once(kiosk: Kiosk) -> None:
    number, text = await cancelled_slip(kiosk)
    code, said = await kioskctl(kiosk, "claim", "verify", text)
    assert code == 0, said
    assert f"GENUINE: claim {number} of the kiosk tdr-0417" in said
    assert "₹200.00" in said
    code, said = await kioskctl(kiosk, "claim", "show", number.lower())
    assert (code, said.splitlines()[-1]) == (0, "open: not redeemed")
    assert f"********{kiosk.k_number[-4:]}" in said
    before = (await kiosk.accounts()).redeemed
    assert await redeem(kiosk, text) == (0, "done: pay ₹200.00\n")
    code, said = await redeem(kiosk, number)
    assert code == 1
    assert "was redeemed before: ₹200.00" in said
    code, said = await kioskctl(kiosk, "claim", "show", number)
    assert code == 0
    assert "by R. Meena" in said
    assert "open" not in said
    assert (await kioskctl(kiosk, "claim", "show", "TDR 0417 9999 C1"))[0] == 1
    assert (await kiosk.accounts()).redeemed == before + rupees(200)


async def test_power_cut_after_a_redemption_and_it_is_still_refused(kiosk: Kiosk) -> None:
    number, text = await cancelled_slip(kiosk)
    code, said = await redeem(kiosk, number)
    assert code == 0, said
    kiosk.stage.power_cut()
    kiosk.stage.power_on()
    code, said = await redeem_when_core_is_back(kiosk, text)
    assert code == 1, said
    assert "voucher 17" in said


async def test_a_forged_slip_is_refused_by_the_tool_and_by_the_till(kiosk: Kiosk) -> None:
    _, text = await cancelled_slip(kiosk)
    forged = text[:60] + ("A" if text[60] != "A" else "B") + text[61:]
    assert (await kioskctl(kiosk, "claim", "verify", forged))[0] == 1
    code, said = await redeem(kiosk, forged)
    assert code == 1
    assert "not a genuine claim" in said
