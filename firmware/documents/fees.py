"""What a service costs, in words: on the poster, and line by line on a receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from firmware.contract.fees import STATUTORY, FeeLine
from firmware.contract.money import Money, total
from firmware.contract.ticket import Pair
from firmware.documents.lines import rupees_exact
from firmware.runtime.words import Words
from firmware.services.rates.table import Rate


def fee_lines(lines: Iterable[FeeLine], words: Words) -> list[Pair]:
    """Each on a line of its own, nought too."""
    return [Pair(_label(line, words), rupees_exact(line.amount)) for line in lines]


def _label(line: FeeLine, words: Words) -> str:
    name = words(words.own("receipt.fee", line.kind))
    return words("receipt.fee_of_pages", fee=name, pages=line.pages) if line.pages else name


def fee_text(rates: Sequence[Rate], words: Words) -> str:
    """`Fee ₹50: government fee ₹10 + service charge ₹33.90 + tax ₹6.10`."""
    asked = [each for each in rates if each.paise or (each.as_billed and each.kind != STATUTORY)]
    if not asked:
        is_bill = not rates or any(each.as_billed for each in rates)
        return words("poster.fee.none.bill" if is_bill else "poster.fee.none")
    parts = " + ".join(_part(each, words) for each in asked)
    if len(asked) == 1 or any(each.as_billed or each.per == "page" for each in asked):
        return words("poster.fee.parts", parts=parts)
    whole = total([Money(each.paise) for each in asked])
    return words("poster.fee.whole", whole=f"₹{whole.short()}", parts=parts)


def _part(rate: Rate, words: Words) -> str:
    name = words(words.own("receipt.fee", rate.kind))
    if rate.as_billed:
        return words("poster.fee.as_billed", fee=name)
    amount = f"₹{Money(rate.paise).short()}"
    if rate.per == "page":
        return words("poster.fee.page", fee=name, amount=amount)
    return f"{name} {amount}"
