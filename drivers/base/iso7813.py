"""What is written on a bank card, ISO/IEC 7813: number, service code, and what of it may be shown.

Works on views of locked memory and never makes a text of a whole number: only of the digits that
may be shown (M10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from firmware.contract.card import CardClass, SwipeProblem

SHOWN_FIRST, SHOWN_LAST = 6, 4  # digits; PCI DSS 3.4 allows no more
SHORTEST_PAN, LONGEST_PAN = 13, 19  # of fewer than 13 the masked digits could be guessed
SERVICE_AFTER = 4  # digits of the expiry date between separator and service code
FORMAT_B = ord("B")  # track 1 of a bank card begins %B
SEPARATORS = {1: ord("^"), 2: ord("=")}
DIGITS = range(ord("0"), ord("9") + 1)

# Service code, first digit: interchange and technology
CLASSES = {1: CardClass.INTERNATIONAL, 5: CardClass.NATIONAL}
CHIP = (2, 6)
# Third digit: services and PIN
PIN_ALWAYS = (0, 5)
NOT_FOR_GOODS = (3, 4)  # only cash machines; only cash


@dataclass(frozen=True)
class BankCard:
    """Where the number is in its track, and the service code; of the number, nothing is kept."""

    pan: memoryview
    service: tuple[int, int, int] | None

    def __repr__(self) -> str:
        return f"BankCard({masked(self.pan)})"


def find(track: memoryview, number: int) -> BankCard | None:
    """Read track 1 or 2 with its sentinels; None for what is no bank card's."""
    start = 2 if number == 1 else 1
    if number == 1 and (len(track) < 2 or track[1] != FORMAT_B):
        return None
    end = start
    while end < len(track) and track[end] in DIGITS:
        end += 1
    if not SHORTEST_PAN <= end - start <= LONGEST_PAN:
        return None
    if end == len(track) or track[end] != SEPARATORS[number]:
        return None
    after = _after_name(track, end) if number == 1 else end
    return BankCard(track[start:end], _service(track, after))


def _after_name(track: memoryview, start: int) -> int:
    """The second `^` of track 1; the end of the track where there is none."""
    place = start + 1
    while place < len(track) and track[place] != SEPARATORS[1]:
        place += 1
    return place


def _service(track: memoryview, separator: int) -> tuple[int, int, int] | None:
    """None where a separator stands in its place, or the track ends."""
    start = separator + 1 + SERVICE_AFTER
    if any(place >= len(track) or track[place] not in DIGITS
           for place in range(separator + 1, start + 3)):  # fmt: skip
        return None
    first, second, third = (track[start + place] - DIGITS.start for place in range(3))
    return first, second, third


def masked(pan: memoryview, first: int = SHOWN_FIRST, last: int = SHOWN_LAST) -> str:
    """`541333******4444`: a text of the digits that may be shown, and of no others."""
    first, last = min(first, SHOWN_FIRST), min(last, SHOWN_LAST)
    hidden = len(pan) - first - last
    shown = [chr(pan[place]) for place in range(first)]
    shown += ["*"] * hidden
    shown += [chr(pan[place]) for place in range(len(pan) - last, len(pan))]
    return "".join(shown)


def class_of(card: BankCard) -> CardClass:
    return CLASSES.get(card.service[0], CardClass.UNKNOWN) if card.service else CardClass.UNKNOWN


def why_not(card: BankCard) -> SwipeProblem | None:
    """Why a kiosk without chip reader and PIN pad must not take this card; None when it may.

    A card that has a chip is not read by its stripe: the liability would be ours, and the
    networks' rules forbid it where it is no fallback. A card that says nothing of its services is
    left to the issuer.
    """
    if card.service is None:
        return None
    first, _, third = card.service
    if first in CHIP:
        return SwipeProblem.CHIP_CARD
    if first not in CLASSES or third in NOT_FOR_GOODS:
        return SwipeProblem.NOT_FOR_PURCHASE
    return SwipeProblem.PIN_NEEDED if third in PIN_ALWAYS else None


def judge(tracks: Mapping[int, memoryview], is_whole: bool) -> BankCard | SwipeProblem:
    """What to make of the tracks that could be read; `is_whole` when none was damaged."""
    found = [card for number in (2, 1) if number in tracks
             if (card := find(tracks[number], number)) is not None]  # fmt: skip
    if not found:
        return SwipeProblem.NOT_A_BANK_CARD if is_whole and tracks else SwipeProblem.UNREADABLE
    if len(found) == 2 and not is_same(found[0].pan, found[1].pan):
        return SwipeProblem.TRACKS_DIFFER
    return why_not(found[0]) or found[0]


def is_same(one: memoryview, other: memoryview) -> bool:
    return len(one) == len(other) and all(one[place] == other[place] for place in range(len(one)))
