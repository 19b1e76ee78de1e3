"""What the host of a MagneSafe reader tells its driver."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.base.arming import Swipe, SwipeRejected


@dataclass(frozen=True)
class ReaderKnown:
    """`shows_too_much`: it sends more of a number in clear than anybody may see."""

    serial: str
    firmware: str
    ksn: str
    shows_too_much: bool


@dataclass(frozen=True)
class KeysGone:
    """No swipe of this reader is encrypted any more."""


@dataclass(frozen=True)
class LinkSilent:
    """Feature reports are not answered; asked again every two seconds."""


@dataclass(frozen=True)
class LinkLost:
    """Unplugged."""


Event = Swipe | SwipeRejected | ReaderKnown | KeysGone | LinkSilent | LinkLost
