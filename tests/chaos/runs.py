"""One run of one story with one death in it, and what the account says afterwards."""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.pool import Pool
from pathlib import Path

from firmware.contract.screen import Attract
from firmware.core.daemon import journal_path
from firmware.demo.account import Account, account
from firmware.demo.citizen import Citizen
from firmware.journal.faults import JournalFault
from firmware.journal.past import verify_all
from tests.chaos.acceptors import AS_BUILT, Fitting
from tests.chaos.cash_stories import CASH_STORIES
from tests.chaos.cashless_stories import CASHLESS_STORIES
from tests.chaos.memory import Kiosk, kiosk_in
from tests.chaos.points import Point
from tests.chaos.visitor import Visit

K_NUMBER = "210344990001"
STORIES = CASH_STORIES | CASHLESS_STORIES
HANGS_AFTER = 30  # seconds of real time; a run takes a tenth of one
RUNS_A_PROCESS = 50
SETTLES_WITHIN = 240.0  # seconds of virtual time
SHM = Path("/dev/shm")
RAM = SHM if SHM.is_dir() else None  # journals are truly fsynced, and a disk is slow


@dataclass(frozen=True)
class Run:
    """What is done where, in which story. `deed` is `process`, `broker` or `mains`; `fitting`
    says which families the kiosk has."""

    story: str
    at: Point | None = None
    deed: str = "process"
    fitting: Fitting = AS_BUILT

    def __str__(self) -> str:
        return f"{self.story} ({self.fitting}): {self.deed} at {self.at}"


@dataclass(frozen=True)
class Result:
    run: Run
    faults: list[str]
    ends: tuple[str, ...]  # how each order ended
    points: list[Point]  # that were passed, when nothing was to be done
    deaths: list[Run]  # that are worth a run: no two of them leave the same behind
    has_struck: bool


def carry_out(run: Run) -> Result:
    """Tell the story; a run that hangs is ended by SIGALRM, and the traceback says where."""
    signal.alarm(HANGS_AFTER)
    with tempfile.TemporaryDirectory(prefix="kiosk-", dir=RAM) as place:
        with kiosk_in(Path(place), run.at, run.deed, run.fitting) as kiosk:
            found = kiosk.loop.run_until_complete(tell(kiosk, run.story))
        faults = found.faults() + kiosk.bugs + broken_chain(kiosk)
        ends = tuple(str(order.end) for order in found.orders)
        points = kiosk.points if run.at is None else []
        deaths = [replace(run, at=at, deed=deed) for deed, at in kiosk.deaths] if points else []
        signal.alarm(0)
        return Result(run, faults, ends, points, deaths, kiosk.has_struck)


async def tell(kiosk: Kiosk, story: str) -> Account:
    """The whole of it, until nothing is open any more, and what was counted then."""
    async with Citizen(kiosk.as_stage) as citizen:
        visit = Visit(kiosk.as_stage, citizen, K_NUMBER, kiosk.loop.time)
        await visit.is_open()
        kiosk.is_watching = True
        await STORIES[story](visit)
        await visit.until(lambda: is_settled(kiosk, visit), SETTLES_WITHIN)
        kiosk.is_watching = False
        return account(kiosk.as_stage)


def is_settled(kiosk: Kiosk, visit: Visit) -> bool:
    """Nobody is here, every order closed, every payment answered."""
    return isinstance(visit.shown, Attract) and all(
        order.end
        and (order.reference or order.refusal or not order.is_paid)
        and not order.cashless.open_refunds
        for order in account(kiosk.as_stage).orders
    )


def broken_chain(kiosk: Kiosk) -> list[str]:
    try:
        list(verify_all(journal_path(kiosk.config)))
    except JournalFault as fault:
        return [str(fault)]
    return []


def forked(tasks: int | None = None) -> Pool:
    """A process that can be ended: it inherits no handler of SIGTERM from the tests before."""
    return multiprocessing.get_context("fork").Pool(1, _as_born, maxtasksperchild=tasks)


def _as_born() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def carry_out_all(runs: Iterable[Run]) -> Iterator[Result]:
    """In processes of their own, which end without a last word (see GRAVEYARD)."""
    with forked(RUNS_A_PROCESS) as pool:
        yield from pool.imap(carry_out, runs)
