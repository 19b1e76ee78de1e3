"""A technician tests the devices of a running kiosk with `kioskctl device test`; no money moves."""

from __future__ import annotations

import argparse
import asyncio
import re
from typing import Any

import pytest

from firmware.cli import output, testing
from firmware.cli.__main__ import parser
from firmware.cli.exits import Exit
from firmware.contract.screen import Action
from firmware.demo.account import account
from firmware.runtime.bench import BenchRefused
from tests.stories.kiosk import Kiosk

Hands = dict[str, tuple[str, str, dict[str, Any]]]  # by a part of the line: device, action, how
HANDS: Hands = {
    "Put a note in": ("notes", "insert", {"paise": 10000}),
    "Put a coin in": ("coins", "insert", {"paise": 500}),
    "Open the door": ("panel", "open_door", {}),
    "Shut the door": ("panel", "close_door", {}),
    "Switch the mains off": ("panel", "mains_off", {}),
    "Switch the mains on": ("panel", "mains_on", {}),
}


class Terminal:
    """What `kioskctl` prints, and a technician who does what it says."""

    def __init__(self, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
        self._kiosk = kiosk
        self.lines: list[str] = []
        for each in (testing, output):
            monkeypatch.setattr(each, "print", self._read, raising=False)
        monkeypatch.setattr(testing, "_confirm", self._answer)

    def _read(self, line: str, flush: bool = False, file: object = None) -> None:
        self.lines += line.split("\n")
        for part, (device, action, how) in HANDS.items():
            if line.startswith(">>") and part in line:
                self._do(device, action, how)

    def _do(self, device: str, action: str, how: dict[str, Any]) -> None:
        try:
            self._kiosk.bench.do(device, action, **how)
        except BenchRefused as refusal:  # of a mouth that is shut: the note is still in the hand
            self.lines.append(f"hand: {refusal}")

    async def _answer(self, question: str) -> bool:
        self.lines.append(f"?? {question}")
        return True

    async def kioskctl(self, *words: str) -> int:
        options: argparse.Namespace = parser().parse_args(["device", *words])
        code: int = await options.run(self._kiosk.stage.config, options)
        return code


@pytest.fixture
def terminal(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(kiosk, monkeypatch)


def money(kiosk: Kiosk) -> tuple[Any, ...]:
    """Where every note and coin of this kiosk is, and how many rows say so."""
    boxes = [kiosk.bench.look(name)["in_box"] for name in ("notes", "coins")]
    return (*boxes, len(account(kiosk.stage).orders))


async def test_every_device_is_tested_with_hands_and_no_money_moves(
    kiosk: Kiosk, terminal: Terminal
) -> None:
    before = money(kiosk)
    for name in ("notes", "coins", "receipt", "panel"):
        code = await terminal.kioskctl("test", name, "--by", "S. Gurjar", "--patience", "10")
        assert (name, code) == (name, 0), terminal.lines
    assert money(kiosk) == before
    said = "\n".join(terminal.lines)
    assert "hand: notes: the mouth is shut: disabled" in said
    assert "takes no money without a visit: inhibited" in said, "the coins'"
    for light in ("notes_guide", "coins_guide", "receipt_guide"):
        assert f"ok    light {light}" in said
    sample = kiosk.codes_on_paper()
    assert sample == [f"TEST {kiosk.stage.config.kiosk.id}"]
    terminal.lines.clear()
    await terminal.kioskctl("list")
    listed = [line for line in terminal.lines if re.match("(notes|coins|receipt|panel) ", line)]
    assert len(listed) == 4
    assert all("passed" in line and line.endswith("S. Gurjar") for line in listed), listed


async def test_in_the_middle_of_a_visit_nothing_is_tested(kiosk: Kiosk, terminal: Terminal) -> None:
    await kiosk.to_bill()
    tickets = len(kiosk.pictures())
    assert await terminal.kioskctl("test", "receipt", "--skip", "hands") == Exit.UNKNOWN
    assert terminal.lines[-1].startswith("stopped, and nothing is recorded")
    assert len(kiosk.pictures()) == tickets
    await kiosk.citizen.presses(Action.BACK)


async def test_without_hands_a_machine_can_run_it(kiosk: Kiosk, terminal: Terminal) -> None:
    results = [await terminal.kioskctl("test", n, "--skip", "hands") for n in ("notes", "receipt")]
    assert results == [0, 0], terminal.lines
    assert "--    takes no money without a visit: left out, no hands" in terminal.lines
    kiosk.bench.do("receipt", "pull_paper")
    await kiosk.waits(lambda: kiosk.devices["receipt"].status == "out_of_service", "paper out")
    testing_ends = asyncio.create_task(terminal.kioskctl("test", "receipt", "--skip", "hands"))
    assert await testing_ends == Exit.NOT_WELL
    assert any("receipt.paper.end" in line for line in terminal.lines)
