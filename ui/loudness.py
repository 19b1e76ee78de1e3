"""How loud the voice is: a few steps, from the default of the kiosk, for the time of one visit.

A visitor who sets it does so for himself: the next one begins at the default again.
"""

from __future__ import annotations

STEPS = (40, 55, 70, 85, 100)  # percent; wide enough apart to be heard as different
LOUDNESSES = len(STEPS)


class Loudness:
    """`percent` is what the sound card is set to."""

    def __init__(self, default: int) -> None:
        self._default = self.percent = default

    @property
    def step(self) -> int:
        """1 to LOUDNESSES: the nearest of the steps."""
        return 1 + min(range(LOUDNESSES), key=lambda at: abs(STEPS[at] - self.percent))

    def louder(self) -> None:
        """The next step up, and from the loudest to the softest."""
        self.percent = next((each for each in STEPS if each > self.percent), STEPS[0])

    def reset(self) -> None:
        """The visit is over."""
        self.percent = self._default

    def begin_at(self, percent: int) -> None:
        """Of every visit from now on; of this one, where nobody has turned it."""
        if self.percent == self._default:
            self.percent = percent
        self._default = percent
