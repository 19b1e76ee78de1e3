"""A guided test of one device, without a bus, a terminal or a clock: what to do, and what came.

It takes no money: acceptors are tested shut, as they are without a visit (M4), so what is put in
must come back. What a device cannot say itself, the technician is asked. A script is a coroutine
that waits for nothing itself: it says what it wants (`Want`), and whoever carries it answers:
`kioskctl` from the bus and the terminal, the operator's desk from core's own ticks. Times are
patience with people, in seconds. Texts are keys of firmware/runtime/desk_words.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from uuid import uuid4

from firmware.contract.command import TryDevice
from firmware.contract.device import USABLE, DeviceEvent, DeviceState, Kind, Outcome, Reply, Status
from firmware.contract.health import DeviceTested
from firmware.runtime.desk_words import words_of

STARTS_WITHIN = 15.0  # the slowest start-up, a printer's, takes ten
LONGEST_STEP = 120  # characters; of the contract
FOLLOWS_WITHIN = 5.0  # a light that core was asked for
Heard = TypeVar("Heard")


class Text:
    """A key and its facts: `guided.do.put_in`, a coin."""

    def __init__(self, key: str, **facts: str) -> None:
        self.key, self.facts = f"guided.{key}", facts

    def said(self, language: str) -> str:
        """A fact that is a key itself is said in its own words."""
        words = words_of(language)
        facts = {
            name: words(value) if value in words else value for name, value in self.facts.items()
        }
        return words(self.key, **facts)

    def __str__(self) -> str:
        return self.said("en")


# --- what a script wants ----------------------------------------------------------------------


@dataclass(frozen=True)
class Until:
    """The first that `look` finds, or None after `patience` seconds."""

    look: Callable[[], object | None]
    patience: float


@dataclass(frozen=True)
class Confirm:
    """A question that is yes or no: a bool."""

    question: Text


@dataclass(frozen=True)
class AskCore:
    """Core's Reply; refused when nobody answers."""

    command: TryDevice


Want = Until | Confirm | AskCore
Running = Coroutine[Want, Any, DeviceTested]


@dataclass(frozen=True)
class _Wanted:
    """Hands a want to whoever carries the script."""

    want: Want

    def __await__(self) -> Generator[Want, Any, Any]:
        answer = yield self.want
        return answer


class Interrupted(Exception):
    """A citizen came: this was no test, and nothing is recorded of it."""


class Failed(Exception):
    """A step did not end as it must; says how it did."""

    def __init__(self, text: Text | str) -> None:
        super().__init__(str(text))


# --- what is heard, and said ------------------------------------------------------------------


@dataclass
class Ears:
    """What the device has said: its present state, and the events since a step began."""

    state: DeviceState | None = None
    is_core_heard: bool = False
    _events: list[DeviceEvent] = field(default_factory=list)

    def on_state(self, state: DeviceState) -> None:
        self.state = state

    def on_event(self, event: DeviceEvent) -> None:
        self._events.append(event)

    def forget(self) -> None:
        """What was said before this step is of no account."""
        self._events.clear()

    async def until(self, look: Callable[[], Heard | None], patience: float) -> Heard | None:
        """As Until."""
        return cast(Heard | None, await _Wanted(Until(look, patience)))

    def take_event(self) -> DeviceEvent | None:
        """The oldest that no step has looked at."""
        return self._events.pop(0) if self._events else None


@dataclass(frozen=True)
class Line:
    """What is said: `mark` is ok, FAIL, --, >> (do this) or empty; `detail` comes after it."""

    mark: str
    text: Text
    detail: str = ""

    def said(self, language: str = "en") -> str:
        told = f"{self.mark:<6}{self.text.said(language)}"
        return f"{told}: {self.detail}" if self.detail else told


@dataclass
class Guide:
    """One test of one device."""

    name: str
    by: str
    ears: Ears
    say: Callable[[Line], None]
    has_hands: bool = True
    patience: float = 60.0  # with a person who walks round the cabinet
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def state(self) -> DeviceState:
        assert self.ears.state is not None, "the first step waits for it"
        return self.ears.state

    def tell(self, mark: str, key: str, detail: str = "", **facts: str) -> None:
        self.say(Line(mark, Text(key, **facts), detail))

    async def step(self, what: Text, check: Callable[[], Awaitable[str]]) -> bool:
        """Do one; what `check` returns is said beside the pass."""
        self.ears.forget()
        try:
            said = await check()
        except Failed as failure:
            self.say(Line("FAIL", what, str(failure)))
            self.failed.append(f"{what}: {failure}"[:LONGEST_STEP])
            return False
        self.say(Line("ok", what, said))
        return True

    async def hand_step(self, what: Text, check: Callable[[], Awaitable[str]]) -> None:
        """The same for a step that needs hands; left out, and said so, where there are none."""
        if self.has_hands:
            await self.step(what, check)
        else:
            self.say(Line("--", what, str(Text("no_hands"))))
            self.left_out.append(str(what))

    async def sees(self, question: Text) -> None:
        """Raises Failed when the technician says no; without hands nobody is asked."""
        if self.has_hands and not await _Wanted(Confirm(question)):
            raise Failed(Text("said_no", question=str(question)))

    async def asks_core(self, output: str = "", is_on: bool = False) -> str:
        """The id that the device's events will have; raises Failed with core's reason."""
        name = uuid4().hex
        command = TryDevice(name, self.name, self.by, output, is_on)
        reply = cast(Reply, await _Wanted(AskCore(command)))
        if reply.outcome is not Outcome.DONE:
            raise Failed(reply.detail)
        return name

    def report(self) -> DeviceTested:
        return DeviceTested(self.name, self.by, self.failed, self.left_out)


# --- the test ---------------------------------------------------------------------------------


async def begin(guide: Guide) -> bool:
    """What every device must pass; False when there is nothing more to test."""
    ears = guide.ears

    async def answers() -> str:
        def started() -> DeviceState | None:
            is_over = ears.state is not None and ears.state.status is not Status.STARTING
            return ears.state if is_over and ears.is_core_heard else None

        if await ears.until(started, STARTS_WITHIN) is None and not ears.is_core_heard:
            raise Failed(Text("no_core"))
        if ears.state is None or ears.state.status not in USABLE:
            raise Failed(Text("never_heard") if ears.state is None else _trouble(ears.state))
        return ears.state.status.replace("_", " ")

    async def has_no_fault() -> str:
        if faults := guide.state.faults:
            raise Failed(", ".join(f"{each.code} {each.detail}".strip() for each in faults))
        return ""

    async def says_who_it_is() -> str:
        who = guide.state.identity
        words = [who.maker, who.model, f"firmware {who.firmware}" if who.firmware else ""]
        if not any(words) and not who.serial:
            raise Failed(Text("nobody"))
        return " ".join([*filter(None, words), f"serial {who.serial or 'not told'}"])

    if not await guide.step(Text("answers"), answers):
        return False
    await guide.step(Text("no_fault"), has_no_fault)
    await guide.step(Text("who"), says_who_it_is)
    return True


def _trouble(state: DeviceState) -> str:
    codes = ", ".join(fault.code for fault in state.faults)
    return f"is {state.status.replace('_', ' ')}" + (f": {codes}" if codes else "")


Script = Callable[[Guide], Coroutine[Want, Any, None]]


async def whole(guide: Guide, scripts: dict[Kind, Script]) -> DeviceTested:
    """The whole test; a kind without a script is only asked."""
    if await begin(guide) and (script := scripts.get(guide.state.kind)) is not None:
        await script(guide)
    return guide.report()
