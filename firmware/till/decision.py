"""The decision on a note in escrow: take it, give it back, or look again in a moment.

Of three values because some obstacles pass by themselves: a printer's driver that is started again,
a cable that is pushed in. To give the note back for those would be to refuse good money; to take it
would be to take it without a proof (M6).
"""

from __future__ import annotations

from dataclasses import dataclass

# Seconds that a note waits in escrow for an obstacle to pass: a driver is back in two, a cable in
# five. Validators give a note back by themselves 10 s after the last word of their host (SSP,
# ID-003, CCNET; MDB 30 s), so half of that leaves room for a slow bus.
HOLD_AT_MOST = 5.0


@dataclass(frozen=True)
class Obstacle:
    """Why no money may be taken now (M5), as a message key; `is_passing`: likely not for long."""

    why: str
    is_passing: bool = False


@dataclass(frozen=True)
class Take:
    """The note goes into the stacker."""


@dataclass(frozen=True)
class Refuse:
    """The note goes back to the hand."""

    why: str


@dataclass(frozen=True)
class Wait:
    """The note stays in escrow until the next check; nothing is written."""


Decision = Take | Refuse | Wait


def decide(obstacle: Obstacle | None, why_not: str | None, waited: float) -> Decision:
    """`why_not` is what speaks against this value; `waited` seconds it has been in escrow."""
    if obstacle is not None and not (obstacle.is_passing and waited < HOLD_AT_MOST):
        return Refuse(obstacle.why)
    if why_not is not None:
        return Refuse(why_not)
    return Take() if obstacle is None else Wait()
