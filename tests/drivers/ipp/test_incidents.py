"""What happens to documents between the spool and the output tray; one story each."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.base.flight import What
from drivers.base.loopback import DriverKilled, PowerCut, Wire
from drivers.ipp.job import public_name
from drivers.ipp.protocol import HELP_WITHIN
from drivers.ipp.words import JobState
from firmware.contract.device import Outcome, Refill, Source, Status
from firmware.contract.document import (
    CancelDocument,
    DocumentFailed,
    DocumentPrinted,
    PrintDocument,
)
from tests.drivers.ipp.stage import Office, pdf


def pages_of(job: str, *numbers: int) -> list[str]:
    return [f"{job} page {number}" for number in numbers]


def test_paper_ends_at_page_three_of_five_and_the_printer_goes_on_there(tmp_path: Path) -> None:
    office = Office(tmp_path, sheets=2)
    office.run(3.0)
    office.order("a", 5)
    office.until(lambda: "page.paper.end" in office.faults)
    assert office.device.state().status is Status.OUT_OF_SERVICE
    office.run(10.0)
    assert office.pages == pages_of("a", 1, 2)
    office.hand("load_paper")
    assert office.until_ended("a") == DocumentPrinted("a", 5)
    assert office.pages == pages_of("a", 1, 2, 3, 4, 5)
    assert office.told == [1, 2, 3, 4, 5]
    assert len(office.physics["jobs"]) == 1, "the printer had the job: it needs no other"


def test_a_repeat_of_a_printed_job_prints_nothing_also_after_a_restart(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    command = office.order("a", 2)
    office.until_ended("a")
    for _ in range(2):
        office.visit.start_driver()
        office.run(3.0)
        told = len(office.till.told)
        assert office.device.on_command(command).outcome is Outcome.DONE
        assert office.till.told[told:] == [DocumentPrinted("a", 2)]
    office.run(10.0)
    assert office.pages == pages_of("a", 1, 2)


def test_the_driver_dies_at_page_two_and_the_next_one_hears_the_end(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 4)
    office.until_out(2)
    DriverKilled().strike(office.visit)
    assert office.until_ended("a") == DocumentPrinted("a", 4)
    assert office.pages == pages_of("a", 1, 2, 3, 4)
    assert len(office.physics["jobs"]) == 1


def test_power_cut_at_page_two_and_only_the_rest_comes_as_another_job(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 4)
    office.until_out(2)
    PowerCut().strike(office.visit)
    assert office.until_ended("a") == DocumentPrinted("a", 4)
    assert office.pages == pages_of("a", 1, 2, 3, 4)
    assert office.told == [1, 2, 3, 4]


def test_power_is_cut_twice_and_every_page_comes_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.emulator.mechanism.lifetime = 100
    office.run(3.0)
    office.order("a", 6)
    for out in (2, 4):
        office.until_out(out)
        office.until(lambda out=out: office.told[-1:] == [out])  # type: ignore[misc]
        PowerCut().strike(office.visit)
    assert office.until_ended("a") == DocumentPrinted("a", 6)
    assert office.pages == pages_of("a", 1, 2, 3, 4, 5, 6)
    assert office.told == [1, 2, 3, 4, 5, 6]


def test_power_cut_of_a_printer_that_does_not_count_ends_the_document(tmp_path: Path) -> None:
    office = Office(tmp_path, counts=False)
    office.run(3.0)
    office.order("a", 4)
    office.until_out(2)
    office.run(1.2)
    PowerCut().strike(office.visit)
    assert office.until_ended("a") == DocumentFailed("a", 2, "page.interrupted")
    office.run(30.0)
    assert office.pages == pages_of("a", 1, 2)
    assert office.spooled == []


def test_on_both_sides_half_a_sheet_is_printed_again(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 5, is_two_sided=True)
    office.until_out(2)
    office.run(2.5)  # page 3 is on the sheet in the path, and nobody's yet
    PowerCut().strike(office.visit)
    assert office.until_ended("a") == DocumentPrinted("a", 5)
    assert [sheet["pages"] for sheet in office.physics["output"]] == [
        pages_of("a", 1, 2),
        pages_of("a", 3, 4),
        pages_of("a", 5),
    ]
    assert office.physics["spoiled"] == 1


def test_a_jam_on_page_two_spoils_a_sheet_and_no_page(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.hand("jam", page=2)
    office.order("a", 3)
    office.until(lambda: "page.jam" in office.faults)
    office.hand("clear_jam")
    assert office.until_ended("a") == DocumentPrinted("a", 3)
    assert (office.pages, office.physics["spoiled"]) == (pages_of("a", 1, 2, 3), 1)


def test_after_a_cancel_only_the_moving_sheet_comes(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 5)
    office.until_out(1)
    assert office.device.on_command(CancelDocument("a")).outcome is Outcome.DONE
    assert office.until_ended("a") == DocumentFailed("a", 2, "page.cancelled")
    office.run(20.0)
    assert office.pages == pages_of("a", 1, 2)
    assert office.spooled == []


def test_a_cancel_while_the_document_is_on_its_way_lets_no_page_out(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.hand("pull_paper")
    office.order("a", 2)
    office.device.on_command(CancelDocument("a"))
    office.until_ended("a")
    office.hand("load_paper")
    office.run(20.0)
    assert office.pages == []


def test_the_printer_is_away_when_it_is_cancelled_and_its_job_ends_when_it_is_back(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 3)
    office.until_out(1)
    office.hand("pull_paper")
    office.run(4.0)
    office.visit.unplug()
    office.run(1.0)
    office.device.on_command(CancelDocument("a"))
    office.run(0.1)
    event = office.till.journal["a"]
    assert isinstance(event, DocumentFailed) and event.fault == "page.cancelled"
    office.visit.plug()
    office.run(2.0)
    office.hand("load_paper")
    office.run(20.0)
    assert len(office.pages) == event.printed_pages
    office.order("b", 1)
    assert office.until_ended("b") == DocumentPrinted("b", 1)


def test_help_comes_when_the_citizen_has_gone_and_nothing_comes_out(tmp_path: Path) -> None:
    office = Office(tmp_path, sheets=1)
    office.run(3.0)
    office.order("a", 3)
    office.until(lambda: "page.paper.end" in office.faults)
    event = office.until_ended("a", HELP_WITHIN + 10.0)
    assert event == DocumentFailed("a", 1, "page.too_late")
    office.hand("load_paper")
    office.run(20.0)
    assert office.pages == pages_of("a", 1)


def test_a_job_of_a_life_that_nobody_remembers_is_cancelled_at_the_start(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 5)
    office.until_out(1)
    shutil.rmtree(tmp_path / "state")  # a memory card that died, and was changed
    office.visit.start_driver()
    office.run(20.0)
    assert len(office.pages) <= 2
    assert office.device.state().status is Status.READY
    assert office.spooled == [], "and its document is wiped"


def test_the_list_of_jobs_is_empty_before_the_end_was_read(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 2)
    office.until_out(2)
    office.hand("forget_jobs")
    assert office.until_ended("a") == DocumentPrinted("a", 2), "its counter says so"
    assert office.pages == pages_of("a", 1, 2)


def test_the_numbers_began_again_and_ours_is_now_the_job_of_another(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 3)
    office.until_out(1)
    office.hand("power_cycle")
    mechanism = office.emulator.mechanism
    stranger = mechanism.create("somebody else", "office", office.visit.now)
    mechanism.end(stranger, JobState.COMPLETED, "job-completed-successfully", office.visit.now)
    assert stranger.number == 1
    assert office.until_ended("a") == DocumentPrinted("a", 3)
    assert office.pages == pages_of("a", 1, 2, 3)


def test_another_printer_stands_there_after_the_power_cut_and_its_counter_says_nothing(
    tmp_path: Path,
) -> None:
    """New lasers have made a few pages each: what this one made is not what that one did."""
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 4)
    office.until_out(2)
    office.run(1.2)
    office.hand("power_cycle")
    service = office.emulator._service
    service.profile = replace(service.profile, serial="BENCH0002")
    office.emulator.mechanism.lifetime = 4
    assert office.until_ended("a") == DocumentFailed("a", 2, "page.interrupted")
    assert office.device.state().identity.serial == "BENCH0002"
    assert office.pages == pages_of("a", 1, 2)


def test_the_button_on_the_printer_ends_the_document(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.order("a", 5)
    office.until_out(1)
    office.hand("cancel")
    assert office.until_ended("a") == DocumentFailed("a", 2, "page.cancelled")


def test_a_printer_without_pdf_gets_a_picture_of_each_page(tmp_path: Path) -> None:
    office = Office(tmp_path, takes_pdf=False)
    office.run(3.0)
    office.order("a", 3)
    office.until_out(1)
    PowerCut().strike(office.visit)
    assert office.until_ended("a") == DocumentPrinted("a", 3)
    assert len(office.pages) == len(set(office.pages)) == 3


def test_a_printer_that_closes_every_connection_is_not_called_gone(tmp_path: Path) -> None:
    office = Office(tmp_path, keeps=False)
    office.run(8.0)
    office.order("a", 3)
    seen = set()
    while "a" not in office.till.journal:
        office.run(0.2)
        seen.add(office.device.state().status)
    assert seen <= {Status.READY, Status.BUSY}
    assert office.pages == pages_of("a", 1, 2, 3)


def test_a_printer_that_takes_eight_seconds_for_each_answer_is_waited_for(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.hand("slow", seconds=8.0)
    office.order("a", 2)
    assert office.until_ended("a") == DocumentPrinted("a", 2)
    assert office.pages == pages_of("a", 1, 2)


@pytest.mark.parametrize(
    ("hand", "fault"),
    [
        ("pull_paper", "page.paper.end"),
        ("open_cover", "page.cover.open"),
        ("jam", "page.jam"),
        ("go_offline", "page.offline"),
    ],
)
def test_a_printer_that_cannot_fails_a_document_at_once(
    tmp_path: Path, hand: str, fault: str
) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    office.hand(hand)
    office.until(lambda: fault in office.faults)
    office.order("a", 2)
    assert office.till.journal["a"] == DocumentFailed("a", 0, fault)
    assert office.spooled == []


def test_little_toner_and_little_paper_are_said_and_printed_with(tmp_path: Path) -> None:
    office = Office(tmp_path, sheets=15, toner=5)
    office.run(3.0)
    state = office.device.state()
    assert state.status is Status.DEGRADED
    assert office.faults == ["page.paper.low", "page.toner.low"]
    levels = [(each.name, each.level, each.source) for each in state.consumables]
    assert levels == [("paper", 15, Source.MEASURED), ("toner", 5, Source.MEASURED)]
    office.order("a", 2)
    assert office.until_ended("a") == DocumentPrinted("a", 2)


def test_a_tray_that_measures_nothing_is_full_when_somebody_says_so(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    measured = office.device.state().consumables[0]
    assert (measured.source, measured.full) == (Source.MEASURED, None)
    office.order("a", 2)
    office.until_ended("a")
    protocol = office.device.protocol
    protocol.condition = replace(protocol.condition, sheets=None)  # as printers without a scale
    counted = office.device.state().consumables[0]
    assert counted.source is Source.COUNTED and counted.full == 250
    assert counted.level is not None and counted.level < 250
    assert office.device.on_command(Refill("paper")).outcome is Outcome.DONE
    assert office.device.state().consumables[0].level == 250


def test_what_is_no_pdf_of_so_many_pages_is_failed_before_any_paper(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    for job, content in (("a", b"%PDF-1.4 torn"), ("b", pdf("one"))):
        name, sha256 = office.spool.put(content)
        office.device.on_command(PrintDocument(job, name, sha256, 2))
        office.run(0.1)
        assert office.till.journal[job] == DocumentFailed(job, 0, "page.document")
    assert (office.pages, office.spooled) == ([], [])


def test_a_document_that_is_not_the_one_meant_is_missing_and_may_come_again(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path)
    office.run(3.0)
    good = office.document("a", 1)
    other = PrintDocument("a", good.document, "0" * 64, 1)
    assert office.device.on_command(other).outcome is Outcome.MISSING
    gone = PrintDocument("a", "0" * 32, good.sha256, 1)
    assert office.device.on_command(gone).outcome is Outcome.MISSING
    assert office.device.on_command(good).outcome is Outcome.DONE
    assert office.until_ended("a") == DocumentPrinted("a", 1)


def test_no_person_is_on_the_display_and_no_page_in_the_recording(tmp_path: Path) -> None:
    office = Office(tmp_path)
    said: list[bytes] = []

    class Tap(Wire):
        def carry(self, data: bytes) -> list[tuple[float, bytes]]:
            said.append(data)
            return super().carry(data)

    office.visit.wire = Tap()
    office.run(3.0)
    office.order("TDR 0417 0001 mool-niwas Sita Devi", 2)
    office.until_ended("TDR 0417 0001 mool-niwas Sita Devi")
    sent = [data for data in said if b"Sita" in data]
    assert [data.count(b"Sita") for data in sent] == [2], "in the pages, and nowhere else"
    kept = office.device.redact(What.SENT, sent[0])
    assert b"Sita" not in kept
    assert office.physics["output"][0]["job"] == public_name("TDR 0417 0001 mool-niwas Sita Devi")
