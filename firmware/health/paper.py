"""How many tickets the roll still gives: what is left, divided by what a ticket took so far."""

from __future__ import annotations

import msgspec

FIRST_GUESS = 180  # millimetres a ticket, until one was measured: a receipt with its QR code
FORGET_AFTER = 200  # tickets; then the older half weighs half, for receipts change
REMEMBERED_JOBS = 32  # a driver repeats a job for seconds, not for days


class PaperCount(msgspec.Struct, frozen=True):
    """What stands on disk. `used_mm` and `tickets` fade; `printed` never does."""

    level_mm: int | None = None
    used_mm: int = 0
    tickets: int = 0
    printed: int = 0
    jobs: list[str] = []

    @property
    def mm_a_ticket(self) -> int:
        if self.tickets == 0 or self.used_mm == 0:
            return FIRST_GUESS
        return max(1, round(self.used_mm / self.tickets))

    @property
    def tickets_left(self) -> int | None:
        """None when the printer cannot say how much paper is left."""
        return None if self.level_mm is None else self.level_mm // self.mm_a_ticket


def with_level(count: PaperCount, level_mm: int | None) -> PaperCount:
    """The printer says what is left; more than before is a new roll, and no use."""
    used = 0
    if level_mm is not None and count.level_mm is not None:
        used = max(0, count.level_mm - level_mm)
    return msgspec.structs.replace(count, level_mm=level_mm, used_mm=count.used_mm + used)


def with_ticket(count: PaperCount, job: str) -> PaperCount:
    """A ticket is on paper; a repeat of the same job is the same ticket."""
    if job in count.jobs:
        return count
    used, tickets = count.used_mm, count.tickets + 1
    if tickets > FORGET_AFTER:
        used, tickets = used // 2, tickets // 2
    return msgspec.structs.replace(
        count,
        used_mm=used,
        tickets=tickets,
        printed=count.printed + 1,
        jobs=[*count.jobs, job][-REMEMBERED_JOBS:],
    )
