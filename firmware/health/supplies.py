"""What runs out, and when: of each supply of each device its level, its use a job and a day.

A level comes from the device, measured or counted; use is what a level fell by. More than before
is a refill, and no use. The forecast rests on days on which the kiosk was seen running: a kiosk
that was shut for a month has not learnt that paper lasts for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from firmware.contract.device import Consumable
from firmware.contract.health import Refill, Supply

FORGET_AFTER = 200  # jobs; then the older half weighs half, for receipts change
REMEMBERED_JOBS = 32  # a driver repeats a job for seconds, not for days
DAYS_REMEMBERED = 28  # four market weeks; a season ago says little
REFILLS_KEPT = 12  # who filled how much: a year of rolls in a quiet village
SAID_WITHIN = timedelta(minutes=1)  # a device counts from full within a second of the word
# What a job takes until one was measured: a receipt with its QR code, a sheet, a card's two sides.
FIRST_GUESS = {"mm": 180, "sheets": 1, "cards": 1, "sides": 2, "cuts": 1}


class DayUse(msgspec.Struct, frozen=True):
    """One day on which the supply was seen: ISO 8601, and what was used of it."""

    day: str
    used: int


class SupplyCount(msgspec.Struct, frozen=True):
    """What stands on disk of one supply. `used` and `jobs` fade; `done` never does."""

    device: str
    name: str
    unit: str
    source: str = ""
    level: int | None = None
    used: int = 0
    jobs: int = 0
    done: int = 0
    last_jobs: list[str] = []
    days: list[DayUse] = []  # oldest first; the last one may still go on
    refilled_at: str = ""  # ISO 8601; when the level rose last
    refilled_by: str = ""  # who said so; empty where only the device did
    refills: list[Refill] = []  # oldest first

    @property
    def a_job(self) -> float | None:
        """Units that a job takes; None while nobody knows."""
        if self.jobs and self.used:
            return self.used / self.jobs
        return FIRST_GUESS.get(self.unit)

    @property
    def jobs_left(self) -> int | None:
        return None if self.level is None or self.a_job is None else int(self.level / self.a_job)

    def days_left(self, today: str) -> float | None:
        """By the use of whole days; None before the first one is over, and while none is used."""
        whole = [each for each in self.days if each.day < today]
        used = sum(each.used for each in whole)
        return None if self.level is None or not used else self.level * len(whole) / used

    def as_supply(self, today: str) -> Supply:
        days = self.days_left(today)
        return Supply(
            device=self.device,
            name=self.name,
            level=self.level,
            unit=self.unit,
            source=self.source,
            jobs_left=self.jobs_left,
            days_left=None if days is None else int(days),
            refilled_at=self.refilled_at,
            refilled_by=self.refilled_by,
            refills=self.refills,
        )


Key = tuple[str, str]  # device and name
Supplies = dict[Key, SupplyCount]


def with_level(count: SupplyCount, now: Consumable, at: str) -> SupplyCount:
    """The device says what is left, at `at` (ISO 8601)."""
    used, is_refill = 0, False
    if now.level is not None and count.level is not None:
        used, is_refill = max(0, count.level - now.level), now.level > count.level
    changed = msgspec.structs.replace(
        count,
        unit=now.unit,
        source=str(now.source),
        level=now.level,
        used=count.used + used,
        days=_with_use(count.days, at[:10], used),
    )
    if not is_refill:
        return changed
    by = count.refilled_by if _was_said(count, at) else ""
    refill = Refill(at, count.level or 0, now.level or 0, by)
    refills = [*count.refills, refill][-REFILLS_KEPT:]
    return msgspec.structs.replace(changed, refilled_at=at, refilled_by=by, refills=refills)


def _was_said(count: SupplyCount, at: str) -> bool:
    """A person said a moment ago that it was refilled: this is what came of it."""
    return bool(count.refilled_by) and _is_near(count.refilled_at, at)


def _is_near(one: str, other: str) -> bool:
    said, now = (datetime.fromisoformat(each) for each in (one, other))
    return abs(now - said) <= SAID_WITHIN


def _with_use(days: list[DayUse], day: str, used: int) -> list[DayUse]:
    """A clock that was set back adds to the last day: no day comes twice."""
    if not days or day > days[-1].day:
        return [*days, DayUse(day, used)][-DAYS_REMEMBERED:]
    return [*days[:-1], DayUse(days[-1].day, days[-1].used + used)] if used else days


def with_job(count: SupplyCount, job: str) -> SupplyCount:
    """A job is done; a repeat of the same job is the same one."""
    if job in count.last_jobs:
        return count
    used, jobs = count.used, count.jobs + 1
    if jobs > FORGET_AFTER:
        used, jobs = used // 2, jobs // 2
    return msgspec.structs.replace(
        count,
        used=used,
        jobs=jobs,
        done=count.done + 1,
        last_jobs=[*count.last_jobs, job][-REMEMBERED_JOBS:],
    )


def refilled(count: SupplyCount, by: str, at: str) -> SupplyCount:
    """`by` said so; the level follows from the device, or was told a moment ago."""
    refills = count.refills
    if refills and _is_near(refills[-1].at, at):
        refills = [*refills[:-1], msgspec.structs.replace(refills[-1], by=by)]
    return msgspec.structs.replace(count, refilled_at=at, refilled_by=by, refills=refills)


def seen(supplies: Supplies, device: str, consumables: list[Consumable], at: str) -> Supplies:
    """All that a device says of its supplies; those that it has no more are forgotten."""
    kept = {key: count for key, count in supplies.items() if key[0] != device}
    for each in (each for each in consumables if not each.is_of_money):
        key = (device, each.name)
        known = supplies.get(key, SupplyCount(device, each.name, each.unit))
        kept[key] = with_level(known, each, at)
    return kept


def done(supplies: Supplies, device: str, job: str) -> Supplies:
    """A job of that device is done: it took something of each of its supplies."""
    return {
        key: with_job(count, job) if key[0] == device else count for key, count in supplies.items()
    }
