"""What a changer's driver must remember: whose coins these are, what the tubes hold, what it owes.

Pure: a record and an event make a new record and what is to be told. The driver saves the one
before it tells the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from drivers.mdb.codec import TYPES, Said
from drivers.mdb.coins import (
    Activity,
    ChangerStatus,
    Deposited,
    DispensedByHand,
    Route,
    Slugs,
)
from drivers.mdb.events import Polled
from firmware.contract.device import (
    CheatAttempt,
    CoinAccepted,
    CoinRejected,
    CreditsLost,
    DeviceEvent,
    EventId,
)
from firmware.contract.money import Money
from firmware.contract.payout import PaidOut, PayOutFailed

IDS_KEPT = 32  # of pay-outs that ended: a till repeats one for seconds, not for days
Told = CoinAccepted | CreditsLost | PaidOut | PayOutFailed
REJECTIONS = {
    ChangerStatus.NO_CREDIT: "no_credit",
    ChangerStatus.DOUBLE_ARRIVAL: "double_arrival",
}


class Owing(msgspec.Struct, frozen=True):
    """A pay-out that was ordered and has no outcome. `before` is what the tubes held."""

    id: str
    asked: int  # paise
    coins: dict[int, int]  # type -> count, as ordered
    before: dict[int, int]  # type -> count


class Record(msgspec.Struct, frozen=True):
    """The ledger of one changer. `levels` are the coins in the tubes, by type, as said last."""

    epoch: int
    serial: str
    running: int = 0
    accepted: int = 0  # coins
    accepted_paise: int = 0
    paid_paise: int = 0
    by_hand: int = 0  # coins that the changer's buttons gave out
    found: int = 0  # coins that only the tubes told of
    gaps: int = 0  # lost answers, and dead drivers, while coins were let in
    session: str = ""  # under whose lease coins may still be falling; empty when all are told
    levels: dict[int, int] = {}
    pending: list[Told] = []
    owing: Owing | None = None
    ended: list[str] = []  # ids of pay-outs, the newest last


class Turn(msgspec.Struct, frozen=True):
    """What came of an event."""

    record: Record
    telling: list[DeviceEvent]


def take(record: Record, polled: Polled, values: Sequence[int], is_doubtful: bool) -> Turn:
    """One poll: its coins, and those that only the tubes tell of.

    `is_doubtful`: something may have been said that nobody heard. Then a tube that holds more than
    was told has taken a coin, for no hand fills tubes while a citizen's coins are let in: the door
    is open then, and the lease is over.
    """
    telling: list[DeviceEvent] = []
    for activity in polled.activities:
        record = _act(record, activity, values, telling)
    levels = _levels(record, polled)
    if is_doubtful and record.session and record.owing is None and record.levels:
        for number, count in _found(record, polled, levels).items():
            for _ in range(count):
                record = _credit(record, values[number], telling)
                record = msgspec.structs.replace(record, found=record.found + 1)
    owing = record.owing and msgspec.structs.replace(
        record.owing, before=_plus(record.owing.before, _told(polled))
    )
    return Turn(msgspec.structs.replace(record, levels=levels, owing=owing), telling)


def _act(
    record: Record, activity: Activity, values: Sequence[int], telling: list[DeviceEvent]
) -> Record:
    match activity:
        case Deposited(route=Route.REJECT | Route.UNUSED):
            telling.append(CoinRejected("inhibited"))
        case Deposited(number):
            return _credit(record, values[number], telling)
        case DispensedByHand(count=count):
            return msgspec.structs.replace(record, by_hand=record.by_hand + count)
        case Slugs():
            telling.append(CoinRejected("slug"))
        case Said(ChangerStatus.CREDITED_COIN_REMOVAL):
            telling.append(CheatAttempt("coin pulled back"))
        case Said(status) if isinstance(status, ChangerStatus) and status in REJECTIONS:
            telling.append(CoinRejected(REJECTIONS[status]))
        case _:
            pass
    return record


def _credit(record: Record, paise: int, telling: list[DeviceEvent]) -> Record:
    """A coin has its id and stands in the ledger before anybody hears of it."""
    running = record.running + 1
    name = EventId(record.serial, record.epoch, running)
    event: CoinAccepted | CreditsLost = (
        CoinAccepted(name, Money(paise), record.session)
        if paise
        else CreditsLost(name, 1, record.session)  # a token, or a type it said is not used
    )
    telling.append(event)
    return msgspec.structs.replace(
        record,
        running=running,
        accepted=record.accepted + bool(paise),
        accepted_paise=record.accepted_paise + paise,
        pending=[*record.pending, event],
    )


def _levels(record: Record, polled: Polled) -> dict[int, int]:
    """What the tubes hold now: as counted just before, and as each coin said after it."""
    counted = dict(enumerate(polled.tubes.counts)) if polled.tubes else {}
    said = {
        activity.number: activity.in_tube
        for activity in polled.activities
        if isinstance(activity, Deposited | DispensedByHand)
    }
    return record.levels | counted | said


def _told(polled: Polled) -> Counter[int]:
    """How the tubes must have changed by what was told."""
    change: Counter[int] = Counter()
    for activity in polled.activities:
        match activity:
            case Deposited(number, Route.TUBE):
                change[number] += 1
            case DispensedByHand(number, count):
                change[number] -= count
    return change


def _found(record: Record, polled: Polled, levels: Mapping[int, int]) -> Counter[int]:
    expected = _plus(record.levels, _told(polled))
    return Counter({n: levels[n] - expected[n] for n in TYPES if levels.get(n, 0) > expected[n]})


def _plus(levels: Mapping[int, int], change: Mapping[int, int]) -> dict[int, int]:
    return {number: levels.get(number, 0) + change.get(number, 0) for number in TYPES}


# --- pay-outs -----------------------------------------------------------------------------------


def owe(record: Record, name: str, asked: Money, coins: Mapping[int, int]) -> Record:
    """A pay-out is ordered: on disk before it is on the wire (M2)."""
    owing = Owing(name, asked.paise, dict(coins), dict(record.levels))
    return msgspec.structs.replace(record, owing=owing)


def settle(
    record: Record, counted: Mapping[int, int] | None, values: Sequence[int], is_certain: bool
) -> Turn:
    """No coin moves any more: `counted` by the changer, or else what the tubes lack."""
    owing = record.owing
    assert owing is not None
    if counted is None:
        lacking = {n: owing.before.get(n, 0) - record.levels.get(n, 0) for n in TYPES}
        counted = {number: count for number, count in lacking.items() if count > 0}
    coins = {values[number]: count for number, count in counted.items() if count}
    return _ended(record, owing.id, Money(owing.asked), coins, is_certain)


def refuse(record: Record, name: str, asked: Money, is_certain: bool = True) -> Turn:
    """Nothing can be paid; or, not certain, nobody can say whether anything was."""
    return _ended(record, name, asked, {}, is_certain)


def _ended(
    record: Record, name: str, asked: Money, coins: dict[int, int], is_certain: bool
) -> Turn:
    paid = Money(sum(paise * count for paise, count in coins.items()))
    event: PaidOut | PayOutFailed = (
        PaidOut(name, paid, coins)
        if paid >= asked
        else PayOutFailed(name, asked, paid, coins, is_certain)
    )
    fresh = msgspec.structs.replace(
        record,
        owing=None,
        paid_paise=record.paid_paise + paid.paise,
        ended=[*record.ended, name][-IDS_KEPT:],
        pending=[*record.pending, event],
    )
    return Turn(fresh, [event])
