"""A citizen hears of the very fault: not "no cash", but which box is full and what of the money."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import DeviceState, Fault, Kind, Status
from firmware.contract.screen import Action, Services
from firmware.core.blame import OF_DEVICES, OF_THE_KIOSK, fault_behind
from firmware.core.floor import ACCEPTOR_TROUBLES, STANDS, SUPPLIES, Floor
from firmware.core.tiles import TILE_REASONS
from tests.firmware.core.world import World


def floor(*states: DeviceState) -> Floor:
    return Floor({state.name: state for state in states})


def device(kind: Kind, *codes: str, status: Status = Status.OUT_OF_SERVICE) -> DeviceState:
    faults = [Fault(code) for code in codes]
    return DeviceState(name=kind, kind=kind, family="any", status=status, faults=faults)


@pytest.mark.parametrize(
    ("state", "cause", "code"),
    [
        (device(Kind.NOTES, "notes.failure"), "trouble.no_acceptor", "notes.failure"),
        (device(Kind.NOTES, "notes.jam.safe"), "trouble.notes_jam", "notes.jam.safe"),
        (device(Kind.NOTES, status=Status.GONE), "trouble.no_acceptor", "notes.link.lost"),
        (device(Kind.RECEIPT, "receipt.cover.open"), "trouble.printer", "receipt.cover.open"),
        (device(Kind.PVC, "pvc.ribbon.broken"), "trouble.pvc_ribbon", "pvc.ribbon.broken"),
        (device(Kind.PAGE, "page.tray.out"), "trouble.page_printer", "page.tray.out"),
    ],
)
def test_the_fault_of_the_device_that_stands(state: DeviceState, cause: str, code: str) -> None:
    assert fault_behind(floor(state), cause) == code


def test_of_two_faults_the_one_that_stops_the_kiosk_is_told() -> None:
    """A hot head and an open cover: the cover keeps everybody from paying."""
    printer = device(Kind.RECEIPT, "receipt.head.hot", "receipt.paper.near_end",
                     "receipt.cover.open")  # fmt: skip
    assert fault_behind(floor(printer), "trouble.printer") == "receipt.cover.open"


def test_a_count_says_that_the_box_is_full_and_the_device_does_not() -> None:
    full = device(Kind.NOTES, status=Status.READY)
    assert fault_behind(floor(full), "trouble.stacker_full") == "notes.stacker.full"
    cover = device(Kind.RECEIPT, "receipt.head.hot", status=Status.DEGRADED)
    assert fault_behind(floor(cover), "trouble.paper_out") == "receipt.paper.end"


def test_a_device_that_works_is_not_blamed_and_a_citizens_choice_is_no_fault() -> None:
    warned = device(Kind.RECEIPT, "receipt.paper.near_end", status=Status.DEGRADED)
    assert fault_behind(floor(warned), "trouble.printer") == ""
    assert fault_behind(floor(), "trouble.cancelled_with_money") == ""


def test_every_cause_of_a_device_that_core_knows_has_a_fault_behind_it() -> None:
    causes = {
        *ACCEPTOR_TROUBLES.values(),
        *STANDS.values(),
        *(each.trouble for found in SUPPLIES.values() for each in found),
        *(cause for cause in TILE_REASONS if cause != "trouble.office_key"),
    }
    assert causes <= {*OF_DEVICES, *OF_THE_KIOSK}


def test_the_tile_names_the_paper_before_any_money(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.printer.has_paper = False
    world.run(1)
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    assert isinstance(world.screen.data, Services)
    told = {tile.fault for tile in world.screen.data.tiles if tile.why_not == "tile.no_paper"}
    assert told == {"receipt.paper.end"}
    world.printer.has_paper = True
    world.run(1)
    assert not any(tile.fault == "receipt.paper.end" for tile in world.screen.data.tiles)
