"""A claim is paid back once, here, and never for more than the journal says today."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.contract.command import How, RedeemClaim
from firmware.contract.device import (
    NoteEscrowed,
    NoteReturned,
    NoteStacked,
    NoteUnaccounted,
    Outcome,
    Print,
    Reply,
)
from firmware.contract.money import rupees
from firmware.contract.screen import Action, Trouble
from firmware.contract.ticket import Code, Text
from firmware.core import papers
from firmware.journal import rows
from firmware.till import claims
from firmware.till.claims import ClaimFacts, Verified, issue, verify, without_code
from firmware.till.effects import Effect, Tell
from firmware.till.signing import Keys, NoKey, Signer, certify, public_of
from tests.firmware.core.test_nobody_leaves_without_proof import late_coin, trouble
from tests.firmware.core.world import World
from tests.firmware.till.keys import (
    FLEET_KEY,
    FLEET_SEED,
    KIOSK_SEED,
    NOT_BEFORE,
    OTHER_SEED,
    signer,
)

KEYS = Keys(signer(), FLEET_KEY)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, keys=KEYS)


def cancel_with(world: World, note: int) -> Trouble:
    """A note in, cancelled; what the last screen says. The citizen still stands there."""
    world.go_to_cash()
    world.insert(note)
    world.press(Action.CANCEL)
    world.run(3)
    return trouble(world)


def redeem(world: World, claim: str | None, how: How = How.CASH_BY_OPERATOR) -> Reply:
    assert claim is not None
    return world.core.on_command(RedeemClaim(claim, how, "voucher 17", "R. Meena"))


def redeemed(world: World) -> list[rows.ClaimRedeemed]:
    return [e.row for e in world.journal.entries() if isinstance(e.row, rows.ClaimRedeemed)]


def swallow(world: World, value: int) -> NoteEscrowed:
    """A note that the machine keeps without a word: in doubt, and on a claim."""
    world.go_to_cash()
    event = world.acceptors.insert_note(rupees(value))
    assert isinstance(event, NoteEscrowed)
    world.acceptors.escrow = None
    world.core.on_device_event("notes", event, world.now)
    world.run(22)
    world.press(Action.CANCEL)
    world.run(3)
    return event


def test_a_slip_is_verified_and_redeemed_once(world: World) -> None:
    slip = cancel_with(world, 200)
    assert slip.token is not None
    result = verify(slip.token, FLEET_KEY)
    assert isinstance(result, Verified)
    assert (result.claim.number, result.claim.amount) == (slip.claim, rupees(200))
    world.press(Action.FINISH)
    assert world.journal.claims_count == 1
    assert redeem(world, slip.claim) == Reply(Outcome.DONE, "pay ₹200.00")
    assert world.journal.claims_count == 0
    for claim in (slip.claim, slip.token, str(slip.claim).lower()):
        second = redeem(world, claim)
        assert second.outcome is Outcome.REFUSED
        assert "R. Meena, cash_by_operator, voucher 17" in second.detail
    assert [row.amount for row in redeemed(world)] == [rupees(200)]
    world.check_money()


@pytest.mark.parametrize("mishap", [World.crash, World.power_cut])
def test_power_cut_between_the_row_and_the_reply(world: World, mishap: object) -> None:
    """The operator never heard the answer and asks again: once is once, and it is said when."""
    slip = cancel_with(world, 200)
    world.press(Action.FINISH)
    redeem(world, slip.claim)
    assert callable(mishap)
    mishap(world)
    assert world.journal.claims_count == 0
    again = redeem(world, slip.claim)
    assert again.outcome is Outcome.REFUSED
    assert "voucher 17" in again.detail
    assert len(redeemed(world)) == 1


def test_power_cut_before_the_row_leaves_the_claim_open(world: World) -> None:
    slip = cancel_with(world, 200)
    world.press(Action.FINISH)
    world.power_cut()
    assert world.journal.claims_count == 1
    assert redeem(world, slip.claim).outcome is Outcome.DONE


def test_the_journal_itself_refuses_a_second_row(world: World) -> None:
    slip = cancel_with(world, 200)
    world.press(Action.FINISH)
    redeem(world, slip.claim)
    with pytest.raises(ValueError, match="voucher 18"):
        world.core.book.write(
            rows.ClaimRedeemed(None, str(slip.claim), rupees(1), "other", "x", "voucher 18")
        )


def test_while_the_citizen_still_stands_there_nothing_is_paid_back(world: World) -> None:
    slip = cancel_with(world, 200)
    reply = redeem(world, slip.claim)
    assert (reply.outcome, redeemed(world)) == (Outcome.REFUSED, [])
    assert "not over" in reply.detail


def test_a_genuine_slip_of_another_kiosk_is_not_paid_here(world: World) -> None:
    facts = ClaimFacts(
        "tdr-0418", "TDR 0418 0001", 1, NOT_BEFORE, rupees(500), rupees(0), "cancelled"
    )
    reply = redeem(world, issue(facts, signer("tdr-0418", OTHER_SEED)))
    assert reply.outcome is Outcome.REFUSED
    assert "genuine and of the kiosk tdr-0418; it is paid only there" in reply.detail


def test_a_slip_with_the_right_number_and_a_changed_amount_is_refused(world: World) -> None:
    slip = cancel_with(world, 200)
    world.press(Action.FINISH)
    assert slip.token is not None
    place = len("KC1:") + 52
    forged = slip.token[:place] + ("B" if slip.token[place] == "A" else "A")
    reply = redeem(world, forged + slip.token[place + 1 :])
    assert (reply.outcome, redeemed(world)) == (Outcome.REFUSED, [])


def test_a_genuine_slip_that_this_journal_does_not_know_is_not_paid(world: World) -> None:
    """The journal was lost and the key was not."""
    facts = ClaimFacts("tdr-0417", "TDR 0417 0009", 1, NOT_BEFORE, rupees(5), rupees(0), "left")
    assert "not a claim of tdr-0417" in redeem(world, issue(facts, signer())).detail


# --- notes in doubt ---


def test_a_note_in_doubt_that_came_back_later_is_not_paid_again(world: World) -> None:
    event = swallow(world, 100)
    slip = trouble(world)
    world.press(Action.FINISH)
    world.core.on_device_event("notes", NoteReturned(event.id, event.value), world.now)
    reply = redeem(world, slip.claim)
    assert reply.outcome is Outcome.REFUSED
    assert "₹100.00 came back to the hand" in reply.detail
    closed = redeem(world, slip.claim, How.OTHER)
    assert closed.detail.startswith("pay ₹0.00; not ₹100.00: ₹100.00 of it came back")
    assert world.journal.claims_count == 0


def test_only_the_part_that_came_back_is_not_paid(world: World) -> None:
    world.go_to_cash()
    world.insert(50)
    event = world.acceptors.insert_note(rupees(100))
    assert isinstance(event, NoteEscrowed)
    world.acceptors.escrow = None
    world.core.on_device_event("notes", event, world.now)
    world.run(22)
    world.press(Action.CANCEL)
    world.run(3)
    slip = trouble(world)
    assert slip.safe == rupees(150)
    world.press(Action.FINISH)
    world.core.on_device_event("notes", NoteReturned(event.id, event.value), world.now)
    reply = redeem(world, slip.claim)
    assert reply.detail == "pay ₹50.00; not ₹150.00: ₹100.00 of it came back to the hand since"
    assert redeemed(world)[0].amount == rupees(50)


def test_a_note_still_in_doubt_is_paid_and_the_operator_is_told_to_count(world: World) -> None:
    swallow(world, 100)
    slip = trouble(world)
    assert slip.token is not None
    result = verify(slip.token, FLEET_KEY)
    assert isinstance(result, Verified)
    assert result.claim.in_doubt == rupees(100)
    world.press(Action.FINISH)
    reply = redeem(world, slip.claim)
    assert reply.detail.startswith("pay ₹100.00; ₹100.00 of it the machine never confirmed")


def test_a_note_in_doubt_that_was_found_in_the_box_is_paid_without_a_warning(world: World) -> None:
    event = swallow(world, 100)
    slip = trouble(world)
    world.press(Action.FINISH)
    world.acceptors.in_box[rupees(100)] += 1
    world.core.on_device_event("notes", NoteStacked(event.id, event.value, True), world.now)
    assert redeem(world, slip.claim).detail == "pay ₹100.00"
    world.check_money()


def test_a_note_of_nobody_is_paid_by_its_number_unless_it_came_back(world: World) -> None:
    first, second = world.acceptors.new_id(), world.acceptors.new_id()
    for name in (first, second):
        world.core.on_device_event("notes", NoteUnaccounted(name, rupees(50)), world.now)
    world.core.on_device_event("notes", NoteReturned(second, rupees(50)), world.now)
    assert redeem(world, f"C {first}").outcome is Outcome.DONE
    assert redeem(world, f"C {second}").outcome is Outcome.REFUSED
    assert redeem(world, f"C {first}").outcome is Outcome.REFUSED


# --- more than one slip ---


def two_slips(world: World) -> tuple[str, str]:
    """C1 over ₹200; then ₹10 more, and C2 over all of it."""
    first = cancel_with(world, 200).claim
    late_coin(world, 10)
    world.run(3)
    second = trouble(world).claim
    world.press(Action.FINISH)
    assert first is not None
    assert second is not None
    return first, second


def test_the_later_slip_pays_all_and_ends_the_earlier_one(world: World) -> None:
    first, second = two_slips(world)
    assert redeem(world, second).detail == "pay ₹210.00"
    assert redeem(world, first).outcome is Outcome.REFUSED
    assert world.journal.claims_count == 0


def test_both_slips_in_their_order_pay_no_more_than_all(world: World) -> None:
    first, second = two_slips(world)
    assert redeem(world, first).detail == "pay ₹200.00"
    assert redeem(world, second).detail == "pay ₹10.00"
    assert sum(row.amount.paise for row in redeemed(world)) == rupees(210).paise


# --- without a key ---


def last_slip(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Text | Code]:
    """What is on the paper of a cancelled visit."""
    printed: list[Print] = []
    carry_out = world.carry_out

    def spy(effect: Effect) -> None:
        if isinstance(effect, Tell) and isinstance(effect.command, Print):
            printed.append(effect.command)
        carry_out(effect)

    monkeypatch.setattr(world, "carry_out", spy)
    cancel_with(world, 200)
    return [line for line in printed[-1].ticket.lines if isinstance(line, Text | Code)]


OVER = certify(FLEET_SEED, "tdr-0417", public_of(KIOSK_SEED), 7, NOT_BEFORE, NOT_BEFORE + 1)


@pytest.mark.parametrize(
    "keys", [None, Keys(NoKey("claim.key: gone"), FLEET_KEY), Keys(Signer(KIOSK_SEED, OVER), None)]
)
def test_without_a_good_key_there_is_a_slip_all_the_same_and_it_says_so(
    tmp_path: Path, keys: Keys | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, keys=keys)
    lines = last_slip(world, monkeypatch)
    slip = trouble(world)
    assert (slip.proof, slip.token) == ("paper", None)
    assert slip.claim in [without_code(line.content) for line in lines if isinstance(line, Code)]
    assert any("हस्ताक्षर नहीं" in line.text for line in lines if isinstance(line, Text))
    assert world.core.papers.unsigned_because(world.clock.now())
    world.press(Action.FINISH)
    assert redeem(world, slip.claim).outcome is Outcome.DONE


def test_a_signed_slip_has_the_token_in_its_code_and_the_number_in_letters(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = last_slip(world, monkeypatch)
    slip = trouble(world)
    (code,) = [line for line in lines if isinstance(line, Code)]
    assert (without_code(code.content), code.caption) == (slip.token, slip.claim)
    assert not any("हस्ताक्षर" in line.text for line in lines if isinstance(line, Text))
    assert world.core.papers.unsigned_because(world.clock.now()) == ""


def test_a_slip_of_every_cause_can_be_signed() -> None:
    """A word without a place in the token left the slip unsigned, and nobody was told."""
    words = {key.removeprefix("claim.cause.") for key in (*papers.CAUSES.values(), papers.UNNAMED)}
    assert words <= set(claims.CAUSES)
