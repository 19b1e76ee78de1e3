"""One document for everything that a screen can say: the samples, and each hint and trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from firmware.contract.money import rupees
from firmware.contract.reading import Language
from firmware.contract.screen import (
    Closed,
    Hint,
    Number,
    Screen,
    Services,
    SwipeCard,
    Waiting,
)
from ui import samples, samples_again, samples_asks


def every_document(language: Language) -> Iterator[tuple[str, Screen]]:
    """Everything that a screen can say, in one language."""
    make: Callable[..., Screen] = samples.screen
    for name, data in samples.main_screens().items():
        yield name, make(data, language, leaves_in=20)
    for name, data in samples.ways_to_pay().items():
        yield name, make(data, language, has_ways=True)
    for reason in samples.CARD_HINTS:
        yield reason, make(SwipeCard("electricity", rupees(470), Hint(f"card.{reason}")), language)
    for hint in samples.HINTS:
        yield hint, make(samples.cash(Hint(hint, rupees(500))), language)
    for waiting in samples.WAITINGS:
        yield waiting, make(Waiting(f"waiting.{waiting}"), language)
    for problem in samples.PROBLEMS:
        number = Number("electricity", "electricity.ask.account", 12, "2103", f"number.{problem}")
        yield problem, make(number, language)
    for problem in samples_asks.PROBLEMS:
        asked = samples_asks.born(f"number.{problem}")
        yield f"ask/{problem}", make(asked, language)
    for problem in samples_again.PROBLEMS:
        key = f"reprint.{problem}"
        yield f"number/{key}", make(samples_again.receipt_number(key), language)
        yield f"mobile/{key}", make(samples_again.mobile(key), language)
    for problem in samples.SLIP_PROBLEMS:
        yield f"slip/{problem}", make(samples.slip(f"slip.{problem}"), language)
    yield "resumed/wrong", make(samples.resumed("resumed.wrong"), language)
    for reason in samples.TILE_REASONS:
        yield reason, make(Services(samples.tiles(f"tile.{reason}")), language)
    for cause in samples.TROUBLES:
        for safe, proof in ((0, None), (200, None), (200, "paper"), (12345, "screen")):
            yield f"{cause}/{proof}", make(samples.trouble(cause, safe, proof), language)
    for cause in samples.CLOSINGS:
        yield cause, make(Closed(f"closed.{cause}"), language)
    yield "warning", make(samples.cash(), language, is_warning=True, leaves_in=15)
