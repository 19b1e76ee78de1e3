"""What came of it: the journal and the office's books, payment by payment, and the figures."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from firmware.core.daemon import journal_path
from firmware.journal.journal import Journal
from firmware.journal.orders import Order, fold
from tests.bench.figures import Figure
from tests.weeks.away import Weeks, spend
from tests.weeks.back import COUNTER, Kiosk, Seen, Trouble, booked, post, resident_kib
from tests.weeks.line import Weather

AN_ORDER = 4.0  # seconds of the kiosk that each may take, all the stretches and kills included
AT_LEAST = 2000.0  # seconds; on a machine that does other work the kiosk's own work takes longer
MOST_GROWTH = 4096  # KiB, of core or gateway in a life of its own
MIB = 1024
USUAL = Weather()
RAM = Path("/dev/shm")  # what a disk takes is not the question here


@dataclass(frozen=True)
class Outcome:
    """Everything that was seen of the weeks and of the day after."""

    weeks: Weeks
    seen: Seen
    orders: list[Order]  # that waited, as the journal has them now, in the order of the receipts
    books: list[tuple[str, str, int, str]]
    sick: str
    refused: str

    def faults(self) -> list[str]:
        """Empty when each payment is in the books once, in order, and the refused one claimed."""
        found = [fault for order in self.orders for fault in self._faults_of(order)]
        receipts = [receipt for key, receipt, _, _ in self.books if key != COUNTER]
        in_turn = [each for each in dict.fromkeys(receipts) if each != self.sick]
        if in_turn != [o.number for o in self.orders if o.number not in (self.sick, self.refused)]:
            late = [a for a, b in pairwise(in_turn) if a > b]
            found.append(f"not in the order of the receipts, after: {late[:5]}")
        if [each.order for each in self.seen.refused] != [self.refused]:
            found.append(f"told of as refused: {self.seen.refused}")
        return found

    def _faults_of(self, order: Order) -> list[str]:
        rows = {key: (paise, how) for key, _, paise, how in self.books}
        keys = [key for key, *_ in self.books]
        found = []
        for at, (line, part) in enumerate(zip(order.lines, order.parts, strict=True), 1):
            is_right = rows.get(line.key) == (part.paise, order.paid_by)
            if order.number == self.refused:
                is_right = line.key not in rows and order.claimed == part
            if not is_right or keys.count(line.key) > 1:
                found.append(f"{order.number}: line {at}: {part}, booked {rows.get(line.key)}")
        if order.unanswered or order.owed:
            found.append(f"{order.number}: lines {order.unanswered} open, {order.owed} owed")
        return found

    @property
    def growth_kib(self) -> dict[str, int]:
        """The most that a daemon weighed, less the least: lives of one daemon look alike."""
        return {name: max(kib) - min(kib) for name, kib in self.seen.rss_kib.items()}

    def figures(self) -> list[Figure]:
        weeks, seen = self.weeks, self.seen
        spent, happened = len(weeks.unposted), weeks.happened
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(happened.items()))
        befell = ", ".join(f"{count} {name}" for name, count in sorted(seen.befell.items()))
        first, last = weeks.rss_kib[0], weeks.rss_kib[-1]
        weights = {n: "/".join(f"{k / MIB:.1f}" for k in kib) for n, kib in seen.rss_kib.items()}
        return [
            Figure("away: 21 days", kinds, spent),
            Figure("away: asked in vain", f"{weeks.asked_in_vain} times", spent),
            Figure(
                "away: memory", f"{first / MIB:.1f} MiB on day 1, {last / MIB:.1f} on day 21", 21
            ),
            Figure("back: the line", befell, sum(seen.befell.values())),
            Figure(
                "back: all but the sick one posted",
                f"{seen.took / 60:.1f} min, {seen.took / weeks.payments:.2f} s a payment",
                weeks.payments,
            ),
            Figure("back: longest without any", f"{seen.longest_stretch:.0f} s", spent),
            *(Figure(f"back: {n}, memory", f"{w} MiB", 1) for n, w in weights.items()),
        ]


def disk() -> Path | None:
    """Where the folder of a run lies; None: wherever temporary files do."""
    return RAM if RAM.is_dir() else None


def run(folder: Path, orders: int, speed: float, seed: int, weather: Weather = USUAL) -> Outcome:
    """The weeks, and the line that comes back, in a folder that is empty."""
    kiosk = Kiosk(folder, speed)
    path = journal_path(kiosk.config)
    weeks = spend(path, kiosk.config, orders, seed, resident_kib)
    waited = _orders(path, weeks.unposted)
    chance = Random(f"{seed} trouble")
    plain = [each for each in waited[5:-5] if len(each.lines) == 1 and each.paid_by == "cash"
             and each.parts == [each.payable]]  # fmt: skip
    sick, refused = chance.sample(plain[len(plain) // 2 :], 2)  # after the death of core
    within = AT_LEAST + AN_ORDER * orders
    trouble = Trouble(sick.number, refused.lines[0].bill.account, within)
    seen = asyncio.run(post(kiosk, weather, seed, trouble))
    done = _orders(path, weeks.unposted)
    return Outcome(weeks, seen, done, booked(folder), sick.number, refused.number)


def _orders(path: Path, numbers: list[str]) -> list[Order]:
    with closing(Journal(path)) as journal:
        return [fold(journal.of_order(number)) for number in numbers]
