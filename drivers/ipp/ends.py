"""What an IPP job that ended means for its document: printed, failed, or the rest once more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from drivers.ipp.events import End, Fault, JobEnded
from drivers.ipp.jobs import JobRecord

MOST_ATTEMPTS = 4  # of one document; what fails four times fails for a reason


class Next(Enum):
    DONE = auto()
    FAIL = auto()
    REST = auto()  # what is left, as another job


@dataclass(frozen=True)
class Verdict:
    """`printed` pages of the whole document are out."""

    next: Next
    printed: int
    fault: str = ""


def after(event: JobEnded, known: JobRecord, lifetime: int | None) -> Verdict:
    """`lifetime`: the printer's counter of impressions, now."""
    pages, base = known.command.pages, known.base
    printed = base + event.printed
    match event.end:
        case End.COMPLETED:
            # Who counts no impressions says 0 at the end, too: then the state is its whole word.
            if event.printed and printed < pages:
                return Verdict(Next.FAIL, printed, Fault.INCOMPLETE)
            return Verdict(Next.DONE, pages)
        case End.CANCELED:
            return _rest(known, printed, event.because or Fault.CANCELLED)
        case End.UNKNOWN:
            counted = _by_counter(known, event.printed, lifetime)
            if counted is None:
                return Verdict(Next.FAIL, printed, event.because or Fault.INTERRUPTED)
            printed = base + counted
    return _rest(known, printed, event.because)


def _rest(known: JobRecord, printed: int, because: str) -> Verdict:
    if printed >= known.command.pages:
        return Verdict(Next.DONE, known.command.pages)
    if because and because != Fault.ABORTED:  # it was to end anyhow
        return Verdict(Next.FAIL, printed, because)
    if known.attempts >= MOST_ATTEMPTS:
        return Verdict(Next.FAIL, printed, Fault.ABORTED)
    return Verdict(Next.REST, printed)


def _by_counter(known: JobRecord, seen: int, lifetime: int | None) -> int | None:
    """Pages of this IPP job by the printer's own counter, which survives its power.

    None where it has none, or where it counted what was not ours.
    """
    if lifetime is None or known.lifetime is None:
        return None
    left, made = known.command.pages - known.base, lifetime - known.lifetime
    if known.is_two_sided and made < left:
        made -= made % 2  # half a sheet is in nobody's hand
    return made if seen <= made <= left else None
