"""What happens to card printers at a counter: no half card given out, none printed twice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from drivers.evolis.bitmap import PICTURE_SIZE
from drivers.evolis.document import sides
from firmware.contract.device import USABLE, Outcome, Refill, Status
from firmware.contract.document import DocumentFailed, DocumentPrinted, PrintDocument
from firmware.gateway.sandbox.pdf import pdf_of_pictures, pdf_of_text
from firmware.runtime.bench import BenchRefused
from firmware.runtime.config import ConfigError
from tests.drivers.evolis.bench import (
    Counter,
    card,
    make_printer,
    order,
    printed,
    runs_until_ejecting,
    side,
    started,
)

# --- a good card -------------------------------------------------------------------------------


def test_a_card_of_two_sides_in_colour_is_what_was_drawn(tmp_path: Path) -> None:
    counter = started(Counter(tmp_path))
    counter.order("a")
    counter.run_until_told("a")
    assert counter.till.journal == {"a": printed("a")}
    assert counter.emulator.hopper.last is not None
    for found, colour in zip(counter.emulator.hopper.last, ("crimson", "teal"), strict=True):
        drawn = Image.open(io.BytesIO(side(colour)))
        assert max(ImageChops.difference(drawn, found).tobytes()) <= 2  # 7 of 8 bits
    assert counter.physics["hopper"] == [{"is_whole": True}]


def test_supplies_are_counted_and_the_pictures_wiped(tmp_path: Path) -> None:
    counter = started(Counter(tmp_path))
    counter.order("a")
    assert len(list(counter.spool_folder.iterdir())) == 1
    counter.run_until_told("a")
    counter.run(3)
    assert counter.levels == {"cards": 99, "ribbon": 198, "cleaning": 999}
    state = counter.device.state()
    assert state.counters == {"printed": 1, "rejected": 0}
    assert (state.identity.model, state.identity.serial) == ("Emulated card printer", "BENCH0001")
    assert list(counter.spool_folder.iterdir()) == []


def test_a_repeat_of_a_job_prints_nothing_also_after_a_restart(counter: Counter) -> None:
    counter.order("a")
    counter.run(1)
    counter.order("a")  # in the middle
    counter.run_until_told("a")
    counter.order("a")
    counter.visit.start_driver()
    counter.run(5)
    counter.order("a")
    counter.run(30)
    assert counter.till.told.count(printed("a")) >= 3
    assert (counter.physics["given_out"], counter.physics["feeder"]) == (1, 99)


def test_a_second_card_has_to_wait(counter: Counter) -> None:
    counter.order("a")
    reply = counter.device.on_command(order("b", counter.spool))
    assert (reply.outcome, reply.detail) == (Outcome.REFUSED, "card a is being printed")


def test_a_document_that_is_not_there_is_asked_for_once_more(counter: Counter) -> None:
    """The driver wiped it at its start, between two commands: that is no end of the job."""
    asked = order("a", counter.spool)
    counter.spool.wipe(asked.document)
    assert counter.device.on_command(asked).outcome is Outcome.MISSING
    counter.run(5)
    assert counter.till.journal == {}
    counter.order("a")
    counter.run_until_told("a")
    assert counter.till.journal["a"] == printed("a")


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (b"no pdf", 2),
        (card("crimson"), 2),
        (card("crimson", "teal", "navy"), 3),
        (pdf_of_text([["A4"], ["A4"]]), 2),
        (pdf_of_pictures([side("teal")], 330), 1),
    ],
    ids=["torn", "a page short", "three pages", "A4", "a tenth too small"],
)
def test_a_document_that_is_no_card_takes_no_card(
    counter: Counter, caplog: pytest.LogCaptureFixture, content: bytes, pages: int
) -> None:
    counter.device.on_command(PrintDocument("a", *counter.spool.put(content), pages))
    assert counter.fault_of("a") == "pvc.document"
    assert "expected" in caplog.text
    counter.run(5)
    assert counter.physics["feeder"] == 100
    assert list(counter.spool_folder.iterdir()) == []


def test_a_document_of_one_page_leaves_the_back_white(tmp_path: Path) -> None:
    counter = started(Counter(tmp_path))
    counter.device.on_command(order("a", counter.spool, "crimson"))
    counter.run_until_told("a")
    assert counter.till.journal["a"] == DocumentPrinted("a", 1)
    assert counter.emulator.hopper.last is not None
    front, back = counter.emulator.hopper.last
    assert min(back.tobytes()) == 255 > min(front.tobytes())


@pytest.mark.parametrize("dpi", [300, 297, 298, 301, 303])
def test_a_page_that_is_one_picture_is_printed_dot_by_dot(dpi: int) -> None:
    """85.6, 86 or 86.6 mm wide: the head is what it is."""
    noise = Image.effect_noise(PICTURE_SIZE, 200).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "png")
    front, _ = sides(pdf_of_pictures([file.getvalue()], dpi), 1)
    assert ImageChops.difference(front, noise).getbbox() is None


# --- trouble before and in the middle of a card --------------------------------------------------


@pytest.mark.parametrize(
    ("action", "arguments", "fault"),
    [
        ("load_cards", {"count": 0}, "pvc.feeder.empty"),
        ("open_cover", {}, "pvc.cover.open"),
    ],
)
def test_what_stands_in_the_way_is_told_before_a_card_is_taken(
    counter: Counter, action: str, arguments: dict[str, int], fault: str
) -> None:
    counter.hand(action, **arguments)
    counter.run(8)
    assert (counter.faults, counter.device.state().status) == ([fault], Status.OUT_OF_SERVICE)
    counter.order("a")
    assert counter.till.journal["a"] == DocumentFailed("a", 0, fault)


def test_cards_run_out_and_a_full_feeder_counts_anew(counter: Counter) -> None:
    counter.hand("load_cards", count=1)
    counter.order("a")
    counter.run_until_told("a")
    counter.run(8)
    assert (counter.faults, counter.levels["cards"]) == (["pvc.feeder.empty"], 0)
    counter.hand("load_cards")
    counter.run(8)
    assert (counter.faults, counter.levels["cards"]) == ([], 100)


def test_cards_put_on_top_of_others_are_counted_when_somebody_says_so(counter: Counter) -> None:
    """The feeder's sensor only sees that it is empty, and it never was."""
    counter.order("a")
    counter.run_until_told("a")
    counter.run(8)
    assert counter.levels["cards"] == 99
    assert counter.device.on_command(Refill("cards")).outcome is Outcome.DONE
    assert counter.levels["cards"] == 100
    assert counter.device.on_command(Refill("ribbon")).outcome is Outcome.REFUSED


def test_a_feeder_that_sticks_in_the_middle_of_the_order(counter: Counter) -> None:
    counter.hand("load_cards", count=0)  # since the last look
    counter.order("a")
    counter.run_until_told("a")
    assert counter.fault_of("a") == "pvc.feeder.empty"


def test_the_ribbon_of_somebody_else_prints_nothing(tmp_path: Path) -> None:
    counter = Counter(tmp_path, ribbon="ymcko")
    counter.hand("open_cover")
    counter.hand("change_ribbon", ribbon="k")
    counter.hand("close_cover")
    counter.run(8)
    assert counter.faults == ["pvc.ribbon.wrong"]


def test_a_ribbon_for_one_side_begins_no_card(tmp_path: Path) -> None:
    counter = started(Counter(tmp_path, ribbon="k", ribbon_sides=3))
    assert counter.faults == ["pvc.ribbon.low"]
    assert counter.device.state().status is Status.DEGRADED
    counter.order("a")
    counter.run_until_told("a")
    counter.run(5)
    assert (counter.faults, counter.levels["ribbon"]) == (["pvc.ribbon.end"], 1)
    counter.order("b")
    assert counter.fault_of("b") == "pvc.ribbon.end"
    assert counter.physics["feeder"] == 99


def test_ribbon_breaks_on_the_back_and_the_half_card_goes_to_the_reject_box(
    counter: Counter,
) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("ribbon_break")
    counter.run_until_told("a")
    counter.run(10)
    assert counter.fault_of("a") == "pvc.ribbon.broken"
    assert (counter.physics["rejected"], counter.physics["given_out"]) == (1, 0)
    assert counter.device.state().counters == {"printed": 0, "rejected": 1}
    assert counter.faults == ["pvc.ribbon.broken"]  # until somebody was there
    counter.hand("open_cover")
    counter.run(8)
    counter.hand("change_ribbon", ribbon="k")
    counter.hand("close_cover")
    counter.run(8)
    assert counter.faults == []
    counter.order("b")
    counter.run_until_told("b")
    assert counter.till.journal["b"] == printed("b")


def test_a_jam_stays_until_the_card_is_taken_out(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("jam")
    counter.run_until_told("a")
    assert counter.fault_of("a") == "pvc.jam"
    counter.run(20)
    assert (counter.faults, counter.physics["card_is_inside"]) == (["pvc.jam"], True)
    counter.hand("open_cover")
    counter.hand("clear_jam")
    counter.run(8)
    counter.hand("close_cover")
    counter.run(8)
    assert counter.faults == []
    assert counter.device.state().counters["rejected"] == 1
    assert counter.physics["removed"] == 1


def test_a_jam_at_the_very_exit_is_no_printed_card(counter: Counter) -> None:
    counter.order("a")
    runs_until_ejecting(counter)
    counter.hand("jam")
    counter.run_until_told("a")
    assert counter.fault_of("a") == "pvc.jam"
    assert counter.physics["given_out"] == 0


def test_cover_opened_in_the_middle(counter: Counter) -> None:
    counter.order("a")
    counter.run_until_ink()
    counter.hand("open_cover")
    counter.run_until_told("a")
    assert counter.fault_of("a") == "pvc.cover.open"
    counter.run(8)
    counter.hand("close_cover")
    counter.run(10)
    assert (counter.physics["rejected"], counter.faults) == (1, [])


def test_a_full_reject_box_keeps_the_half_card_inside_until_it_is_emptied(
    counter: Counter,
) -> None:
    counter.hand("fill_rejects")
    counter.order("a")
    counter.run_until_ink()
    counter.visit.unplug()
    counter.visit.plug()
    counter.run(20)
    assert counter.fault_of("a") == "pvc.link.lost"
    assert (counter.faults, counter.physics["card_is_inside"]) == (["pvc.reject.full"], True)
    for _ in range(60):  # it is tried again and again
        counter.run(0.1)
        assert counter.device.state().status not in USABLE, "nobody pays for what cannot be printed"
    counter.hand("empty_rejects")
    counter.run(10)
    assert (counter.faults, counter.physics["card_is_inside"]) == ([], False)
    assert counter.physics["given_out"] == 0


def test_cards_that_nobody_takes_fill_the_hopper(counter: Counter) -> None:
    for number in range(21):
        counter.order(f"card {number}")
        counter.run_until_told(f"card {number}")
        counter.run(3)
    assert counter.fault_of("card 20") == "pvc.hopper.full"
    counter.run(10)
    assert counter.faults == ["pvc.hopper.full"]
    assert counter.physics["rejected"] == 1
    counter.hand("take_card")
    counter.hand("open_cover")
    counter.run(8)
    counter.hand("close_cover")
    counter.run(8)
    assert counter.faults == []


def test_cleaning_is_due_and_cards_go_on(counter: Counter) -> None:
    counter.hand("wear")
    counter.run(8)
    state = counter.device.state()
    assert (counter.faults, state.status) == (["pvc.cleaning.due"], Status.DEGRADED)
    counter.order("a")
    counter.run_until_told("a")
    assert counter.till.journal["a"] == printed("a")
    counter.hand("clean")
    counter.run(8)
    assert counter.faults == []


def test_hands_behind_the_cover_need_it_open(counter: Counter) -> None:
    for action in ("change_ribbon", "clear_jam"):
        with pytest.raises(BenchRefused, match="cover"):
            counter.emulator.hand(action, counter.visit.now)


def test_an_unknown_option_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean `feeder_cards`"):
        make_printer(tmp_path, feeder_card=100)
