"""What the host of a stripe reader tells its driver."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.base.arming import Swipe, SwipeRejected


@dataclass(frozen=True)
class ReaderKnown:
    model: str
    firmware: str


@dataclass(frozen=True)
class LinkSilent:
    """Nothing is answered; asked again every second."""


@dataclass(frozen=True)
class LinkLost:
    """The port is gone."""


Event = Swipe | SwipeRejected | ReaderKnown | LinkSilent | LinkLost
"""Nothing of these holds a track: a `Swipe` carries what is sealed, and the masked number."""
