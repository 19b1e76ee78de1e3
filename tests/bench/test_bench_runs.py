"""Every benchmark runs to its end, in a tiny form. No time is asserted: this machine does more."""

from __future__ import annotations

import pytest

from drivers.base.scan import families
from tests.bench import cash
from tests.bench.__main__ import (
    of_cash,
    of_catalogue,
    of_drivers,
    of_growth,
    of_idle,
    of_image,
    of_journal,
    of_papers,
    of_places,
    of_receipt,
    of_steps,
    of_uplink,
    of_window,
    of_wire,
)
from tests.bench.figures import delays, percentile, table


def test_the_journal_and_bare_sqlite_take_turns() -> None:
    printed = of_journal(rounds=5, warm_up=1)
    assert "journal : bare" in printed
    assert "commits/s" in printed


def test_a_journal_that_grows_is_opened_at_each_size() -> None:
    printed = of_growth(sizes=(10, 40), openings=2, visits=2)
    assert "opened with 10 rows" in printed
    assert "1.00 times" in printed
    assert "opened with 40 rows" in printed
    assert "written a visit" in printed


def test_each_note_of_a_visit_is_timed_three_times() -> None:
    printed = of_cash([[200, 200, 50, 20]])
    ordered, said, drawn, moved = printed.splitlines()[-4:]
    assert ordered.split()[-2] == said.split()[-1] == drawn.split()[-2] == "4"
    assert moved.split()[-2] == "1"


def test_each_press_is_timed_to_its_screen_and_to_a_bare_client() -> None:
    printed = of_steps(visits=1)
    steps, fetches, passages, ratio = printed.splitlines()[-4:]
    assert (steps.split()[-2], fetches.split()[-1], passages.split()[-1]) == ("8", "1", "8")
    assert ratio.split()[-1] == "8"


def test_the_window_is_killed_touched_watched_and_visited() -> None:
    printed = of_window(starts=1, touches=2, visits=1, seconds=0.2)
    for what in ("the same screen again", "a bare Kivy window", "changed pixels", "attract screen",
                 "memory, visits"):  # fmt: skip
        assert what in printed


def test_every_process_of_the_kiosk_is_weighed() -> None:
    printed = of_idle(seconds=0.5, settles_in=0.0)
    for process in ("broker", "core", "notes", "coins", "receipt", "gateway", "health", "ui"):
        assert f"\n  {process} " in printed
    assert "kiosk, memory" in printed
    assert printed.splitlines()[-1].split()[:3] == ["watched", "for", "0.5"]


async def test_notes_that_do_not_pay_the_bill_are_refused_before_anything_starts() -> None:
    with pytest.raises(ValueError, match="470"):
        await cash.take([[500]])


def test_ours_and_theirs_read_the_same_frames() -> None:
    printed = of_wire(rounds=20, keys=1)
    for what in ("ssp, encode", "ssp, decode", "ccnet, encode", "ccnet, decode", "dukpt"):
        assert f"\n  {what}" in printed
    assert printed.count(" times") >= 10


def test_both_typesetters_make_the_page_and_both_hosts_the_bytes() -> None:
    printed = of_papers(pages=1, tickets=1)
    for what in ("A4, first page", "A4 receipt to PDF", "Hindi receipt, bytes on the wire"):
        assert f"\n  {what}" in printed
    for whose in ("WeasyPrint", "python-escpos"):
        assert printed.count(whose) == 2


def test_every_driver_with_a_serial_wire_is_weighed_and_gets_ready() -> None:
    printed = of_drivers(seconds=0.5, settles_in=0.0)
    for family, _ in families():
        assert f"\n  {family}, idle" in printed
        assert f"\n  {family}, from plug to ready" in printed


def test_a_catalogue_is_read_beside_plain_tomllib() -> None:
    printed = of_catalogue(services=12, rounds=3)
    assert "catalogue of 12 services, read and checked" in printed
    assert "plain tomllib, the same files" in printed and "ratio" in printed


def test_a_receipt_is_timed_until_its_first_byte() -> None:
    assert "from Print to its first byte" in of_receipt(prints=1)


def test_a_percentile_is_one_of_the_samples_and_never_below_its_share() -> None:
    samples = [float(number) for number in range(100, 0, -1)]
    assert percentile(samples, 0.50) == 50.0
    assert percentile(samples, 0.99) == 99.0
    assert percentile([7.0], 0.99) == 7.0
    with pytest.raises(ValueError, match="at least one"):
        percentile([], 0.5)


def test_one_late_order_in_fifty_misses_the_aim() -> None:
    in_time, late = delays("x", [0.01] * 50, 0.03), delays("x", [0.01] * 49 + [0.04], 0.03)
    assert (in_time.is_met, late.is_met) == (True, False)
    assert table("t", [late]).endswith("MISSED")


def test_a_machine_is_measured_only_where_there_is_an_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`make bench` on a clean clone goes on without it."""
    monkeypatch.delenv("KIOSK_IMAGE", raising=False)
    assert "not measured: $KIOSK_IMAGE names no folder" in of_image()


def test_a_village_is_found_among_those_of_one_district() -> None:
    printed = of_places(districts=1, rounds=1)
    assert "1,511 places read at the start" in printed and "a key, slowest" in printed


def test_the_bytes_of_a_day_are_counted_on_the_wire() -> None:
    printed = of_uplink(rows=100, commits=3)
    assert "an idle day" in printed and "MISSED" not in printed
    assert "one visit" in printed
