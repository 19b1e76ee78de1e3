"""The back-end port: the one interface of a connector, and the law that each of them keeps.

A connector speaks one back end's own protocol. Core knows none of them: it asks the gateway, and
the gateway asks whichever connector a service is routed to (firmware/gateway/routes.py).
docs/gateway.md has a table of every request and every kind of answer.
"""

from __future__ import annotations

from typing import Protocol

from firmware.contract.finger import Sealed
from firmware.contract.gateway import GatewayReply, GatewayRequest, GatewayState


class Connector(Protocol):
    """One back end.

    **It never raises for what a network or a back end does**: that is an answer. What it raises is
    a bug, and ends the process.

    **Undecided is `Failed(BACK_END_DOWN)`**, and nothing else is: a time-out, a broken connection,
    5xx, a page of some proxy, an answer that cannot be read or whose signature does not hold. The
    money may have been booked and may not; the same request is asked again, for ever if need be,
    by whoever asked the first time.

    **Every other answer is final.** `Posted` and each other `Failed` end the asking, and after a
    `Failed` the money of that payment goes back. So a no counts only in the back end's own words,
    and only where nothing was booked under this key and nothing can still be.

    **A repeat of a key is the same payment**, whoever of us died in between: a connector keeps
    nothing on disk. Where the back end knows keys, the key goes with the request. Where it does
    not, the back end is asked for a payment of this key before each payment is sent, and once
    more before a final no.

    **What is retried, and what never is.** A question (bill, sum, health) may be asked again by
    the connector itself within the same `ask`. A payment is sent at most once within one `ask`.
    """

    look_every: float  # seconds between two looks that this back end can bear

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        """Carry one request out. `sealed` is the card of an AuthoriseCard, the finger of a
        PostVerification.

        Two requests of one key are never under way at once (firmware/gateway/guarded.py).
        """

    async def look(self) -> GatewayState:
        """Whether the back end itself answers, and what it settles beside cash."""

    async def close(self) -> None:
        """Let go of every connection."""
