"""A claim slip pays a bill at its kiosk: once, for what the journal says today, and no guessing."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.device import NoteReturned
from firmware.contract.money import ZERO, Money, rupees
from firmware.contract.screen import Action, Attract, Done, InsertCash, Number, Trouble
from firmware.contract.ticket import Pair, Text
from firmware.core.tendering import FORGOTTEN_AFTER, GUESSES
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.till.codes import Codes
from tests.firmware.core.test_nobody_leaves_without_proof import late_coin, papers
from tests.firmware.core.test_redeeming import KEYS, cancel_with, redeem, redeemed, swallow
from tests.firmware.core.world import World
from tests.firmware.till.keys import OTHER_SEED, signer


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, keys=KEYS)


def code_of(world: World, claim: str | None) -> str:
    assert claim is not None
    assert world.core.papers.codes is not None
    return world.core.papers.codes.of(claim)


def slip_of(world: World, note: int) -> str:
    """The code on the slip of a visit that is over."""
    claim = cancel_with(world, note).claim
    world.press(Action.FINISH)
    return code_of(world, claim)


def tender(world: World, code: str) -> None:
    if isinstance(world.screen.data, InsertCash):
        world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code)
    world.run(0.25)


def last(world: World) -> Order:
    return world.core.book.order(world.journal.of_kind(rows.OrderCreated)[-1].order or "")


def test_a_slip_and_a_note_pay_the_bill(world: World) -> None:
    code = slip_of(world, 200)
    world.go_to_cash()
    tender(world, code)
    cash = world.screen.data
    assert isinstance(cash, InsertCash)
    assert (cash.inserted, cash.remaining) == (rupees(200), rupees(270))
    assert cash.hint is not None
    assert (cash.hint.key, cash.hint.value) == ("cash.slip", rupees(200))
    for note in (200, 50, 20):
        world.insert(note)
    world.run(3)
    assert isinstance(world.screen.data, Done)
    assert list(world.office.payments.values()) == [rupees(470)]
    assert world.core.papers.ticket(last(world), "receipt", 0, "en")
    world.press(Action.FINISH)
    assert world.journal.claims_count == 0
    world.check_money()


def test_what_the_bill_does_not_take_is_a_claim_in_the_same_commit(tmp_path: Path) -> None:
    world = World(tmp_path, amount=rupees(86), keys=KEYS)
    world.go_to_cash()
    world.insert(50)
    world.press(Action.CANCEL)
    world.run(3)
    first = world.screen.data
    assert isinstance(first, Trouble)
    world.press(Action.FINISH)
    world.office.amount = rupees(20)
    world.go_to_cash()
    before = world.journal.length
    tender(world, code_of(world, first.claim))
    kinds = [type(entry.row).__name__ for entry in world.journal.entries()][before:]
    assert kinds[:3] == ["ClaimRedeemed", "TenderCredited", "ClaimIssued"]
    world.run(4)
    assert isinstance(world.screen.data, Trouble)
    assert (world.screen.data.safe, world.screen.data.cause) == (
        rupees(30),
        "trouble.rest_of_slip",
    )
    assert papers(world) == ["claim/1", "receipt/1", "claim/1"]
    assert last(world).advance == ZERO  # nobody said that he wants it on the next bill
    assert list(world.office.payments.values()) == [rupees(20)]
    world.press(Action.FINISH)
    world.check_money()


def test_the_rest_pays_the_bill_after_that(tmp_path: Path) -> None:
    """From slip to slip, and the last paisa is spent."""
    world = World(tmp_path, amount=rupees(470), keys=KEYS)
    code = slip_of(world, 200)
    for due, rest in ((86, 114), (100, 14), (14, 0)):
        world.office.amount = rupees(due)
        world.go_to_cash()
        tender(world, code)
        world.run(4)
        claims = last(world).claims
        assert last(world).claimable == rupees(rest)
        code = code_of(world, claims[-1].claim) if claims else ""
        world.press(Action.FINISH)
    assert world.journal.claims_count == 0
    assert sum(paid.paise for paid in world.office.payments.values()) == 20000
    world.check_money()


def test_one_slip_pays_once(world: World) -> None:
    code = slip_of(world, 200)
    slip_of(world, 10)  # so that there is an open claim
    world.go_to_cash()
    tender(world, code)
    tender(world, code)
    assert isinstance(world.screen.data, Number)
    assert world.screen.data.problem == "slip.used"
    assert last(world).tender == rupees(200)
    world.press(Action.BACK)
    assert isinstance(world.screen.data, InsertCash)


def test_paid_back_by_the_operator_and_then_tendered(world: World) -> None:
    claim = cancel_with(world, 200).claim
    world.press(Action.FINISH)
    slip_of(world, 10)
    redeem(world, claim)
    world.go_to_cash()
    tender(world, code_of(world, claim))
    assert isinstance(world.screen.data, Number)
    assert world.screen.data.problem == "slip.used"


def test_tendered_and_then_shown_to_the_operator(world: World) -> None:
    claim = cancel_with(world, 200).claim
    world.press(Action.FINISH)
    world.go_to_cash()
    tender(world, code_of(world, claim))
    assert "was redeemed before" in redeem(world, claim).detail
    assert "bill, " + last(world).number in redeem(world, claim).detail


@pytest.mark.parametrize("mishap", [World.crash, World.power_cut])
def test_core_dies_right_after_the_slip_was_taken(world: World, mishap: object) -> None:
    code = slip_of(world, 200)
    world.go_to_cash()
    tender(world, code)
    assert callable(mishap)
    mishap(world)
    world.run(2)
    world.says_it_is_his()
    cash = world.screen.data
    assert isinstance(cash, InsertCash)
    assert cash.inserted == rupees(200)
    world.press(Action.CANCEL)
    world.run(3)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.safe == rupees(200)
    assert code_of(world, world.screen.data.claim) != code
    world.press(Action.FINISH)
    world.check_money()


def test_power_is_cut_with_a_slip_of_more_than_the_bill(tmp_path: Path) -> None:
    """The claim of the rest stands before the order is paid: it must be paid all the same."""
    world = World(tmp_path, amount=rupees(470), keys=KEYS)
    code = slip_of(world, 200)
    world.office.amount = rupees(86)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.press(Action.ENTER, code)
    world.power_cut()
    world.run(8)
    assert last(world).is_paid
    assert list(world.office.payments.values()) == [rupees(86)]
    assert last(world).claimable == rupees(114)
    world.run(130)
    assert isinstance(world.screen.data, Attract)
    world.check_money()


def test_guesses_are_counted_and_forgotten_after_a_while(world: World) -> None:
    code = slip_of(world, 200)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    for guess in range(GUESSES - 1):
        world.press(Action.ENTER, f"{guess:012d}")
        assert isinstance(world.screen.data, Number)
        assert world.screen.data.problem == "slip.unknown"
    world.press(Action.ENTER, "999999999999")
    cash = world.screen.data
    assert isinstance(cash, InsertCash)
    assert cash.hint is not None
    assert cash.hint.key == "cash.no_slip"
    assert Action.USE_SLIP not in world.screen.actions
    world.press(Action.CANCEL)
    world.run(2)
    world.go_to_cash()
    assert Action.USE_SLIP not in world.screen.actions  # nor for the next citizen
    world.clock.advance(FORGOTTEN_AFTER)
    assert Action.USE_SLIP in world.screen.actions
    tender(world, code)
    assert last(world).tender == rupees(200)


def test_a_slip_of_another_kiosk_is_a_wrong_code_here(world: World) -> None:
    claim = cancel_with(world, 200).claim
    world.press(Action.FINISH)
    assert claim is not None
    other = Codes(signer("tdr-0417", OTHER_SEED)).of(claim)
    world.go_to_cash()
    tender(world, other)
    assert isinstance(world.screen.data, Number)
    assert world.screen.data.problem == "slip.unknown"


def test_a_note_in_doubt_is_not_money_yet(world: World) -> None:
    event = swallow(world, 100)
    claim = world.screen.data.claim  # type: ignore[union-attr]
    world.press(Action.FINISH)
    world.go_to_cash()
    tender(world, code_of(world, claim))
    assert isinstance(world.screen.data, Number)
    assert world.screen.data.problem == "slip.office"
    assert redeemed(world) == []
    world.core.on_device_event("notes", NoteReturned(event.id, rupees(100)), world.now)
    tender(world, code_of(world, claim))
    assert world.screen.data.problem == "slip.nothing"
    world.press(Action.BACK)
    world.press(Action.CANCEL)
    world.run(3)


def test_a_note_that_came_back_after_it_was_claimed_is_not_spent_again(world: World) -> None:
    """₹200 and a ₹100 note in doubt were claimed; the note comes back to the hand later."""
    world.go_to_cash()
    world.insert(200)
    held = swallow_into_this_visit(world, 100)
    world.press(Action.CANCEL)
    world.run(3)
    slip = world.screen.data
    assert isinstance(slip, Trouble)
    assert slip.safe == rupees(300)
    world.press(Action.FINISH)
    world.acceptors.given_back[rupees(100)] += 1
    world.core.on_device_event("notes", held, world.now)
    world.go_to_cash()
    tender(world, code_of(world, slip.claim))
    assert last(world).tender == rupees(200)
    world.press(Action.CANCEL)
    world.run(3)
    assert isinstance(world.screen.data, Trouble)
    assert world.screen.data.safe == rupees(200)
    world.press(Action.FINISH)
    world.check_money()


def swallow_into_this_visit(world: World, value: int) -> NoteReturned:
    """What the device will say of it one day."""
    event = world.acceptors.insert_note(rupees(value))
    held = world.acceptors.escrow
    assert held is not None
    world.acceptors.escrow = None
    world.core.on_device_event("notes", event, world.now)
    world.run(22)
    return NoteReturned(held.id, held.value)


def test_the_later_slip_brings_all_and_the_earlier_one_nothing(world: World) -> None:
    first = cancel_with(world, 200).claim
    late_coin(world, 10)
    world.run(3)
    second = world.screen.data.claim  # type: ignore[union-attr]
    world.press(Action.FINISH)
    world.go_to_cash()
    tender(world, code_of(world, second))
    assert last(world).tender == rupees(210)
    world.press(Action.CANCEL)
    world.run(3)
    world.press(Action.FINISH)
    world.go_to_cash()
    tender(world, code_of(world, first))
    assert world.screen.data.problem == "slip.used"  # type: ignore[union-attr]


def test_a_slip_that_came_out_after_a_power_cut_is_no_money_at_the_kiosk(world: World) -> None:
    """Whoever stood there took it: the operator asks whose it is before he pays."""
    world.go_to_cash()
    world.insert(200)
    world.power_cut()
    world.run(130)
    slip = world.screen.data
    assert isinstance(slip, Trouble)
    assert slip.cause == "trouble.power_came_back"
    texts = printed_texts(world)
    assert not any(fours(code_of(world, slip.claim)) in text for text in texts)
    world.press(Action.FINISH)
    world.go_to_cash()
    tender(world, code_of(world, slip.claim))
    assert world.screen.data.problem == "slip.unknown"  # type: ignore[union-attr]


def test_the_code_is_on_the_slip_and_on_its_duplicate_and_in_no_row(world: World) -> None:
    claim = cancel_with(world, 200).claim
    assert fours(code_of(world, claim)) in printed_texts(world)
    written = "".join(str(entry.row) for entry in world.journal.entries())
    assert code_of(world, claim) not in written


def printed_texts(world: World) -> list[str]:
    ticket = world.core.papers.ticket(last(world), "claim", 1, "hi")
    return [line.text for line in ticket.lines if isinstance(line, Text)]


def fours(code: str) -> str:
    return " ".join(code[at : at + 4] for at in (0, 4, 8))


def test_a_kiosk_without_a_key_has_no_codes_and_asks_for_none(tmp_path: Path) -> None:
    world = World(tmp_path)
    cancel_with(world, 200)
    world.press(Action.FINISH)
    world.go_to_cash()
    assert Action.USE_SLIP not in world.screen.actions


def test_no_note_is_taken_while_a_code_is_typed(world: World) -> None:
    slip_of(world, 200)
    world.go_to_cash()
    world.press(Action.USE_SLIP)
    world.run(1)
    assert not world.acceptors.leases
    world.insert(100)
    assert world.acceptors.given_back == {rupees(100): 1}
    world.run(125)
    assert isinstance(world.screen.data, Attract)
    assert last(world).inserted == Money(0)


def test_the_last_note_lands_while_a_code_is_asked_for(tmp_path: Path) -> None:
    """The bill is paid: no slip is spent on it any more."""
    world = World(tmp_path, amount=rupees(100), keys=KEYS)
    code = slip_of(world, 50)
    world.go_to_cash()
    event = world.acceptors.insert_note(rupees(100))
    world.core.on_device_event("notes", event, world.now)
    world.press(Action.USE_SLIP)
    world.run(3)
    assert isinstance(world.screen.data, Done)
    world.press(Action.ENTER, code)
    assert last(world).tender == ZERO
    world.check_money()


def test_the_receipt_says_that_a_slip_paid(world: World) -> None:
    code = slip_of(world, 200)
    world.go_to_cash()
    tender(world, code)
    for note in (200, 50, 20):
        world.insert(note)
    world.run(3)
    ticket = world.core.papers.ticket(last(world), "receipt", 0, "en")
    said = {line.label: line.value for line in ticket.lines if isinstance(line, Pair)}
    assert (said["By claim slip"], said["In notes"]) == ("₹200.00", "₹270.00")
