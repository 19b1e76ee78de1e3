"""A guided test of one device: what to do is said, what came of it is heard on the bus.

It takes no money: acceptors are tested shut, as they are without a visit (M4), so what is put in
must come back. What a device cannot say itself, the technician is asked. Times are patience with
people, in seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import uuid4

from firmware.contract.command import TryDevice
from firmware.contract.device import USABLE, DeviceEvent, DeviceState, Kind, Outcome, Reply, Status
from firmware.contract.health import DeviceTested

STARTS_WITHIN = 15.0  # the slowest start-up, a printer's, takes ten
LONGEST_STEP = 120  # characters; of the contract
FOLLOWS_WITHIN = 5.0  # a light that core was asked for
Heard = TypeVar("Heard")


class Wire(Protocol):
    """What the test needs of the bus."""

    async def ask(self, command: TryDevice) -> Reply:
        """Core's answer; refused when nobody answers."""


class Interrupted(Exception):
    """A citizen came: this was no test, and nothing is recorded of it."""


class Failed(Exception):
    """A step did not end as it must; says how it did."""


@dataclass
class Ears:
    """What the device has said: its present state, and the events since a step began."""

    state: DeviceState | None = None
    screen: str = ""  # of core; empty: not heard of yet
    _events: list[DeviceEvent] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def on_state(self, state: DeviceState) -> None:
        self.state = state
        self._news.set()

    def on_event(self, event: DeviceEvent) -> None:
        self._events.append(event)
        self._news.set()

    def on_screen(self, screen: str) -> None:
        self.screen = screen
        self._news.set()

    def forget(self) -> None:
        """What was said before this step is of no account."""
        self._events.clear()

    async def until(self, look: Callable[[], Heard | None], patience: float) -> Heard | None:
        """The first that `look` finds, or None after `patience`. Raises Interrupted."""
        try:
            async with asyncio.timeout(patience):
                self._raise_if_busy()
                while (found := look()) is None:
                    self._news.clear()
                    await self._news.wait()
                    self._raise_if_busy()
                return found
        except TimeoutError:
            return None

    def _raise_if_busy(self) -> None:
        if self.screen not in ("", "attract"):
            raise Interrupted(f"somebody is at the kiosk, it shows {self.screen}")

    def take_event(self) -> DeviceEvent | None:
        """The oldest that no step has looked at."""
        return self._events.pop(0) if self._events else None


@dataclass
class Guide:
    """One test of one device. `confirm` asks the technician a question that is yes or no."""

    name: str
    by: str
    ears: Ears
    wire: Wire
    say: Callable[[str], None]
    confirm: Callable[[str], Awaitable[bool]]
    has_hands: bool = True
    patience: float = 60.0  # with a person who walks round the cabinet
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def state(self) -> DeviceState:
        assert self.ears.state is not None, "the first step waits for it"
        return self.ears.state

    async def step(self, what: str, check: Callable[[], Awaitable[str]]) -> bool:
        """Do one; what `check` returns is said beside the pass. Raises Interrupted."""
        self.ears.forget()
        try:
            said = await check()
        except Failed as failure:
            self.say(f"FAIL  {what}: {failure}")
            self.failed.append(f"{what}: {failure}"[:LONGEST_STEP])
            return False
        self.say(f"ok    {what}" + (f": {said}" if said else ""))
        return True

    async def hand_step(self, what: str, check: Callable[[], Awaitable[str]]) -> None:
        """The same for a step that needs hands; left out, and said so, where there are none."""
        if self.has_hands:
            await self.step(what, check)
        else:
            self.say(f"--    {what}: left out, no hands")
            self.left_out.append(what)

    async def sees(self, question: str) -> None:
        """Raises Failed when the technician says no; without hands nobody is asked."""
        if self.has_hands and not await self.confirm(question):
            raise Failed(f"the technician said no to: {question}")

    async def asks_core(self, output: str = "", is_on: bool = False) -> str:
        """The id that the device's events will have; raises Failed with core's reason."""
        name = uuid4().hex
        reply = await self.wire.ask(TryDevice(name, self.name, self.by, output, is_on))
        if reply.outcome is not Outcome.DONE:
            raise Failed(reply.detail)
        return name

    def report(self) -> DeviceTested:
        return DeviceTested(self.name, self.by, self.failed, self.left_out)


async def begin(guide: Guide) -> bool:
    """What every device must pass; False when there is nothing more to test."""
    ears = guide.ears

    async def answers() -> str:
        def started() -> DeviceState | None:
            is_over = ears.state is not None and ears.state.status is not Status.STARTING
            return ears.state if is_over and ears.screen else None

        if await ears.until(started, STARTS_WITHIN) is None and not ears.screen:
            raise Failed("kiosk-core is not heard of, which knows whether somebody is there")
        if ears.state is None or ears.state.status not in USABLE:
            raise Failed("never heard of" if ears.state is None else _trouble(ears.state))
        return ears.state.status.replace("_", " ")

    async def has_no_fault() -> str:
        if faults := guide.state.faults:
            raise Failed(", ".join(f"{each.code} {each.detail}".strip() for each in faults))
        return ""

    async def says_who_it_is() -> str:
        who = guide.state.identity
        words = [who.maker, who.model, f"firmware {who.firmware}" if who.firmware else ""]
        if not any(words) and not who.serial:
            raise Failed("neither maker, model nor serial number")
        return " ".join([*filter(None, words), f"serial {who.serial or 'not told'}"])

    if not await guide.step("answers", answers):
        return False
    await guide.step("has no fault, by its own check too", has_no_fault)
    await guide.step("says who it is", says_who_it_is)
    return True


def _trouble(state: DeviceState) -> str:
    codes = ", ".join(fault.code for fault in state.faults)
    return f"is {state.status.replace('_', ' ')}" + (f": {codes}" if codes else "")


Script = Callable[[Guide], Awaitable[None]]


async def run(guide: Guide, scripts: dict[Kind, Script]) -> DeviceTested:
    """The whole test; a kind without a script is only asked. Raises Interrupted."""
    if await begin(guide) and (script := scripts.get(guide.state.kind)) is not None:
        await script(guide)
    return guide.report()
