"""The verbs of the fleet, each with its act: what was proven by commands.py is done here."""

from __future__ import annotations

import base64
import lzma
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec

from firmware.contract import device
from firmware.contract.content import SetConduct
from firmware.contract.desk import MACHINE, PutBack, Restart, TakeOut, WhyClosed
from firmware.contract.fleet import FleetOrder, RefreshCatalogue
from firmware.contract.meeting import AddMeeting, Planned
from firmware.contract.uplink import FleetCommand, Outcome, Verb
from firmware.health.self_test import Check
from firmware.uplink.fetching import Fetcher
from firmware.uplink.hands import Hands
from firmware.uplink.result import Result

PART = 48 * 1024  # bytes of one message of a long answer
LARGEST_BUNDLE = 1024 * 1024  # bytes, packed: a minute of a mobile line
MOST_MINUTES = 7 * 24 * 60
UNIT = re.compile(r"kiosk-(?:driver@)?([a-z][a-z0-9_]{0,31})(?:\.service)?")  # as systemd has it
ITSELF = "uplink"


DONE = Result(Outcome.DONE)


@dataclass(frozen=True)
class Actor:
    """What the acts need of the rest of the uplink."""

    hands: Hands
    order: Callable[[FleetOrder], Awaitable[device.Reply | None]]  # None: core does not answer
    tell_now: Callable[[], None]  # state and health, without waiting for their time
    self_test: Callable[[], list[Check]]
    packs: Fetcher

    async def act(self, command: FleetCommand) -> Result:
        """Do it; its id is on disk."""
        by = f"fleet: {command.by}"[:64]
        match command.verb:
            case Verb.STATUS:
                self.tell_now()
                return DONE
            case Verb.SELF_TEST:
                return self._test()
            case Verb.RESTART:
                return await self._restart(by, str(command.args.get("unit", "")))
            case Verb.REBOOT:
                return _of(await self.order(Restart(by, MACHINE)))
            case Verb.OUT_OF_SERVICE:
                reason = str(command.args.get("reason", ""))
                why = WhyClosed(reason) if reason in list(WhyClosed) else WhyClosed.OTHER
                return _of(await self.order(TakeOut(by, why)))
            case Verb.IN_SERVICE:
                return _of(await self.order(PutBack(by)))
            case Verb.CODE_OF_CONDUCT:
                return await self._conduct(by, command)
            case Verb.MEETING:
                return await self._meeting(by, command)
            case Verb.REFRESH_CATALOGUE:
                return _of(await self.order(RefreshCatalogue(by)))
            case Verb.LOG_BUNDLE:
                return await self._bundle(command.args.get("minutes", 60))
            case Verb.CONTENT_PACK:
                return self.packs.take(command)

    async def _conduct(self, by: str, command: FleetCommand) -> Result:
        asked = {"is_on": command.args.get("on"), "by": by, "reason": command.args.get("reason")}
        return await self._ordered(asked, SetConduct)

    async def _meeting(self, by: str, command: FleetCommand) -> Result:
        try:
            meeting = msgspec.convert(command.args, Planned)
        except msgspec.ValidationError as error:
            return Result(Outcome.REFUSED, f"meeting: {error}")
        return await self._ordered({"meeting": meeting, "by": by}, AddMeeting)

    async def _ordered(self, fields: Mapping[str, object], kind: type[FleetOrder]) -> Result:
        """What is said of it, in the order's own words where it is none."""
        try:
            order = msgspec.convert(fields, kind)
        except msgspec.ValidationError as error:
            return Result(Outcome.REFUSED, str(error))
        return _of(await self.order(order))

    def _test(self) -> Result:
        checks = self.self_test()
        failed = [check.what for check in checks if not check.is_good]
        answer = msgspec.json.encode(checks).decode()
        return Result(Outcome.DONE, f"failed: {', '.join(failed)}" if failed else "", [answer])

    async def _restart(self, by: str, unit: str) -> Result:
        """Core decides, for it knows whether money or a paper is under way; and it knows the names.
        This program leaves by itself when its reply is on disk."""
        found = UNIT.fullmatch(unit)
        if found is None:
            return Result(Outcome.REFUSED, f"unit: expected kiosk-NAME, got {unit[:40]!r}")
        if found[1] == ITSELF:
            self.hands.leave()
            return DONE
        return _of(await self.order(Restart(by, found[1])))

    async def _bundle(self, minutes: str | int | bool) -> Result:
        if not isinstance(minutes, int) or not 0 < minutes <= MOST_MINUTES:
            return Result(Outcome.REFUSED, f"minutes: expected 1 to {MOST_MINUTES}, got {minutes}")
        return Result(Outcome.DONE, "xz, base64", in_parts(packed(await self.hands.log(minutes))))


def packed(text: bytes, largest: int = LARGEST_BUNDLE) -> bytes:
    """xz of it, or of as much of its end as fits."""
    while len(found := lzma.compress(text)) > largest:
        text = text[len(text) // 2 :]
    return found


def in_parts(content: bytes) -> list[str]:
    """base64, cut; each part stays whole four characters."""
    text = base64.b64encode(content).decode()
    return [text[start : start + PART] for start in range(0, len(text), PART)]


def _of(reply: device.Reply | None) -> Result:
    if reply is None:
        return Result(Outcome.FAILED, "core does not answer")
    outcome = Outcome.DONE if reply.outcome is device.Outcome.DONE else Outcome.REFUSED
    return Result(outcome, reply.detail)
