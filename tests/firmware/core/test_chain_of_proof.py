"""The roll dies: the receipt comes out of the page printer, or else it is on the screen (M6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firmware.contract.money import rupees
from firmware.contract.screen import Action, Attract, Done, Trouble, Waiting
from firmware.contract.ticket import Text, Ticket
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.effects import Effect, LayOut
from tests.firmware.core.accounts import check_proofs
from tests.firmware.core.page_printer import PagePrinter
from tests.firmware.core.paper_world import PaperWorld


class Papers(PaperWorld):
    """Keeps what was set on A4."""

    def __init__(self, folder: Path) -> None:
        self.laid_out: list[LayOut] = []
        super().__init__(folder)

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, LayOut):
            self.laid_out.append(effect)
        super().carry_out(effect)

    def pay_to_the_last_note(self) -> None:
        self.go_to_cash()
        for note in (200, 200, 50):
            self.insert(note)

    def roll_ends_at_the_last_note(self) -> None:
        """The ticket that is under way fails, and so does the next."""
        self.pay_to_the_last_note()
        self.printer.fails = "receipt.paper.end"
        self.core.on_device_event("notes", self.acceptors.insert_note(rupees(20)), self.now)
        self.settle()  # whoever looks, looks from now on


@pytest.fixture
def world(tmp_path: Path) -> Papers:
    return Papers(tmp_path)


def done(world: Papers) -> Done:
    shown = world.screen.data
    assert isinstance(shown, Done), shown
    return shown


def intents(world: Papers) -> list[str]:
    found = [entry.row for entry in world.journal.of_kind(rows.PrintIntended)]
    return [row.on for row in found if isinstance(row, rows.PrintIntended)]


def marks(world: Papers) -> list[str]:
    """What says on the A4 page that it is a duplicate."""
    ticket = world.laid_out[-1].ticket
    assert isinstance(ticket, Ticket)
    return [
        line.text for line in ticket.lines if isinstance(line, Text) and "प्रतिलिपि" in line.text
    ]


def leaves(world: Papers) -> None:
    world.press(Action.FINISH)
    world.run(12)
    assert isinstance(world.screen.data, Attract)
    assert world.pages.spooled == {}
    world.check_money()
    check_proofs(world.journal)


def test_two_tickets_fail_and_the_receipt_is_a_duplicate_on_a4(world: Papers) -> None:
    world.roll_ends_at_the_last_note()
    world.run(6)
    assert done(world).proof == "page"
    assert intents(world) == ["receipt", "receipt", "page"]
    assert world.pages.tray == ["A4 1"]
    assert len(marks(world)) == 1
    leaves(world)


def test_nothing_was_tried_on_the_roll_and_the_a4_page_is_the_original(world: Papers) -> None:
    world.pay_to_the_last_note()
    event = world.acceptors.insert_note(rupees(20))
    world.core.on_device_event("notes", event, world.now)
    world.printer.has_paper = False
    world.run(6)
    assert done(world).proof == "page"
    assert intents(world) == ["page"]
    assert marks(world) == []
    leaves(world)


def test_neither_printer_and_the_number_is_on_the_screen(world: Papers) -> None:
    world.roll_ends_at_the_last_note()
    world.pages.sheets = 0
    world.run(10)
    assert done(world).proof == "screen"
    leaves(world)


def test_the_page_printer_jams_in_the_middle_and_the_screen_does(world: Papers) -> None:
    world.roll_ends_at_the_last_note()
    world.until(lambda: world.pages.open is not None)
    world.pages.fail("page.jam")
    world.run(5)
    assert done(world).proof == "screen"
    assert intents(world) == ["receipt", "receipt", "page"]
    leaves(world)


def test_a_page_that_never_comes_is_cancelled_before_the_next_citizen(world: Papers) -> None:
    world.roll_ends_at_the_last_note()
    world.until(lambda: world.pages.open is not None)
    world.pages.is_jammed = True
    assert world.screen.data == Waiting("waiting.printing_page")
    world.run(70)
    assert done(world).proof == "screen"
    assert world.pages.open is None, "nothing of it comes out when the jam is cleared"
    world.pages.is_jammed = False
    world.run(3)
    assert world.pages.tray == []
    leaves(world)


def test_the_cancel_of_such_a_page_is_said_until_the_driver_hears_it(world: Papers) -> None:
    world.roll_ends_at_the_last_note()
    world.until(lambda: world.pages.open is not None)
    world.pages.is_jammed = world.pages.is_deaf = True
    world.run(70)
    world.press(Action.FINISH)
    world.pages.is_deaf = False
    world.run(5)
    assert world.pages.open is None
    world.pages.is_jammed = False
    world.run(3)
    assert world.pages.tray == []


def test_a_claim_slip_comes_on_a4_too(world: Papers) -> None:
    world.go_to_cash()
    world.insert(200)
    world.printer.has_paper = False
    world.run(10)
    shown = world.screen.data
    assert isinstance(shown, Trouble)
    assert (shown.safe, shown.proof) == (rupees(200), "page")
    leaves(world)


@pytest.mark.parametrize("how", ["crash", "power_cut"])
def test_core_dies_while_the_page_moves_and_one_page_is_out(world: Papers, how: str) -> None:
    world.roll_ends_at_the_last_note()
    world.until(lambda: world.pages.open is not None)
    getattr(world, how)()
    world.run(6)
    assert done(world).proof == "page"
    assert world.pages.tray == ["A4 1"]
    leaves(world)


def test_the_spool_is_gone_and_the_page_is_made_again(world: Papers) -> None:
    world.pages.is_deaf = True
    world.roll_ends_at_the_last_note()
    world.until(lambda: bool(world.pages.spooled))
    world.pages.restart()
    world.pages.is_deaf = False
    world.run(10)
    assert done(world).proof == "page"
    assert len(world.laid_out) == 2
    assert world.pages.tray == ["A4 1"]
    leaves(world)


def test_the_cable_of_the_roll_is_pushed_in_again_and_no_a4_is_used(world: Papers) -> None:
    world.pay_to_the_last_note()
    event = world.acceptors.insert_note(rupees(20))
    world.core.on_device_event("notes", event, world.now)
    world.settle()
    world.printer.is_there = False
    world.run(5)
    world.printer.is_there = True
    world.run(4)
    assert done(world).proof == "paper"
    assert world.pages.tray == []
    leaves(world)


def test_a_page_that_cannot_be_put_into_the_spool_ends_on_the_screen(
    world: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PagePrinter, "put", lambda *_: ("0" * 32, "0" * 64))
    world.roll_ends_at_the_last_note()
    world.run(70)
    assert done(world).proof == "screen"
    leaves(world)


def test_a_ticket_is_laid_out_and_signed_only_when_the_printer_is_told(
    world: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at each of the four ticks a second in which the printer is waited for."""
    made, inner = list[str](), world.core.papers.ticket

    def counting(order: Order, document: str, *how: Any) -> Ticket:
        made.append(document)
        return inner(order, document, *how)

    monkeypatch.setattr(world.core.papers, "ticket", counting)
    monkeypatch.setattr(world.printer, "print", lambda command: None)  # told, it says nothing
    world.pay_to_the_last_note()
    event = world.acceptors.insert_note(rupees(20))
    world.core.on_device_event("notes", event, world.now)
    world.run(20)
    assert 3 <= len(made) <= 11, "every two seconds"
