"""A new year, a new file: the journal of before becomes an archive, and another goes on from it.

No row is moved or deleted: the whole file gets the name of its year and is only read from then on
(past.py). The new one begins with what the old one ended with: hash, length, money, next number.
Every step may be the last before the mains fail; what is half done is undone at the next start.
"""

from __future__ import annotations

import logging
import os
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from firmware.contract.money import Money
from firmware.journal.clockwatch import EARLIEST, ClockWatch
from firmware.journal.faults import JournalFault
from firmware.journal.journal import Journal
from firmware.journal.past import archive_name, archives
from firmware.journal.rows import JournalBegun, JournalConfirmed
from firmware.runtime.durable import sync_file, sync_folder

log = logging.getLogger("core")

READ_ONLY = 0o444
BY = "the archive"  # who confirms: the release before asks for somebody


def turn_the_year(journal: Journal, at: datetime) -> Journal:
    """The journal, or the one that goes on from it when its year is over; `journal` is then closed.

    Not while an order is open or not posted, rows are missing, the
    clock is in doubt or a row of today is written, nor where the disk refuses: then a later start
    will do. Raises JournalFault.
    """
    path = journal.path
    try:
        undo_half(path)
        year = _ended_year(journal, at)
        if year is None:
            return journal
        _turn(journal, at, archive_name(path, year))
    except (OSError, JournalFault) as error:
        log.error("%s: no archive could be made: %s", path, error)
    journal.close()
    with suppress(OSError):
        undo_half(path)
    return Journal(path)


def _ended_year(journal: Journal, at: datetime) -> str | None:
    """The year that is over, when the file is whole and folded up; None when it has to wait."""
    year = journal.first_year(EARLIEST.isoformat())
    if year is None or int(year) >= at.year or not _is_settled(journal, at):
        return None
    try:
        journal.verify()
    except JournalFault as fault:
        log.error("the journal of %s is not archived: %s", year, fault)
        return None
    if not journal.fold_up():
        log.info("somebody reads the journal of %s: it is archived at the next start", year)
        return None
    return year


def undo_half(path: Path) -> None:
    """Power went before the new file was in its place: the old one is still the journal."""
    for file in archives(path):
        if file.samefile(path):
            file.unlink()
            sync_folder(path.parent)
    for part in path.parent.glob(_successor(path).name + "*"):
        part.unlink()


def _is_settled(journal: Journal, at: datetime) -> bool:
    watch = ClockWatch(journal)
    return (
        journal.is_confirmed
        and watch.is_trusted
        and watch.look(at) is None
        and _has_nothing_of_today(journal, at)
        and not journal.open_orders()
        and not journal.unposted_orders()
    )


def _has_nothing_of_today(journal: Journal, at: datetime) -> bool:
    """The limits of a day are asked of one file (days.py): so a year turns before the day's first
    row, at the first start of a morning."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return journal.first_row_of(midnight) > journal.length


def _turn(journal: Journal, at: datetime, archive: Path) -> None:
    """The rename is the moment: before it the old file is the journal, after it the new one."""
    path, successor = journal.path, _successor(journal.path)
    with closing(Journal(successor)) as new:
        new.append(at, _begun(journal, archive), JournalConfirmed(BY))
        new.fold_up()
    sync_file(successor)
    os.link(path, archive)
    sync_folder(path.parent)
    successor.rename(path)
    sync_folder(path.parent)
    archive.chmod(READ_ONLY)
    log.warning("%d rows are archived in %s", journal.length, archive)


def _begun(journal: Journal, archive: Path) -> JournalBegun:
    return JournalBegun(
        previous_head=journal.head,
        previous_length=journal.length,
        why="a new year",
        brought_forward=Money(journal.inside_paise),
        collected=Money(journal.collected_paise),
        next_order=journal.next_order,
        archive=archive.name,
        open_claims=journal.claims_count,
    )


def _successor(path: Path) -> Path:
    return path.with_name(f"{path.stem}.next{path.suffix}")
