"""Sample documents of faults: the longest of each kind of device: part of samples.py."""

from __future__ import annotations

from firmware.contract.faults import Severity, codes, known
from firmware.contract.money import ZERO, rupees
from firmware.contract.screen import Closed, ScreenData, Services, Tile, Trouble
from firmware.runtime.fault_words import LANGUAGES, money, plain

# The cause in whose place the words of a fault stand, by the beginning of its code.
CAUSES = {
    "notes": "no_acceptor", "coins": "no_acceptor", "receipt": "printer", "card": "card_reader",
    "page": "page_printer", "pvc": "pvc_printer", "finger": "finger_reader",
}  # fmt: skip
TILES_AT_MOST = 8


def stopping() -> list[str]:
    """A code for each story of what stands still."""
    by_story = {
        fault.story: code
        for code in codes()
        if (fault := known(code)) is not None
        and fault.severity in (Severity.DEVICE, Severity.KIOSK)
    }
    return list(by_story.values())


def longest() -> list[str]:
    """Of each kind of device the one that takes most room on a screen."""
    room = {
        code: sum(len(plain(fault, language) + money(fault, language)) for language in LANGUAGES)
        for code in stopping()
        if (fault := known(code)) is not None
    }
    kinds = {code.partition(".")[0] for code in room}
    return [max((c for c in room if c.partition(".")[0] == kind), key=room.__getitem__)
            for kind in sorted(kinds)]  # fmt: skip


def trouble(code: str, paise: int = 0) -> Trouble:
    cause = CAUSES.get(code.partition(".")[0], "back_end_down")
    return Trouble(f"trouble.{cause}", ZERO if not paise else rupees(paise), fault=code)


def tiles() -> dict[str, ScreenData]:
    """Their few words, as many as fit on a page of tiles."""
    found = stopping()
    pages = [found[at : at + TILES_AT_MOST] for at in range(0, len(found), TILES_AT_MOST)]
    return {
        f"2-services-fault-{number}": Services(
            [Tile("electricity", "lightning", "tile.other", code) for code in page]
        )
        for number, page in enumerate(pages, 1)
    }


def screens() -> dict[str, ScreenData]:
    """By file name, as in the gallery."""
    return {
        **tiles(),
        **{f"8-fault-{code}": trouble(code) for code in longest()},
        "8-fault-receipt.link.lost": trouble("receipt.link.lost"),
        "8-fault-with-money": Trouble("trouble.notes_jam", rupees(200), "TDR 0417 0001 C1", "paper",
                                      fault="notes.jam.stacker"),
        "8-fault-office": trouble("back_end.offline"),
        "8-fault-mains": trouble("panel.mains.off"),
        **{f"9-closed-{code}": Closed("closed.core", code)
           for code in ("panel.door.open", "till.records", "daemon.gone")},
        "9-closed-holiday": Closed("closed.holiday"),
        "9-closed-supplies": Closed("closed.supplies"),
    }  # fmt: skip
