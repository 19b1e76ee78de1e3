"""A start of the journal, whatever became of it: opened, or kept aside and begun anew.

What can be wrong is of two kinds. A disk that is full, read-only or away is a JournalFault: nothing
is touched, for it may come back. A file that is damaged, or lacks rows that the anchor knows, goes
on with a JournalBegun row; no cash is taken until an operator has looked (M8).
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from pathlib import Path

from firmware.contract.money import Money
from firmware.journal.anchor import Anchor, AnchorKeeper
from firmware.journal.archive import turn_the_year
from firmware.journal.aside import finish_moving, kept_aside, last_order_aside, set_aside
from firmware.journal.chain import Entry
from firmware.journal.clockwatch import ClockWatch
from firmware.journal.faults import JournalDamaged, JournalFault
from firmware.journal.journal import Journal
from firmware.journal.past import archives, hash_in, is_end_of
from firmware.journal.rows import JournalBegun, KioskStarted, credited_paise
from firmware.journal.salvage import carried, rows_of

log = logging.getLogger("core")

# The anchor is written between visits, so at most a visit's orders are not in it.
NUMBERS_LEFT_OUT = 100
# Where nobody knows any number: beyond all that a kiosk gives, and another thousand every day.
NUMBERS_OF_NOBODY, NUMBERS_A_DAY = 1_000_000, 1000
FIRST_DAY = date(2026, 1, 1)


def open_journal(
    path: Path, at: datetime, version: str, boot_id: str = "", damage: str = ""
) -> Journal:
    """The journal, ready to be written, with its KioskStarted row and a fresh anchor.

    `damage` is what was found wrong with it while it ran, if anything was: then it is not tried
    again. Raises JournalFault when there is none to be had now.
    """
    keeper = AnchorKeeper(path)
    finish_moving(path, at)
    anchor = keeper.read()
    try:
        if damage:
            raise JournalDamaged(damage)
        journal = _begin(path, at, anchor, "")
    except JournalDamaged as error:
        log.error("the journal is damaged, and kept in %s: %s", set_aside(path, at), error)
        journal = _begin_anew(path, at, anchor, str(error))
    try:
        boot = _boot(journal, boot_id)
        journal = turn_the_year(journal, at)
        doubt = ClockWatch(journal).look(at)
        started = KioskStarted(version, *boot)
        journal.append(at, *([] if doubt is None else [doubt]), started)
        keeper.write(journal)
    except OSError as error:
        journal.close()
        raise JournalFault(f"{path}: anchor: {error}") from error
    except JournalFault:
        journal.close()
        raise
    return journal


def _begin_anew(path: Path, at: datetime, anchor: Anchor | None, why: str) -> Journal:
    """A new file that is damaged at once is the disk's fault: not set aside time and again."""
    try:
        return _begin(path, at, anchor, why)
    except JournalDamaged as error:
        raise JournalFault(f"a new journal is damaged at once: {error}") from error


def _begin(path: Path, at: datetime, anchor: Anchor | None, why: str) -> Journal:
    journal = Journal(path)
    try:
        if why := why or missing(journal, anchor):
            entries = _unposted_aside(journal, anchor)
            row = _begun(journal, anchor, why, at, entries)
            log.error("no cash until an operator confirms: %s", row)
            journal.append(at, row, *rows_of(entries))
    except JournalFault:
        journal.close()
        raise
    return journal


def missing(journal: Journal, anchor: Anchor | None) -> str:
    """What rows of before are not in this journal; empty when none are known to lack."""
    begun = journal.last_of(JournalBegun)
    row = begun.row if begun is not None and isinstance(begun.row, JournalBegun) else None
    if row is not None and row.archive:
        if lost := is_end_of(journal.path, row):
            return lost
        if anchor is not None and _is_in(journal.path.with_name(row.archive), anchor):
            return ""  # power went before the anchor of the new file was written
    return _missing_here(journal, anchor)


def _is_in(archive: Path, anchor: Anchor) -> bool:
    return anchor.seq > 0 and hash_in(archive, anchor.seq) == anchor.head


def _missing_here(journal: Journal, anchor: Anchor | None) -> str:
    if anchor is None:
        before = [*archives(journal.path), *kept_aside(journal.path)]
        is_new = journal.length == 0 and before
        return f"{journal.path}: new after {before[-1].name}, and no anchor" if is_new else ""
    if journal.length < anchor.seq:
        return f"{journal.path}: expected at least {anchor.seq} rows, got {journal.length}"
    if anchor.seq and (found := journal.hash_of(anchor.seq)) != anchor.head:
        expected = anchor.head[:16]
        return f"{journal.path}: row {anchor.seq}: the anchor expects {expected}, got {found}"
    return ""


def _unposted_aside(journal: Journal, anchor: Anchor | None) -> list[Entry]:
    """Rows of the file before that this one, which is new, has to hold."""
    folders = kept_aside(journal.path)
    if journal.length or not folders:
        return []
    return carried(folders[-1] / journal.path.name, anchor)


def _begun(
    journal: Journal, anchor: Anchor | None, why: str, at: datetime, carried: list[Entry]
) -> JournalBegun:
    """Money of `carried` rows that the anchor knows is theirs, and not brought forward."""
    known = anchor or Anchor(0, "", 0, 1)
    theirs = sum(credited_paise(entry.row) for entry in carried if entry.seq <= known.seq)
    last = max(known.next_order, journal.next_order, last_order_aside(journal.path) + 1)
    if last == 1 and anchor is None:
        days = (at.date() - FIRST_DAY).days
        last = NUMBERS_OF_NOBODY + max(0, days) * NUMBERS_A_DAY
    return JournalBegun(
        previous_head=known.head,
        previous_length=known.seq,
        why=why,
        brought_forward=Money(max(0, known.inside - theirs - journal.inside_paise)),
        next_order=last + NUMBERS_LEFT_OUT,
    )


def _boot(journal: Journal, boot_id: str) -> tuple[int, str]:
    """Which start of the machine this is; a restart of core alone is not another one."""
    last = journal.last_of(KioskStarted)
    if last is None or not isinstance(last.row, KioskStarted):
        return 1, boot_id
    is_same = boot_id != "" and last.row.boot_id == boot_id
    return last.row.boot + (0 if is_same else 1), boot_id
