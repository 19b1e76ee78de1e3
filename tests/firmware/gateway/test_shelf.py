"""What the gateway holds of a card, for how long, and for whom."""

from __future__ import annotations

from firmware.contract.card import SealedCard, Sealing
from firmware.gateway.shelf import KEPT_FOR, MOST_CARDS, Shelf


def card(number: int) -> SealedCard:
    return SealedCard(f"{number:032x}", Sealing.BOX, "00" * 32, {"2": b"cipher"})


def test_a_card_is_for_one_payment_which_may_ask_again() -> None:
    shelf = Shelf[SealedCard]()
    shelf.put(card(1), 0.0)
    assert shelf.take(card(1).reference, "k1", 1.0) == card(1)
    assert shelf.take(card(1).reference, "k1", 2.0) == card(1)
    assert shelf.take(card(1).reference, "k2", 3.0) is None
    shelf.forget(card(1).reference)
    assert shelf.take(card(1).reference, "k1", 4.0) is None


def test_a_card_that_nobody_charged_is_forgotten() -> None:
    shelf = Shelf[SealedCard]()
    shelf.put(card(1), 0.0)
    assert shelf.take(card(1).reference, "k1", KEPT_FOR) is None
    shelf.put(card(2), 0.0)
    shelf.forget_old(KEPT_FOR)
    assert len(shelf) == 0


def test_a_second_card_under_the_same_reference_is_not_taken() -> None:
    """Whoever could speak for the driver cannot swap the card of a payment."""
    shelf, other = (
        Shelf[SealedCard](),
        SealedCard(card(1).reference, Sealing.BOX, "11" * 32, {"2": b"x"}),
    )
    shelf.put(card(1), 0.0)
    shelf.put(other, 1.0)
    assert shelf.take(card(1).reference, "k1", 2.0) == card(1)


def test_a_citizen_who_swipes_for_fun_fills_no_memory() -> None:
    shelf = Shelf[SealedCard]()
    for number in range(100):
        shelf.put(card(number), float(number) / 10)
    assert len(shelf) == MOST_CARDS
    assert shelf.take(card(99).reference, "k1", 10.0) == card(99)
    assert shelf.take(card(0).reference, "k1", 10.0) is None
