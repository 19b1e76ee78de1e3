"""The dock: its hands against real emulators and a real socket, and its window."""

from __future__ import annotations

import asyncio
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from drivers.base.registry import find
from firmware.runtime.config import Config, convert
from tests.ui.panel import Panel
from ui.dock.hands import STAGE, Hand, groups, last_ticket, summary
from ui.dock.reach import Reach


class Ears(socketserver.ThreadingUnixStreamServer):
    """Answers every hand with one physics, and remembers the hands: the bench's side."""

    daemon_threads = True

    def __init__(self, path: Path, physics: dict[str, Any]) -> None:
        self.heard: list[dict[str, Any]] = []
        self.physics = physics
        super().__init__(str(path), Mouth)


class Mouth(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Ears)
        for line in self.rfile:
            order = json.loads(line)
            if order["do"] != "look":
                self.server.heard.append(order)
            refused = {"refused": "no such hand"} if order["do"] == "levitate" else None
            self.wfile.write(json.dumps(refused or self.server.physics).encode() + b"\n")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    document = {
        "kiosk": {"id": "tdr-0417", "place": {}, "receipt_prefix": "TDR 0417"},
        "gateway": {"url": "http://127.0.0.1:9"},
        "paths": {"run": str(tmp_path), "state": str(tmp_path)},
        "device": {
            "notes": {"family": "itl_ssp", "kind": "notes"},
            "coins": {"family": "cctalk", "kind": "coins"},
            "receipt": {"family": "escpos", "kind": "receipt"},
            "panel": {"family": "panel", "kind": "panel"},
            "card": {"family": "magnesafe", "kind": "card"},
            "stripe": {"family": "magstripe", "kind": "card"},
            "pvc": {"family": "evolis", "kind": "pvc"},
            "cards": {"family": "ipp", "kind": "pvc"},
            "finger": {"family": "rd_service", "kind": "finger"},
        },
        "bench": {"receipt": {"out_folder": str(tmp_path / "paper")}},
    }
    return convert(document, Config, "test")


@pytest.fixture
def ears(tmp_path: Path) -> Iterator[Ears]:
    physics = {"in_box": {"10000": 2, "500": 1}, "returned": {}, "faults": ["jam"]}
    with Ears(tmp_path / "bench.sock", physics) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_button_for_a_hand_that_no_emulator_has(config: Config) -> None:
    cable = {"plug", "unplug"}
    for group in groups(config):
        if group.device == STAGE:
            continue
        emulator = find("kiosk.emulators", config.device[group.device].family)
        unknown = [
            hand.action
            for hand in group.hands
            if hand.action not in cable and not hasattr(emulator, f"hand_{hand.action}")
        ]
        assert unknown == [], group.device  # fmt: skip


def test_a_hand_says_what_came_of_it(tmp_path: Path, ears: Ears) -> None:
    reach = Reach(tmp_path)
    answer = reach.do(Hand("₹100", "notes", "insert", {"paise": 10000}))
    assert answer == "notes insert paise=10000: box ₹205 (3); returned ₹0 (0); jam"
    assert ears.heard == [{"device": "notes", "do": "insert", "with": {"paise": 10000}}]
    assert reach.look("notes").startswith("box ₹205")


def test_a_refused_hand_and_a_missing_bench_are_answers_too(tmp_path: Path, ears: Ears) -> None:
    reach = Reach(tmp_path)
    assert "refused: no such hand" in reach.do(Hand("up", "notes", "levitate"))
    assert "no answer" in reach.do(Hand("cut", STAGE, "power_cut"))
    assert Reach(tmp_path / "nowhere").look("notes") == ""


def test_physics_are_read_in_one_line() -> None:
    assert summary({"paper_mm": 900, "printed": 2, "has_power": False}) == (
        "paper 900 mm, printed 2; no power"
    )
    assert summary({"door_is_open": True}) == "door open"


def test_the_newest_ticket_is_the_one_shown(config: Config, tmp_path: Path) -> None:
    assert last_ticket(config) is None
    (tmp_path / "paper").mkdir()
    for second, name in ((10, "ticket-0002.png"), (20, "ticket-0001.png")):
        path = tmp_path / "paper" / name
        Image.new("L", (8, 8)).save(path)
        os.utime(path, (second, second))
    newest = last_ticket(config)
    assert newest is not None and newest.name == "ticket-0001.png"


async def test_the_window_presses_and_shows_the_answer(
    panel: Panel, config: Config, tmp_path: Path, ears: Ears
) -> None:
    from kivy.core.window import Window

    from ui.dock.app import Dock, load_rules

    load_rules()
    (tmp_path / "paper").mkdir()
    Image.new("L", (576, 300), 255).save(tmp_path / "paper" / "ticket-0001.png")
    dock = Dock(config, Reach(tmp_path), size=Window.size)
    Window.add_widget(dock)
    panel.settle()
    button = next(b for b in dock.walk() if getattr(b, "text", "") == "₹500")
    panel.touch(button)
    await asyncio.gather(*dock._busy)
    Window.remove_widget(dock)
    assert [order["with"] for order in ears.heard] == [{"paise": 50000}]
    assert "box ₹205" in dock.log and "box ₹205" in dock.boxes["notes"].physics
    assert dock.ids.ticket._plate.size[0] > 0
