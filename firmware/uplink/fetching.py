"""A content pack that the fleet wants here: fetched over days if need be, handed over, answered.

The order lies on disk before it is answered `accepted`, so whoever is killed goes on; the reply
that ends it is on disk before the order goes. Pictures are opened by kiosk-content alone
(firmware/content/handed.py), between two citizens; the district's signature decides there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from enum import Enum, auto
from pathlib import Path
from random import Random

import msgspec

from firmware.content import handed
from firmware.contract.packs import PackWanted
from firmware.contract.uplink import FleetCommand, Moment, Outcome
from firmware.runtime.durable import CorruptFile, read_durably, write_durably
from firmware.runtime.outer_sections import ContentSection, origin_of
from firmware.runtime.table import step
from firmware.uplink.download import Broke, GaveUp, download, sha256_of, size_of
from firmware.uplink.ids import moment_of
from firmware.uplink.kept import Kept
from firmware.uplink.result import Result

log = logging.getLogger("uplink")

LOOK_EVERY = 1.0  # seconds
LEAST_WAIT, MOST_WAIT = 1.0, 900.0  # seconds between two tries, full jitter
COMES_WITHIN = timedelta(hours=24)  # after it was ordered: 16 MiB at 3 kB/s are an hour and a half
INSTALLED_WITHIN = 600.0  # seconds: a worn card, and pictures drawn anew at idle priority
MOST_SPOILT = 2  # whole files with a wrong hash: the first may be of two versions at the server
ORDER = "pack.json"  # in the uplink's own folder


class Order(msgspec.Struct, frozen=True):
    """A command that was taken up. On disk."""

    command: str
    issued: Moment
    pack: PackWanted


class State(Enum):
    IDLE = auto()
    WAITING = auto()  # for the next try
    LOADING = auto()
    WHOLE = auto()  # here, and proven by its hash; a citizen's money is inside
    HANDED = auto()  # with kiosk-content


class Trigger(Enum):
    ORDERED = auto()  # also instead of another one
    DUE = auto()
    BROKE = auto()
    CAME = auto()
    QUIET = auto()  # nobody's money is inside
    ENDED = auto()  # done or not: it is answered


TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.IDLE: {Trigger.ORDERED: State.WAITING},
    State.WAITING: {
        Trigger.DUE: State.LOADING,
        Trigger.ORDERED: State.WAITING,
        Trigger.ENDED: State.IDLE,
    },
    State.LOADING: {
        Trigger.BROKE: State.WAITING,
        Trigger.CAME: State.WHOLE,
        Trigger.ORDERED: State.WAITING,
        Trigger.ENDED: State.IDLE,
    },
    State.WHOLE: {
        Trigger.QUIET: State.HANDED,
        Trigger.ORDERED: State.WAITING,
        Trigger.ENDED: State.IDLE,
    },
    State.HANDED: {Trigger.ENDED: State.IDLE},
}


class Fetcher:
    """One pack at a time, the last one that was ordered.

    `packs` is the folder of handed.py; `is_quiet` says that nobody's money is inside, `has_room`
    that the disk has its floor; `on_end` keeps what came of a command, to be sent.
    """

    def __init__(
        self, packs: Path, section: ContentSection, kept: Kept, random: Random,
        is_quiet: Callable[[], bool], has_room: Callable[[], bool],
        on_end: Callable[[str, Result], None],
    ) -> None:  # fmt: skip
        self._packs, self._section, self._kept, self._random = packs, section, kept, random
        self._is_quiet, self._has_room, self._on_end = is_quiet, has_room, on_end
        self._path = kept.folder / ORDER
        self._failures = self._spoilt = 0
        self._why = "nothing was tried"  # of the last try
        self._next = self._handed_at = kept.clock.monotonic()
        self.order = self._load_order()
        self.state = State.IDLE if self.order is None else State.WAITING
        if self.order is not None and handed.is_handed_over(packs):
            self.state = State.HANDED

    def goes_on(self, command: str) -> bool:
        """Whether this command, which was begun before a restart, is still being done."""
        return self.order is not None and self.order.command == command

    def take(self, command: FleetCommand) -> Result:
        """Accepted, and on disk; or why not."""
        try:
            pack = msgspec.convert(command.args, PackWanted)
        except msgspec.ValidationError as error:
            return Result(Outcome.REFUSED, f"content_pack: {error}")
        if why := self._why_not(pack):
            return Result(Outcome.REFUSED, why)
        before, order = self.order, Order(command.id, command.issued, pack)
        try:
            if before is None or before.pack.sha256 != pack.sha256:
                handed.clear(self._packs)
            self._packs.mkdir(parents=True, exist_ok=True)
            write_durably(self._path, msgspec.json.encode(order))
        except OSError as error:
            return Result(Outcome.REFUSED, f"it cannot be kept: {error.strerror}")
        self.order, self._failures, self._spoilt = order, 0, 0
        self._next = self._now()
        self._step(Trigger.ORDERED)
        if before is not None:
            self._on_end(before.command, Result(Outcome.FAILED, "another pack is wanted instead"))
        return Result(Outcome.ACCEPTED, f"{pack.length} bytes are being fetched")

    async def run(self, every: float = LOOK_EVERY) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(every)

    async def look(self) -> None:
        """What is to be done now."""
        match self.state:
            case State.WAITING if self._is_late():
                self._end(Outcome.FAILED, f"not here within {COMES_WITHIN}: {self._why}")
            case State.WAITING if self._now() >= self._next:
                self._step(Trigger.DUE)
                await self._fetch()
            case State.WHOLE if self._is_quiet():
                self._hand_over()
            case State.HANDED:
                self._hear()

    # ---------------------------------------------------------------------------------------

    def _why_not(self, pack: PackWanted) -> str:
        """Empty where it may be fetched."""
        origins = self._section.origins
        if origin_of(pack.url) not in origins:
            allowed = ", ".join(origins) or "none ([content] origins)"
            return f"url: expected an address at {allowed}, got {origin_of(pack.url)}"
        if not self._section.key:
            return "this kiosk has no key of the district: [content] key"
        if self.state is State.HANDED:
            return "another pack is being installed"
        return "" if self._has_room() else "the disk is almost full"

    async def _fetch(self) -> None:
        """One try."""
        order, part = self.order, self._packs / handed.PART
        assert order is not None
        before = size_of(part)
        try:
            if not self._has_room():
                raise Broke("the disk is almost full")
            await download(order.pack, part, self._section.ca, lambda: self._wants(order))
            digest = await asyncio.to_thread(sha256_of, part)
        except Broke as error:
            self._broke(order, str(error), size_of(part) > before)
        except GaveUp as error:
            if self.order is order:
                self._end(Outcome.FAILED, str(error))
        except OSError as error:  # a worn place of the card: read again it would be the same
            self._spoilt_by(order, f"{part}: {error.strerror}")
        else:
            self._came(order, digest)

    def _wants(self, order: Order) -> bool:
        return self.order is order and not self._is_late()

    def _broke(self, order: Order, why: str, has_more: bool) -> None:
        if self.order is not order:
            return  # another one took its place
        self._failures = 1 if has_more else self._failures + 1
        ceiling = min(MOST_WAIT, LEAST_WAIT * 2.0 ** min(self._failures, 16))
        self._next, self._why = self._now() + self._random.uniform(LEAST_WAIT, ceiling), why
        log.info("pack %s: %s", order.pack.sha256[:8], why)
        self._step(Trigger.BROKE)

    def _came(self, order: Order, digest: str) -> None:
        if digest != order.pack.sha256:
            why = f"expected SHA-256 {order.pack.sha256[:16]}..., got {digest[:16]}..."
            self._spoilt_by(order, why)
        elif self.order is order:
            self._step(Trigger.CAME)

    def _spoilt_by(self, order: Order, why: str) -> None:
        """The whole of it comes once more, if at all."""
        if self.order is not order:
            return  # another one took its place
        self._spoilt += 1
        with contextlib.suppress(OSError):
            (self._packs / handed.PART).unlink(missing_ok=True)
        if self._spoilt >= MOST_SPOILT:
            self._end(Outcome.FAILED, why)
        else:
            self._broke(order, why, has_more=False)

    def _hand_over(self) -> None:
        try:
            handed.hand_over(self._packs)
        except OSError as error:
            self._end(Outcome.FAILED, f"it cannot be handed over: {error.strerror}")
            return
        self._handed_at = self._now()
        self._step(Trigger.QUIET)

    def _hear(self) -> None:
        """What kiosk-content made of it."""
        assert self.order is not None
        lies_there = (self._packs / handed.PACK).exists()
        try:
            made = handed.made_of(self._packs, self.order.pack.sha256)
        except (OSError, ValueError) as error:
            self._end(Outcome.FAILED, f"nobody knows what came of it: {error}")
            return
        if made is not None:
            self._end(Outcome.DONE if made.is_installed else Outcome.REFUSED, made.said)
        elif not lies_there:
            self._end(Outcome.FAILED, "it is gone, and nobody says why")
        elif self._now() - self._handed_at >= INSTALLED_WITHIN:
            self._end(
                Outcome.FAILED,
                f"nobody said within {INSTALLED_WITHIN:.0f} s whether it is in force",
            )

    def _end(self, outcome: Outcome, why: str) -> None:
        """The reply is on disk first."""
        assert self.order is not None
        self._on_end(self.order.command, Result(outcome, why))
        self._forget()
        self._step(Trigger.ENDED)

    def _forget(self) -> None:
        self.order = None
        try:
            self._path.unlink(missing_ok=True)
            self._path.with_name(f"{ORDER}.previous").unlink(missing_ok=True)
            handed.clear(self._packs)
        except OSError as error:
            log.error("what was fetched stays: %s", error)

    def _is_late(self) -> bool:
        """By a clock that is set; the order was dated by the fleet's."""
        assert self.order is not None
        stamp = self._kept.stamper.now()
        try:
            waited = moment_of(stamp.t) - moment_of(self.order.issued)
        except ValueError:
            return True  # nobody can say when it would be too late
        return stamp.t_ok and waited > COMES_WITHIN

    def _load_order(self) -> Order | None:
        """What a process before this one had taken up, and not answered."""
        try:
            raw = read_durably(self._path)
            order = None if raw is None else msgspec.json.decode(raw, type=Order)
        except (OSError, CorruptFile, msgspec.DecodeError) as error:
            log.error("the order of a pack is lost: %s", error)
            order = None
        if order is not None and not self._kept.executed.is_done(order.command):
            return order
        self._forget()
        return None

    def _step(self, trigger: Trigger) -> None:
        self.state = step(TRANSITIONS, self.state, trigger)

    def _now(self) -> float:
        return self._kept.clock.monotonic()
