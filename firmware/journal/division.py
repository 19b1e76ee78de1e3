"""How the money of one order is divided among its bills, by arithmetic alone.

One bill may take less than its due (part payment) or more (an advance). Of several each is paid
whole or not at all, in the order in which the citizen chose them.
"""

from __future__ import annotations

from collections.abc import Sequence

from firmware.contract.money import ZERO, Money, total


def covered(dues: Sequence[Money], money: Money) -> list[Money]:
    """Of each due all or nothing: what the money left by those before it covers fully."""
    parts = []
    for due in dues:
        parts.append(due if due <= money else ZERO)
        money = money - parts[-1]
    return parts


def split(dues: Sequence[Money], money: Money) -> list[Money]:
    """What each bill gets of `money`, all of which is used: the last one that is paid takes what
    is over. `split(dues, total(covered(dues, m))) == covered(dues, m)` for two dues and more."""
    if len(dues) == 1:
        return [money]
    parts = covered(dues, money)
    last = max((at for at, part in enumerate(parts) if part), default=0)
    parts[last] = parts[last] + money - total(parts)
    return parts


def offer(dues: Sequence[Money], money: Money, least: Money | None) -> Money:
    """What could be paid with money that is too little for all; zero when nothing could.

    `least` is the smallest part payment of a single bill, None where it takes none.
    """
    if len(dues) > 1:
        return total(covered(dues, money))
    return money if least is not None and least <= money < dues[0] else ZERO
