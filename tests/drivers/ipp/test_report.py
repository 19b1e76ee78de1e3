"""What printers say of themselves, and what we make of it."""

from __future__ import annotations

import pytest

from drivers.ipp.codec import Attribute, Group, Section, Tag
from drivers.ipp.events import Fault
from drivers.ipp.report import condition_of, known_of
from drivers.ipp.words import A4, PrinterState, attribute, keywords

TRAY = b"type=sheetFeedAutoRemovableTray;mediafeed=29700;mediaxfeed=21000;level=%d;name=main;"


def said(
    *reasons: str, state: int = PrinterState.IDLE, more: tuple[Attribute, ...] = ()
) -> Section:
    return Section(
        Group.PRINTER,
        (
            keywords("printer-state-reasons", *reasons),
            attribute(Tag.ENUM, "printer-state", state),
            *more,
        ),
    )


@pytest.mark.parametrize(
    ("reason", "fault", "blocks"),
    [
        ("toner-low-report", Fault.TONER_LOW, False),
        ("toner-empty-error", Fault.TONER_END, True),
        ("toner-empty-warning", Fault.TONER_END, False),
        ("marker-waste-almost-full-warnin", Fault.WASTE_NEAR_FULL, False),  # cut off, as seen
        ("marker-waste-full", Fault.WASTE_FULL, True),  # no suffix is an error
        ("media-empty-report", Fault.PAPER_END, True),  # idle, and the next page would wait
        ("media-jam-warning", Fault.JAM, True),
        ("door-open-report", Fault.COVER_OPEN, True),
        ("media-low", Fault.PAPER_LOW, False),
        ("output-area-full-error", Fault.OUTPUT_FULL, True),
        ("paused", Fault.PAUSED, True),
        ("sheep-in-the-path", Fault.OTHER, True),
        ("sheep-in-the-path-warning", Fault.OTHER, False),
    ],
)
def test_what_a_reason_means(reason: str, fault: Fault, blocks: bool) -> None:
    condition = condition_of(said(reason))
    assert condition.faults == (fault,)
    assert condition.blocking == ((fault,) if blocks else ())


@pytest.mark.parametrize("reason", ["none", "wifi-not-configured-report", "cups-waiting-for-job"])
def test_what_is_no_trouble(reason: str) -> None:
    assert condition_of(said(reason)).faults == ()


def test_a_warning_is_in_the_way_of_a_printer_that_stopped() -> None:
    stopped = condition_of(said("toner-empty-warning", state=PrinterState.STOPPED))
    assert stopped.blocking == (Fault.TONER_END,)
    assert condition_of(said("none", state=PrinterState.STOPPED)).blocking == (Fault.OTHER,)


def test_an_empty_envelope_tray_is_no_paper_end() -> None:
    more = (keywords("media-ready", A4), attribute(Tag.OCTETS, "printer-input-tray", TRAY % 100,
            b"mediafeed=0;mediaxfeed=0;level=-2;name=auto;",
            b"mediafeed=24130;mediaxfeed=10477;level=0;name=envelopes;"))  # fmt: skip
    condition = condition_of(said("media-empty-report", more=more))
    assert (condition.faults, condition.sheets) == ((), 100)
    waits = condition_of(said("media-empty-warning", "media-needed-warning", more=more))
    assert waits.blocking == (Fault.PAPER_END,), "but a job that waits for paper waits"


def test_an_empty_tray_that_nobody_mentions_is_paper_end() -> None:
    more = (keywords("media-ready", A4), attribute(Tag.OCTETS, "printer-input-tray", TRAY % 0))
    assert condition_of(said("none", more=more)).blocking == (Fault.PAPER_END,)


def test_paper_of_another_size_is_not_ours() -> None:
    more = (keywords("media-ready", "na_letter_8.5x11in"),)
    assert condition_of(said("none", more=more)).blocking == (Fault.PAPER_OTHER,)


def test_levels_as_cups_says_them_where_the_printer_says_nothing_itself() -> None:
    more = (
        keywords("marker-types", "toner", "waste-toner"),
        keywords("marker-names", "Black", "Waste"),
        attribute(Tag.INTEGER, "marker-levels", 42, 7),
    )
    assert condition_of(said("none", more=more)).toner == (("black", 42),)
    unknown = (*more[:2], attribute(Tag.INTEGER, "marker-levels", -1, 7))
    assert condition_of(said("none", more=unknown)).toner == ()


def test_who_it_is_without_a_device_id() -> None:
    known = known_of(
        said(more=(attribute(Tag.TEXT, "printer-make-and-model", "Brother HL-L2350"),))
    )
    assert (known.maker, known.model) == ("Brother", "Brother HL-L2350")
    assert not known.abilities.takes_pdf
