"""A pack of the district comes to a running kiosk, and the code of conduct takes it away."""

from __future__ import annotations

import argparse
import asyncio
from datetime import timedelta
from pathlib import Path

from firmware.cli import content
from firmware.content.pack import sealed
from firmware.content.shelf import shelf_of
from firmware.contract.screen import Attract, ScreenData
from firmware.contract.ticket import Text, Ticket
from firmware.gateway.sandbox.signature import OFFICE_SEED
from firmware.runtime.clock import SystemClock
from tests.firmware.content import district
from tests.firmware.content.district import MINISTER, SLOGAN
from tests.stories.kiosk import Kiosk
from tests.stories.test_receipt_again import pays, retained

ASKED = 4  # times; each waits five seconds for core


def has_content(data: ScreenData) -> bool:
    return isinstance(data, Attract) and data.content is not None


def is_neutral(data: ScreenData) -> bool:
    return isinstance(data, Attract) and data.content is None


def foot(ticket: Ticket) -> str:
    last = ticket.lines[-1]
    return last.text if isinstance(last, Text) else ""


def pack_of_today(folder: Path) -> bytes:
    today = SystemClock().now().date()
    days = [(today + timedelta(days=each)).isoformat() for each in (-1, 1)]
    return sealed(district.folder(folder, 1, *days), OFFICE_SEED)


async def switch(kiosk: Kiosk, to: str) -> None:
    """Asked again where core is just coming up: the same word twice is one switch."""
    options = argparse.Namespace(switch=to, by="A. Sharma", reason="order 14", json=False)
    codes = [await content.conduct(kiosk.stage.config, options)]
    while codes[-1] and len(codes) < ASKED:
        codes.append(await content.conduct(kiosk.stage.config, options))
    assert codes[-1] == 0


async def test_an_election_is_announced_while_the_minister_is_on_the_screen(
    kiosk: Kiosk, tmp_path: Path
) -> None:
    shelf = shelf_of(kiosk.stage.config)
    await asyncio.to_thread(shelf.install, pack_of_today(tmp_path))
    await kiosk.citizen.waits_for(has_content, "the district's pack")
    receipt = await pays(kiosk)
    printed = [ticket for job, ticket in kiosk.printed.items() if job.startswith(receipt)]
    assert foot(printed[-1]) == MINISTER
    await switch(kiosk, "on")
    await kiosk.citizen.waits_for(is_neutral, "nothing of it")
    kiosk.stage.kill("core")
    await kiosk.is_ready()
    await kiosk.citizen.waits_for(is_neutral, "nothing of it, by a new core")
    said = b"\n".join((await retained(kiosk)).values()).decode()
    assert "order 14" in said, "the fleet and the technician see why"
    assert SLOGAN not in said and MINISTER not in said
    await switch(kiosk, "off")
    await kiosk.citizen.waits_for(has_content, "the pack again")
