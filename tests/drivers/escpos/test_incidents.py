"""What happens to printers at a counter, told to the till as it was: never a ticket too many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops

from drivers.escpos.raster import Rasteriser
from firmware.contract.device import (
    Acknowledge,
    Outcome,
    Print,
    Status,
    TicketFailed,
    TicketPrinted,
)
from firmware.contract.ticket import Code, Text, Ticket
from firmware.documents.claim import claim_slip
from firmware.documents.receipt import receipt
from firmware.runtime.bench import BenchRefused
from firmware.runtime.config import ConfigError
from tests.drivers.escpos.bench import TICKET, Counter, make_printer
from tests.firmware.documents.test_documents import CLAIM, RECEIPT


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """A printer that has started up and has nothing to do."""
    ready = Counter(tmp_path)
    ready.run(0.3)
    assert ready.device.state().status is Status.READY
    return ready


def test_a_ticket_is_printed_dot_by_dot_as_it_was_drawn(counter: Counter) -> None:
    counter.order("a")
    counter.run(3)
    assert counter.till.journal == {"a": TicketPrinted("a")}
    drawn, printed = Rasteriser().draw(TICKET), counter.emulator.roll.last_picture
    assert printed is not None
    same_place = printed.crop((0, 0, 576, drawn.height))
    assert ImageChops.difference(drawn.convert("L"), same_place.convert("L")).getbbox() is None
    assert zxingcpp.read_barcodes(printed.convert("L"))[0].text == "RJ 2026 000123"
    assert counter.tickets[0]["is_whole"] and counter.tickets[0]["is_cut"]


def test_it_says_who_it_is_and_counts_paper_and_tickets(counter: Counter) -> None:
    counter.order("a")
    counter.run(3)
    state = counter.device.state()
    assert (state.identity.maker, state.identity.serial) == ("Kiosk bench", "BENCH0001")
    assert state.counters == {"tickets": 1, "cuts": 1}
    level = state.consumables[0].level
    assert level is not None and abs(level - counter.emulator.physics()["paper_mm"]) <= 1


def test_a_repeat_of_a_job_prints_nothing_and_tells_again(counter: Counter) -> None:
    counter.order("a")
    counter.run(3)
    counter.order("a")
    counter.run(3)
    assert counter.till.told.count(TicketPrinted("a")) == 2
    assert len(counter.tickets) == 1


def test_a_repeat_in_the_middle_of_the_job_prints_it_once(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.order("a")
    counter.run(3)
    assert len(counter.tickets) == 1


def test_a_second_job_has_to_wait(counter: Counter) -> None:
    counter.order("a")
    reply = counter.device.on_command(Print("b", TICKET))
    assert (reply.outcome, reply.detail) == (Outcome.REFUSED, "job a is being printed")


def test_paper_ends_in_the_middle_and_no_second_half_ever_comes_out(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("pull_paper")
    counter.run(0.3)
    assert counter.fault_of("a") == "receipt.paper.end"
    assert counter.device.state().status is Status.OUT_OF_SERVICE
    counter.run(5)
    counter.hand("load_paper")
    counter.run(5)
    assert counter.device.state().status is Status.READY
    assert len(counter.tickets) == 1 and not counter.tickets[0]["is_whole"]
    counter.order("b")
    counter.run(3)
    assert [ticket["is_whole"] for ticket in counter.tickets] == [False, True]


def test_cover_opened_in_the_middle_leaves_a_half_that_is_cut_off(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("open_cover")
    counter.run(0.3)
    assert counter.fault_of("a") == "receipt.cover.open"
    counter.hand("close_cover")
    counter.run(3)
    assert [(t["is_cut"], t["is_whole"]) for t in counter.tickets] == [(True, False)]
    counter.order("b")
    counter.run(3)
    assert counter.tickets[-1]["is_whole"] and len(counter.tickets) == 2


def test_power_cut_in_the_middle_is_never_told_as_printed(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("power_cut")
    counter.run(6)
    assert counter.fault_of("a") == "receipt.link.silent"
    assert counter.faults == ["receipt.link.silent"]
    assert counter.device.state().status is Status.GONE
    counter.hand("power_on")
    counter.run(4)
    assert counter.device.state().status is Status.READY
    assert [ticket["is_whole"] for ticket in counter.tickets] == [False]


def test_power_flickers_in_the_middle_faster_than_any_poll(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("power_cycle")
    counter.run(8)
    assert isinstance(counter.till.journal["a"], TicketFailed)
    assert [ticket["is_whole"] for ticket in counter.tickets] == [False]


def test_cable_pulled_in_the_middle(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.visit.unplug()
    counter.run(2)
    assert counter.fault_of("a") == "receipt.link.lost"
    assert counter.faults == ["receipt.link.lost"]
    counter.visit.plug()
    counter.run(3)
    assert counter.device.state().status is Status.READY
    assert len(counter.tickets) == 1 and not counter.tickets[0]["is_whole"]


def test_driver_killed_in_the_middle_tells_interrupted_and_prints_nothing_twice(
    counter: Counter,
) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.visit.start_driver()
    counter.run(3)
    assert counter.fault_of("a") == "receipt.interrupted"
    counter.order("a")
    counter.run(3)
    assert [ticket["is_whole"] for ticket in counter.tickets] == [False]


def test_driver_killed_before_the_till_has_heard_tells_it_after_the_restart(
    tmp_path: Path,
) -> None:
    counter = Counter(tmp_path)
    counter.till.answer = lambda event: []  # type: ignore[method-assign]
    counter.run(0.3)
    counter.order("a")
    counter.run(3)
    counter.till.told.clear()
    counter.visit.start_driver()
    assert counter.till.told == [TicketPrinted("a")]
    counter.device.on_command(Acknowledge("a"))
    counter.till.told.clear()
    counter.visit.start_driver()
    assert counter.till.told == []


def test_cutter_jams_and_is_cleared(counter: Counter) -> None:
    counter.hand("jam_cutter")
    counter.order("a")
    counter.run(3)
    assert counter.fault_of("a") == "receipt.cutter"
    assert counter.faults == ["receipt.cutter"]
    counter.hand("clear_cutter")
    counter.run(3)
    assert counter.device.state().status is Status.READY
    assert [(t["is_cut"], t["is_whole"]) for t in counter.tickets] == [(True, False)]


def test_head_too_hot_then_cool(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("overheat")
    counter.run(0.3)
    assert counter.fault_of("a") == "receipt.head.hot"
    counter.hand("cool")
    counter.run(3)
    assert counter.device.state().status is Status.READY


def test_broken_down_until_the_power_was_off(counter: Counter) -> None:
    counter.hand("break_down")
    counter.run(2)
    assert counter.faults == ["receipt.unrecoverable"]
    counter.order("a")
    assert counter.fault_of("a") == "receipt.unrecoverable"
    counter.hand("power_cycle")
    counter.run(6)
    assert counter.device.state().status is Status.READY


def test_near_end_prints_on_and_asks_for_somebody(counter: Counter) -> None:
    counter.hand("near_end")
    counter.run(0.2)
    state = counter.device.state()
    assert (state.status, state.faults[0].code) == (Status.DEGRADED, "receipt.paper.near_end")
    counter.order("a")
    counter.run(3)
    assert counter.till.journal["a"] == TicketPrinted("a")


def test_a_new_roll_is_counted_from_its_full_length(counter: Counter) -> None:
    counter.order("a")
    counter.run(3)
    counter.hand("pull_paper")
    counter.run(2)
    assert counter.device.state().consumables[0].level == 0
    counter.visit.start_driver()
    counter.hand("load_paper")
    counter.run(2)
    assert counter.device.state().consumables[0].level == 50_000


def test_noise_in_the_middle_is_no_answer(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("noise", count=200)
    counter.run(12)
    printed = sum(ticket["is_whole"] for ticket in counter.tickets)
    told = isinstance(counter.till.journal["a"], TicketPrinted)
    assert told <= printed
    assert counter.device.state().status is Status.READY


def test_a_piece_lost_on_the_wire_is_never_told_as_printed(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("link_drop", seconds=0.05)
    counter.run(12)
    assert isinstance(counter.till.journal["a"], TicketFailed)


def test_paper_ends_before_the_job_and_the_till_is_told_at_once(counter: Counter) -> None:
    counter.hand("pull_paper")
    counter.run(0.2)
    counter.order("a")
    assert counter.till.journal["a"] == TicketFailed("a", "receipt.paper.end")
    counter.hand("load_paper")
    counter.run(3)
    counter.order("a")
    counter.run(3)
    assert counter.tickets == []


def test_a_job_that_finds_the_printer_gone_may_be_asked_again(counter: Counter) -> None:
    counter.visit.unplug()
    reply = counter.device.on_command(Print("a", TICKET))
    assert (reply.outcome, reply.detail) == (Outcome.REFUSED, "receipt.link.lost")
    counter.visit.plug()
    counter.run(1)
    counter.order("a")
    counter.run(3)
    assert counter.till.journal["a"] == TicketPrinted("a")


def test_dots_that_look_like_a_command_do_not_disturb_the_ticket(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`DLE ENQ 2` as dots would clear the printer's memory in the middle of the ticket."""
    row = (b"\x10\x05\x02" * 24).ljust(72)
    dots = bytes(byte ^ 0xFF for byte in row * 40)
    picture = Image.frombytes("1", (576, 40), dots)
    monkeypatch.setattr(counter.device._rasteriser, "draw", lambda ticket: picture)
    counter.order("a", Ticket([Text("")]))
    counter.run(3)
    assert counter.till.journal["a"] == TicketPrinted("a")
    assert counter.tickets[0]["is_whole"]


def test_fifty_tickets_are_remembered_and_the_oldest_forgotten(tmp_path: Path) -> None:
    counter = Counter(tmp_path, *(f"job {number}" for number in range(53)))
    counter.till.ticket = Ticket([Text("।")])
    counter.run(70)
    assert len(counter.till.journal) == 53
    jobs = [known.job for known in counter.device._book.record.jobs]
    assert (len(jobs), jobs[0], jobs[-1]) == (50, "job 3", "job 52")
    assert counter.emulator.physics()["printed"] == 53 and len(counter.tickets) == 50


def test_cover_opened_while_the_ticket_is_still_being_drawn(counter: Counter) -> None:
    drawings: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []
    counter.device.in_background = lambda work, then: drawings.append((work, then))  # type: ignore[method-assign]
    counter.order("a")
    assert counter.device.state().status is Status.BUSY
    counter.hand("open_cover")
    counter.run(0.3)
    work, then = drawings[0]
    then(work())
    assert counter.fault_of("a") == "receipt.cover.open"
    assert counter.tickets == []


def test_the_citizen_takes_the_ticket(counter: Counter) -> None:
    counter.order("a")
    counter.run(3)
    counter.hand("tear")
    assert counter.tickets[0]["taken"]
    with pytest.raises(BenchRefused, match="no ticket waits"):
        counter.emulator.hand("tear", counter.visit.now)


@pytest.mark.parametrize("ticket", [receipt(RECEIPT), claim_slip(CLAIM)], ids=["receipt", "claim"])
def test_a_real_document_is_read_by_a_phone(counter: Counter, ticket: Ticket) -> None:
    counter.order("a", ticket)
    counter.run(5)
    assert counter.till.journal["a"] == TicketPrinted("a")
    printed = counter.emulator.roll.last_picture
    assert printed is not None
    number = next(line.content for line in ticket.lines if isinstance(line, Code))
    assert zxingcpp.read_barcodes(printed.convert("L"))[0].text == number


def test_an_unknown_option_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean `width_dots`"):
        make_printer(tmp_path, width_dot=576)
