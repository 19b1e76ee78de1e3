"""What the host's side of a coin acceptor tells its driver, and the one thing it can be told."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.cctalk.codec import EventBuffer
from drivers.cctalk.host import AcceptorIdentity


@dataclass(frozen=True)
class Started:
    """The device is identified. `buffer` is the base of all news to come.

    `is_known`: it is the remembered device, and what happened meanwhile will be told. Otherwise
    what stands in its buffer now is from before our time, and is never credited (3.27.1). It takes
    no coin until it is told again which positions to accept.
    """

    identity: AcceptorIdentity
    coins: dict[int, str]  # position -> coin id as the device says it
    buffer: EventBuffer
    is_known: bool


@dataclass(frozen=True)
class CoinAccepted:
    position: int
    path: int


@dataclass(frozen=True)
class CoinRejected:
    error: int


@dataclass(frozen=True)
class News:
    """The counter moved. Remember `buffer` on disk before acting on the rest.

    `lost` events came before `happened` (oldest first) and cannot be known. `is_reset`: the device
    began anew in between; its inhibits are being sent again.
    """

    buffer: EventBuffer
    happened: tuple[CoinAccepted | CoinRejected, ...]
    lost: int = 0
    is_reset: bool = False


@dataclass(frozen=True)
class InhibitsSet:
    """The device confirmed: it takes coins of these positions, and no others."""

    positions: frozenset[int]


@dataclass(frozen=True)
class ReadUp:
    """No coin is taken, none still falls, and every event of the device has been told: what comes
    after the next Accept belongs to whoever is let in then. Said once until then."""


@dataclass(frozen=True)
class SelfChecked:
    """Fault code of header 232, 0 for none, and its optional detail."""

    fault: int
    detail: int


@dataclass(frozen=True)
class WrongDevice:
    """Something answers at the address, and it is no coin acceptor."""

    category: str


@dataclass(frozen=True)
class LinkLost:
    """The device does not answer; `echo_is_missing` when not even our own bytes come back."""

    echo_is_missing: bool


@dataclass(frozen=True)
class LinkRestored:
    pass


@dataclass(frozen=True)
class EchoChanged:
    """On a wire that echoed, the echo went away (a short, a cable off) or came back."""

    is_missing: bool


@dataclass(frozen=True)
class WireLost:
    """The port itself is gone."""


Event = (
    Started
    | News
    | InhibitsSet
    | ReadUp
    | SelfChecked
    | WrongDevice
    | LinkLost
    | LinkRestored
    | EchoChanged
    | WireLost
)


@dataclass(frozen=True)
class Accept:
    """Let coins of these positions in; none at all inhibits the device."""

    positions: frozenset[int]
