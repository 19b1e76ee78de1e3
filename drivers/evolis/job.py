"""One card on its way: the commands in their order, each sent when the one before is answered OK.

The order is that of a real two-sided job (protocols/card-printers.md 9.1 [C]).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.evolis.codec import Do, Panel, Ribbon, command, download, select_ribbon
from drivers.evolis.events import CardEjecting, Doubt, Fault, JobFailed, PrintSides

# Seconds that the maker's own software waits for an answer [B].
CONTROL_WITHIN = 4.0
EJECT_WITHIN = 10.0
MOVE_WITHIN = 15.0
PANEL_WITHIN = 30.0
BITS_A_BYTE = 10  # on a serial wire: start, eight, stop


@dataclass(frozen=True)
class Step:
    """`does` is a word for people and tests; `within` seconds, its way over the wire included."""

    does: str
    data: bytes
    within: float


class Job:
    """What is still to be sent of one card."""

    def __init__(self, order: PrintSides, ribbon: Ribbon, baudrate: int, serial: str) -> None:
        """`serial` is the printer's; empty where it says none."""
        self.name, self._serial = order.job, serial
        self.printed_before: int | None = None
        self.has_fetched = False  # a card is in the path, or may be
        self.is_ejecting = False
        self.is_cancelled = False
        self._steps = deque(_steps(order, ribbon, baudrate))

    def next(self) -> Step:
        """The next command to send; the last one lets the card out."""
        step = self._steps.popleft()
        self.has_fetched = self.has_fetched or step.does == Do.START
        self.is_ejecting = not self._steps
        return step

    def cancel(self) -> list[JobFailed]:
        """Not if it is on its way out: then the printer's own word ends it."""
        if self.is_ejecting:
            return []
        told = self.failed(Fault.CANCELLED)
        self.is_cancelled = True
        return told

    def failed(self, fault: Fault) -> list[JobFailed]:
        """Once: what a cancelled card meets on its way to the reject box is not its end."""
        return [] if self.is_cancelled else [JobFailed(self.name, fault)]

    @property
    def ejecting(self) -> CardEjecting:
        return CardEjecting(self.name, self.printed_before, self._serial)

    @property
    def doubt(self) -> Doubt:
        return Doubt(self.name, self.printed_before, self._serial)

    @property
    def comes_out_next(self) -> bool:
        return len(self._steps) == 1


def _steps(order: PrintSides, ribbon: Ribbon, baudrate: int) -> Iterator[Step]:
    yield _control(Do.HOST_HANDLES_ERRORS)
    yield Step("Pr", select_ribbon(ribbon), CONTROL_WITHIN)
    yield _control(Do.FROM_FEEDER)
    yield Step(Do.START, command(Do.START), MOVE_WITHIN)
    yield Step(Do.FRONT, command(Do.FRONT), MOVE_WITHIN)
    yield from (_panel(panel, baudrate) for panel in order.front)
    yield Step(Do.TURN, command(Do.TURN), MOVE_WITHIN)
    yield from (_panel(panel, baudrate) for panel in order.back)
    yield Step(Do.EJECT, command(Do.EJECT), EJECT_WITHIN)


def _control(words: Do) -> Step:
    return Step(words, command(words), CONTROL_WITHIN)


def _panel(panel: Panel, baudrate: int) -> Step:
    data = download(panel)
    return Step(f"Db;{panel.ink}", data, PANEL_WITHIN + len(data) * BITS_A_BYTE / baudrate)
