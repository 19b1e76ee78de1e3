"""Nobody else prints a citizen's receipt again, and no mobile is kept to know him by."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from firmware.contract.gateway import Bill, RegisteredBill, Tender
from firmware.contract.money import Money, rupees
from firmware.contract.screen import Action, ShowBill
from firmware.contract.screen_ends import Reprinted
from firmware.journal import rows
from firmware.journal.paper_rows import CopyAsked, CopyRefused
from firmware.journal.row import Row
from firmware.journal.rows import KioskStarted, OrderCreated
from firmware.till.access import COPIES
from firmware.till.owners import Owners
from tests.firmware.core.lost_receipt import (
    MOBILE,
    NUMBER,
    OTHER,
    TYPED,
    Registry,
    asks_again,
    guess,
    number,
    of_kind,
    to_number,
)
from tests.firmware.core.office import ACCOUNT
from tests.firmware.core.test_receipts_later import pays
from tests.firmware.core.test_redeeming import KEYS
from tests.firmware.core.world import World
from tests.firmware.till.keys import OTHER_SEED, signer


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = Registry(tmp_path)
    pays(world)
    return world


@pytest.mark.parametrize(
    ("typed", "mobile"),
    [(TYPED, OTHER), ("04170002", MOBILE), ("04179999", OTHER)],
    ids=["another's mobile", "another's receipt", "neither"],
)
def test_nothing_tells_which_of_the_two_was_wrong(world: World, typed: str, mobile: str) -> None:
    asks_again(world, typed, mobile)
    assert (number(world).label, number(world).problem) == ("reprint.account", "reprint.wrong")
    assert of_kind(world, CopyAsked) == []
    world.run(2)
    assert world.printer.printed == [f"{NUMBER}/receipt/1"]


def test_five_wrong_pairs_shut_the_tile_for_a_quarter_of_an_hour(world: World) -> None:
    guess(world, COPIES.tries - 1)
    assert number(world).problem == "reprint.wrong"
    guess(world, 1)
    assert number(world).problem == "tile.too_many_tries"
    asks_again(world)
    assert number(world).problem == "tile.too_many_tries", "the right one, too"
    world.press(Action.CANCEL)
    world.run(0.25)
    assert world.tiles["reprint"] == "tile.too_many_tries"
    world.press(Action.CHOOSE_LANGUAGE, "hi")
    world.press(Action.CHOOSE_SERVICE, "reprint")
    assert world.tiles, "the tile opened nothing"
    world.press(Action.CANCEL)
    world.clock.advance(COPIES.delays[0])
    world.run(1)
    assert not world.tiles["reprint"]
    guess(world, 1)
    assert number(world).problem == "reprint.wrong", "one slip of a finger shuts nothing"
    asks_again(world)
    assert of_kind(world, CopyAsked) == [CopyAsked(NUMBER)]


def test_no_restart_forgets_the_wrong_pairs(world: World) -> None:
    guess(world, 3)
    world.crash()
    guess(world, 2)
    assert number(world).problem == "tile.too_many_tries"
    world.press(Action.CANCEL)
    world.clock.advance(400)
    world.crash()
    world.run(1)
    assert world.tiles["reprint"] == "tile.too_many_tries"
    world.clock.advance(500)
    world.run(1)
    assert world.tiles["reprint"] is None


def test_a_power_cut_begins_the_quarter_of_an_hour_anew(world: World) -> None:
    guess(world, COPIES.tries)
    world.clock.advance(899)
    world.journal.append(world.clock.now(), KioskStarted("1", 5, "after the cut"))
    world.power_cut()
    world.run(1)
    assert world.tiles["reprint"] == "tile.too_many_tries"
    world.clock.advance(890)
    world.run(1)
    assert world.tiles["reprint"] == "tile.too_many_tries"
    world.clock.advance(10)
    world.run(1)
    assert world.tiles["reprint"] is None


def test_a_line_of_a_log_has_no_digit_of_the_mobile() -> None:
    """With the last four the 24 bits of the check would leave one candidate in place of 240."""
    bill = Bill("B1", ACCOUNT, "name", "", "", rupees(470), Money(0))
    assert MOBILE[-4:] not in repr(RegisteredBill(bill, MOBILE))


def test_what_is_no_mobile_is_no_try(world: World) -> None:
    for typed in ("1234567890", "900000041", "९०००००००४१"):
        asks_again(world, mobile=typed)
        assert (number(world).label, number(world).problem) == (
            "reprint.mobile",
            "reprint.not_a_mobile",
        )
        world.press(Action.BACK)
    assert of_kind(world, CopyRefused) == []


@pytest.mark.parametrize("typed", ["", "0417", "0417000", "0417000x", "०४१७०००१"])
def test_what_is_no_number(world: World, typed: str) -> None:
    to_number(world)
    world.press(Action.ENTER, typed)
    assert number(world).problem == "number.too_short"


def test_a_receipt_of_another_kiosk_says_so(world: World) -> None:
    to_number(world)
    world.press(Action.ENTER, "04180001")
    assert (number(world).problem, number(world).typed) == ("reprint.other_kiosk", "04180001")


def test_a_busy_kiosk_has_numbers_of_five_digits(world: World) -> None:
    created = world.journal.of_order(NUMBER)[0].row
    assert isinstance(created, OrderCreated)
    later = OrderCreated("TDR 0417 12345", "k", "electricity", "hi", created.bill, rupees(470))
    world.core.book.write(later, rows.OrderClosed(later.order, rows.End.CANCELLED))
    to_number(world)
    assert (number(world).least, number(world).digits) == (8, 9)
    world.press(Action.ENTER, "041700001")
    assert number(world).label == "reprint.mobile", "a zero more is the same number"
    world.press(Action.ENTER, MOBILE)
    assert of_kind(world, CopyAsked) == [CopyAsked(NUMBER)]


def test_the_office_has_no_mobile_on_file(tmp_path: Path) -> None:
    world = World(tmp_path, keys=KEYS)
    pays(world)
    to_number(world)
    world.press(Action.ENTER, TYPED)
    assert number(world).problem == "reprint.ask_operator"


def test_a_bill_paid_by_upi_and_one_of_two_accounts_known(tmp_path: Path) -> None:
    world = Registry(tmp_path)
    world.office.tenders = [Tender.UPI]
    world.run(1)
    world.go_to_bill()
    world.add("210344001733", rupees(100))
    world.press(Action.PAY_UPI)
    created = of_kind(world, OrderCreated)[0]
    assert isinstance(created, OrderCreated)
    assert [bool(check) for check in created.owners] == [True, False]


def test_core_restarts_before_the_bill_is_paid(tmp_path: Path) -> None:
    world = Registry(tmp_path)
    world.go_to_bill()
    world.crash()
    assert isinstance(world.screen.data, ShowBill)
    world.press(Action.PAY)
    created = of_kind(world, OrderCreated)[0]
    assert isinstance(created, OrderCreated)
    assert created.owners == [Owners(signer()).check("electricity", ACCOUNT, MOBILE)]


def test_the_mobile_is_in_no_row_no_snapshot_no_screen_and_no_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world, seen = Registry(tmp_path), []

    def looks() -> None:
        seen.append(repr(world.screen))
        seen.append(world.core.flow.snapshot().decode())

    for press in (
        (Action.CHOOSE_LANGUAGE, "hi"),
        (Action.CHOOSE_SERVICE, "electricity"),
        (Action.ENTER, ACCOUNT),
        (Action.PAY, ""),
    ):
        world.press(*press)
        world.run(1)
        looks()
    for note in (200, 200, 50, 20):
        world.insert(note)
    world.run(4)
    world.press(Action.FINISH)
    for mobile in (OTHER, MOBILE):
        asks_again(world, mobile=mobile)
        looks()
        world.run(1)
        looks()
    assert isinstance(world.screen.data, Reprinted)
    seen += [repr(entry.row) for entry in world.journal.entries()]
    seen += [record.getMessage() for record in caplog.records]
    found = "".join(seen) + "".join(
        path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()
    )
    assert ACCOUNT in found, "the search finds what is there"
    assert not [mobile for mobile in (MOBILE, OTHER) if mobile in found]


def test_another_kiosk_cannot_make_the_check() -> None:
    """Of the same fleet; and the same mobile at another account is another check."""
    here, there = Owners(signer()), Owners(signer(seed=OTHER_SEED))
    checks = {
        here.check("electricity", ACCOUNT, MOBILE),
        there.check("electricity", ACCOUNT, MOBILE),
        here.check("water", ACCOUNT, MOBILE),
        here.check("electricity", "210344001733", MOBILE),
        here.check("electricity", ACCOUNT, OTHER),
    }
    assert len(checks) == 5
    assert all(len(check) == 6 for check in checks)


def test_the_check_of_a_known_key_is_what_it_was() -> None:
    """A changed key or text would shut everybody out who was paid for before."""
    check = Owners(signer()).check("electricity", ACCOUNT, MOBILE)
    assert check == "738e77"


def test_a_kiosk_without_a_key_sends_to_the_operator(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.office.mobiles[ACCOUNT] = MOBILE
    pays(world)
    assert world.tiles["reprint"] == "tile.ask_operator"
    created = of_kind(world, OrderCreated)[0]
    assert isinstance(created, OrderCreated)
    assert created.owners == []


class OrderBefore(Row, frozen=True, tag="OrderCreated"):
    """OrderCreated as the release before knows it."""

    order: str
    key: str
    service: str
    language: str
    bill: Bill
    payable: Money


def test_the_release_before_reads_the_order_and_passes_over_the_rest(world: World) -> None:
    created = of_kind(world, OrderCreated)[0]
    assert isinstance(created, OrderCreated)
    assert created.owners
    raw = msgspec.json.encode(created)
    assert msgspec.json.decode(raw, type=OrderBefore).bill == created.bill
    without = msgspec.json.encode(replace(created, owners=[]))
    assert b"owners" not in without, "where nothing is on file the row is as it was"
