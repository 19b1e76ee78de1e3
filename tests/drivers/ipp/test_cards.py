"""A printer of cards that speaks IPP: CR80, both sides of one card, or it says that it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.ipp.codec import Group, Section, Tag
from drivers.ipp.events import Fault
from drivers.ipp.job import Job
from drivers.ipp.report import condition_of
from drivers.ipp.words import A4, A4_MEDIA, CARD_MEDIA, PrinterState, attribute, keywords
from firmware.contract.device import USABLE, Kind, Outcome, Refill, Status
from firmware.contract.document import (
    CancelDocument,
    DocumentFailed,
    DocumentPrinted,
    PrintDocument,
)
from firmware.gateway.sandbox.pdf import pdf_of_pictures
from tests.drivers.evolis.bench import side
from tests.drivers.ipp.stage import Office

SIDE = "a picture of 86 x 55"


def counter(folder: Path, **options: Any) -> Office:
    """A card printer that has started up."""
    office = Office(folder, kind=Kind.PVC, **{"cards": True, **options})
    office.until(lambda: office.device.state().status not in (Status.STARTING, Status.GONE))
    return office


def order(office: Office, job: str = "a") -> PrintDocument:
    """As core tells it."""
    card = pdf_of_pictures([side("crimson"), side("teal")], 300)
    command = PrintDocument(job, *office.spool.put(card), 2, is_two_sided=True)
    assert office.device.on_command(command).outcome is Outcome.DONE
    office.run(0.001)
    return command


def levels(office: Office) -> dict[str, tuple[int | None, str]]:
    return {each.name: (each.level, each.unit) for each in office.device.state().consumables}


def test_both_sides_are_on_one_card(tmp_path: Path) -> None:
    office = counter(tmp_path, sheets=10)
    order(office)
    assert office.until_ended("a") == DocumentPrinted("a", 2)
    assert [sheet["pages"] for sheet in office.physics["output"]] == [[SIDE, SIDE]]
    office.run(3)
    assert levels(office) == {"cards": (9, "cards"), "ribbon": (80, "%")}


def test_a_job_names_the_size_of_a_card_and_of_paper_its_name() -> None:
    job = Job("a", 2, is_two_sided=True)
    asked = {each.name: each.values for each in job.attributes(CARD_MEDIA)}
    assert asked["sides"] == ("two-sided-long-edge",)
    (inner,) = asked["media-col"]
    assert isinstance(inner, tuple) and len(inner) == 1
    (size,) = inner[0].values
    assert isinstance(size, tuple)
    assert {each.name: each.values for each in size} == {
        "x-dimension": (5400,),
        "y-dimension": (8600,),
    }
    paper = {each.name: each.values for each in job.attributes(A4_MEDIA)}
    assert paper["media"] == (A4,) and "media-col" not in paper


def test_a_driver_for_paper_on_a_card_printer_prints_nothing(tmp_path: Path) -> None:
    """`kind` was not said: the printer would wait for A4 for ever."""
    office = Office(tmp_path, cards=True)
    office.run(5)
    assert office.faults == ["page.paper.other"]
    assert office.device.state().status is Status.OUT_OF_SERVICE


def test_paper_in_a_card_printers_place(tmp_path: Path) -> None:
    office = counter(tmp_path, cards=False)
    assert office.faults == ["page.paper.other"]
    order(office)
    assert office.until_ended("a") == DocumentFailed("a", 0, "page.paper.other")


@pytest.mark.parametrize("lack", [{"is_duplex": False}, {"takes_pdf": False}])
def test_a_printer_that_cannot_make_cards_says_so_before_money(
    tmp_path: Path, lack: dict[str, bool]
) -> None:
    office = counter(tmp_path, **lack)
    assert office.faults == ["page.unfit"]
    assert office.device.state().status is Status.OUT_OF_SERVICE
    order(office)
    assert office.until_ended("a") == DocumentFailed("a", 0, "page.unfit")
    assert office.physics["output"] == []


def test_the_same_lack_is_none_of_a_page_printer(tmp_path: Path) -> None:
    office = Office(tmp_path, is_duplex=False)
    office.until(lambda: office.device.state().status in USABLE)
    assert office.faults == []


def test_cards_run_out_and_are_filled_in(tmp_path: Path) -> None:
    office = counter(tmp_path, sheets=1)
    order(office)
    office.until_ended("a")
    office.run(3)
    assert (office.faults, levels(office)["cards"]) == (["page.paper.end"], (0, "cards"))
    office.hand("load_paper", sheets=100)
    office.run(3)
    assert (office.faults, levels(office)["cards"]) == ([], (100, "cards"))
    assert office.device.on_command(Refill("cards")).outcome is Outcome.DONE


def test_a_cancel_before_the_card_moves(tmp_path: Path) -> None:
    office = counter(tmp_path)
    order(office)
    office.device.on_command(CancelDocument("a"))
    assert office.until_ended("a") == DocumentFailed("a", 0, "page.cancelled")
    office.run(20)
    assert office.physics["output"] == []


READY = [
    (keywords("media-ready", "om_card_54x86mm"), True),
    (keywords("media-ready", "iso_id-1_53.98x85.6mm"), True),
    (keywords("media-ready", "custom_cr80_2.125x3.375in"), True),
    (keywords("media-ready", A4), False),
    (keywords("media-ready", "om_business-card_55x91mm"), False),
    (keywords("media-ready", "something"), False),
    (attribute(Tag.BEGIN_COLLECTION, "media-col-ready", (CARD_MEDIA.media_size,)), True),
    (attribute(Tag.BEGIN_COLLECTION, "media-col-ready", (A4_MEDIA.media_size,)), False),
]


@pytest.mark.parametrize(("ready", "is_ours"), READY)
def test_what_lies_in_a_card_printer(ready: Any, is_ours: bool) -> None:
    said = (
        keywords("printer-state-reasons", "none"),
        attribute(Tag.ENUM, "printer-state", PrinterState.IDLE),
        ready,
    )
    found = condition_of(Section(Group.PRINTER, said), CARD_MEDIA)
    assert found.blocking == (() if is_ours else (Fault.PAPER_OTHER,))
