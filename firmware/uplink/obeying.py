"""From `down/command` and `down/desired` to the act and its reply; one command after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from firmware.contract.fleet import Told
from firmware.contract.uplink import FleetCommand, Outcome
from firmware.uplink.acts import Actor
from firmware.uplink.commands import Broken, Refusal, Seen, read_command, refusal
from firmware.uplink.kept import Kept, Notices, Settings
from firmware.uplink.outbox import OutboxFault
from firmware.uplink.result import Result

log = logging.getLogger("uplink")

MOST_WAITING = 8  # commands; the fleet asks one thing at a time
TOLD_APART = 3600.0  # seconds between two events of the same kind of refusal: a stranger may try


class Obeying:
    """`on_news` is called when a reply waits to be sent."""

    def __init__(
        self,
        kept: Kept,
        settings: Settings,
        notices: Notices,
        actor: Actor,
        keys: Sequence[str],
        kiosk: str,
        money_is_inside: Callable[[], bool],
        on_news: Callable[[], None],
    ) -> None:
        self._kept, self._settings, self._notices, self._actor = kept, settings, notices, actor
        self._keys, self._kiosk = keys, kiosk
        self._money_is_inside, self._on_news = money_is_inside, on_news
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
        self._told_at: dict[str, float] = {}
        self.refused = 0  # since the start: of nobody's fleet, or not for this kiosk

    def take_up(self) -> None:
        """What a process before this one began and did not end is said so, and never repeated."""
        for name, outcome, why in self._kept.executed.interrupted(self._kept.stamper.boot):
            if not self._actor.packs.goes_on(name):
                self.answer(name, Result(outcome, why))

    def on_command(self, payload: bytes, is_retained: bool) -> None:
        """It waits for its turn; a retained one is nobody's command."""
        if is_retained:
            self._refuse("retained: a command is of its moment")
            return
        try:
            self._queue.put_nowait(payload)
        except asyncio.QueueFull:
            self._refuse(f"more than {MOST_WAITING} commands wait")

    def on_desired(self, payload: bytes) -> bool:
        """Whether it is newer, and in force now."""
        return self._taken(payload, "settings", self._settings.take)

    def on_notice(self, payload: bytes) -> bool:
        """The same of what is said to every kiosk."""
        return self._taken(payload, "notice", self._notices.take)

    def _taken(self, payload: bytes, what: str, take: Callable[[bytes], bool]) -> bool:
        try:
            return bool(payload) and take(payload)  # empty: the broker keeps it no longer
        except Broken as error:
            self._refuse(f"{what}: {error}")
        except OSError as error:
            log.error("%s of the fleet: not kept, and not taken: %s", what, error)
        return False

    async def run(self) -> None:
        """One command after the other, for ever."""
        while True:
            await self.obey(await self._queue.get())

    async def obey(self, payload: bytes) -> None:
        """One command, from the checks to its reply on disk."""
        try:
            command = read_command(payload, self._keys, self._kiosk)
        except Broken as error:
            self._refuse(str(error))
            return
        stamp = self._kept.stamper.now()
        known_time = self._kept.keeper.now.known_time
        ids = self._kept.executed.ids
        why = refusal(command, stamp, known_time, ids, self._money_is_inside())
        try:
            if self._kept.executed.begin(command, stamp.boot) is Seen.BEFORE:
                log.warning("%s %s: it was here before", command.verb, command.id)
                return
        except OutboxFault as fault:
            log.error("%s %s is not done: %s", command.verb, command.id, fault)
            return  # its id cannot be kept, so nothing may be done, and the fleet hears nothing
        await self._act(command, why)

    async def _act(self, command: FleetCommand, why: Refusal | None) -> None:
        if why is None:
            log.warning("%s asks for %s (%s)", command.by, command.verb, command.id)
            result = await self._actor.act(command)
        else:
            result = Result(Outcome.REFUSED, why.why)
        self.answer(command.id, result)

    def answer(self, name: str, result: Result) -> None:
        """What came of a command, or that it is begun, on disk and to be sent."""
        log.warning("%s: %s %s", name, result.outcome, result.why)
        is_end = result.outcome is not Outcome.ACCEPTED
        try:
            replies = result.replies(name, self._kept.stamper.now())
            self._kept.executed.keep(name, replies, is_end)
        except OutboxFault as fault:
            log.error("no reply to %s: %s", name, fault)
        self._on_news()

    def _refuse(self, why: str) -> None:
        """In the log and, not more often than a person could read it, as an event."""
        self.refused += 1
        log.warning("a command is refused: %s", why)
        now, kind = self._kept.clock.monotonic(), why.partition(":")[0][:24]
        if now - self._told_at.get(kind, -TOLD_APART) < TOLD_APART:
            return
        self._told_at[kind] = now
        stamp = self._kept.stamper.now()
        told = Told(f"refused {stamp.t} {kind}", "command.refused", {"why": why[:200]})
        try:
            self._kept.outbox.add([told], stamp)
        except OutboxFault as fault:
            log.error("not kept: %s", fault)
        self._on_news()
