"""A fault in words: the first step for who mends it, and a sentence for who stands before it.

Codes are stable and for programs. `kioskctl`, the screen and docs/faults.md have their words from
here, for the rows of firmware/contract/faults.toml.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from firmware.contract.faults import KnownFault, row_of
from firmware.runtime.words import Words

FOLDER = Path(__file__).with_name("locale")
LANGUAGES = ("en", "hi")
MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds


@cache
def words_of(language: str) -> Words:
    return Words(FOLDER, language, "faults")


def meaning(code: str, language: str) -> str:
    """The first step, for who mends it, in `en` or `hi`; empty for a code that nobody knows."""
    row = row_of(code)
    return "" if row is None else words_of(language)(row)


def plain(fault: KnownFault, language: str) -> str:
    """What a citizen is told, in a sentence or two."""
    return _filled(f"plain.{fault.story}", fault, language)


def short(fault: KnownFault, language: str) -> str:
    """The same in a few words, for a tile or a title; empty where nothing stands because of it."""
    key = f"short.{fault.story}"
    return _filled(key, fault, language) if key in words_of(language) else ""


def money(fault: KnownFault, language: str) -> str:
    """What it means for the citizen's money."""
    return words_of(language)(f"money.{fault.money}")


def mender(fault: KnownFault, language: str, helpline: str) -> str:
    """Whom it is left to, and whom to call."""
    return words_of(language)(f"mender.{fault.mender}", helpline=helpline)


def device(kind: str, language: str) -> str:
    """What a citizen calls a device of that kind."""
    return words_of(language)(f"device.{kind}")


def ticket_of(fault: KnownFault) -> str:
    """When it becomes a ticket, and when that goes to who is above: `ticket after 2 h`."""
    if fault.ticket_after is None:
        return "no ticket"
    told = f"ticket after {_time(fault.ticket_after)}" if fault.ticket_after else "ticket at once"
    if fault.escalates_after is None:
        return told
    return f"{told}, escalates {_time(fault.escalates_after)} later"


def _time(seconds: int) -> str:
    """`30 min`, `2 h`, `3 days`."""
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    return f"{seconds // HOUR} h" if seconds < 2 * DAY else f"{seconds // DAY} days"


def _filled(key: str, fault: KnownFault, language: str) -> str:
    text = words_of(language)(key, device=device(fault.device, language))
    return text[:1].upper() + text[1:]
