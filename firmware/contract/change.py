"""Which coins make an amount: the same arithmetic for the till that promises and the changer that
pays, so that what was promised can be paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd

Coins = dict[int, int]  # paise of a coin -> how many
MOST_STEPS = 2_000  # amounts that are looked at: up to ₹2,000 where a rupee is the unit


def largest_first(paise: int, payable: Mapping[int, int]) -> tuple[Coins, int]:
    """What a changer pays by itself: the largest coins that still fit; and what is left over."""
    coins: Coins = {}
    for value in sorted((value for value in payable if value > 0), reverse=True):
        count = min(paise // value, payable[value])
        if count > 0:
            coins[value] = count
            paise -= value * count
    return coins, paise


def coins_for(paise: int, payable: Mapping[int, int]) -> Coins | None:
    """Coins of exactly this amount out of what can be paid; None when no choice of them makes it.

    Largest first where that works: it leaves the small coins for the next. Else the fewest coins,
    by going through every amount up to it; None, too, where those are more than MOST_STEPS.
    """
    coins, rest = largest_first(paise, payable)
    if paise < 0 or not rest:
        return coins if paise >= 0 else None
    stock = {value: count for value, count in payable.items() if count > 0 and value > 0}
    unit = gcd(*stock) if stock else 0
    if not unit or paise % unit or paise // unit > MOST_STEPS:
        return None
    return _fewest(paise // unit, {value // unit: count for value, count in stock.items()}, unit)


def _fewest(amount: int, stock: Mapping[int, int], unit: int) -> Coins | None:
    """Bounded coin change: after each kind of coin, the fewest coins for every amount."""
    best: list[Coins | None] = [{}, *[None] * amount]
    for value, count in stock.items():
        for total in range(amount, 0, -1):
            for used in range(1, min(count, total // value) + 1):
                before = best[total - used * value]
                if before is not None and _is_fewer(before, used, best[total]):
                    best[total] = before | {value * unit: used}
    return best[amount]


def _is_fewer(before: Coins, used: int, present: Coins | None) -> bool:
    return present is None or sum(before.values()) + used < sum(present.values())
