"""What a coin changer's tubes hold, from one collection to the next.

Coins that came in are in the box or in the tubes, and change came out of the tubes. So what a hand
finds in the box is what came in, less the change, less what the tubes gained. The changer counts
its tubes itself (`tube_<paise>` in its state).
"""

from __future__ import annotations

from firmware.contract.device import DeviceState, Kind, Source, Status
from firmware.contract.money import Money
from firmware.core.floor import Floor
from firmware.journal import desk_rows, rows
from firmware.journal.change_rows import ChangePaid
from firmware.journal.journal import Journal

TUBE = "tube_"  # and the paise of its coins: the name of a consumable
NOT_KNOWN = (Status.GONE, Status.STARTING)


class Tubes:
    """Of the changer that is fitted, if one is."""

    def __init__(self, journal: Journal, floor: Floor) -> None:
        self._journal, self._floor = journal, floor

    def now(self) -> desk_rows.TubesRead | None:
        """None without a changer that says who it is and what it holds."""
        for state in self._floor.of_kind(Kind.COINS):
            held, serial = held_in(state), state.identity.serial
            if held is not None and serial and state.status not in NOT_KNOWN:
                return desk_rows.TubesRead(state.name, serial, held)
        return None

    def is_read(self, since: int) -> bool:
        """Whether there is a reading after that row."""
        return any(self._journal.of_kind_since(desk_rows.TubesRead, since))

    def before(self, since: int, serial: str) -> Money | None:
        """What it held at that row; None where no coin may be held against it: another changer,
        or coins moved before it was read."""
        for entry in self._journal.since(since):
            match entry.row:
                case desk_rows.TubesRead(serial=read, held=held):
                    return held if read == serial else None
                case rows.CoinCredited() | ChangePaid():
                    return None
                case _:
                    pass
        return None


def held_in(state: DeviceState) -> Money | None:
    tubes = [
        (each.name.removeprefix(TUBE), each.level)
        for each in state.consumables
        if each.name.startswith(TUBE) and each.source is Source.MEASURED
    ]
    if not tubes:
        return None
    return Money(sum(int(paise) * (level or 0) for paise, level in tubes))
