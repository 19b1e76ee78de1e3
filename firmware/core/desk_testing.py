"""A guided test on the operator's screen: the script of kioskctl, carried by core's own ticks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from firmware.contract.command import TryDevice
from firmware.contract.device import DeviceEvent, DeviceState, Outcome, Reply
from firmware.contract.health import DeviceTested
from firmware.contract.screen import Desk, Fact, Task
from firmware.core.floor import Floor
from firmware.core.guided import (
    AskCore,
    Confirm,
    Ears,
    Failed,
    Guide,
    Interrupted,
    Line,
    Running,
    Text,
    Until,
    Want,
    whole,
)
from firmware.core.guided_kinds import DO, SCRIPTS
from firmware.till.effects import KeepTest, Outbox

if TYPE_CHECKING:
    from firmware.core.operator import OperatorDesk

log = logging.getLogger("core")

SHOWN = 6  # steps on the page, the last ones
MARKS = {"ok": "ok", "FAIL": "ill", "--": "unknown"}
ENDS_WITHIN = 8  # wants of a script that was told to end: it puts a light out, no more


class Tries(Protocol):
    """Has a device do what harms nobody: Trying."""

    def try_at_desk(self, command: TryDevice) -> Reply:
        """Refused for a device that is not free."""


class DeskTesting:
    """One test at a time. `now` is monotonic seconds."""

    def __init__(self, floor: Floor, outbox: Outbox) -> None:
        self._floor, self._outbox = floor, outbox
        self.trying: Tries | None = None  # set by core, which has the lights
        self._running: Running | None = None
        self._want: Want | None = None
        self._until = 0.0
        self._ears = Ears()
        self._device = ""
        self._lines: list[Line] = []
        self.tested: DeviceTested | None = None

    def begin(self, device: str, by: str, now: float) -> None:
        self._ears = Ears(self._floor.devices.get(device), is_core_heard=True)
        self._device, self._lines, self.tested = device, [], None
        self._running = whole(Guide(device, by, self._ears, self._lines.append), SCRIPTS)
        self._go_on(None, None, now)

    def stop(self, now: float) -> None:
        """The operator has gone, or turned back: nothing is recorded, and no light stays on."""
        for _ in range(ENDS_WITHIN):
            if self._running is None:
                return
            self._go_on(None, Interrupted("the operator left"), now)
        self._running = self._want = None

    # --- what is heard ---------------------------------------------------------------------

    def on_state(self, state: DeviceState, now: float) -> None:
        if state.name == self._device:
            self._ears.on_state(state)
            self.tick(now)

    def on_event(self, device: str, event: DeviceEvent, now: float) -> None:
        if device == self._device and self._running is not None:
            self._ears.on_event(event)
            self.tick(now)

    def tick(self, now: float) -> None:
        """What the script waits for is there, or its patience is over."""
        if not isinstance(want := self._want, Until):
            return
        found, error = _looked(want)
        if found is not None or error is not None or now >= self._until:
            self._go_on(found, error, now)

    def say(self, is_yes: bool, now: float) -> None:
        """The answer to the question on the page."""
        if isinstance(self._want, Confirm):
            self._go_on(is_yes, None, now)

    # --- the script ------------------------------------------------------------------------

    def _go_on(self, answer: object, error: Exception | None, now: float) -> None:
        """Carry the script until it waits for somebody."""
        while (running := self._running) is not None:
            try:
                want = running.send(answer) if error is None else running.throw(error)
            except StopIteration as end:
                self._end(end.value)
                return
            except Interrupted:
                self._end(None)
                return
            self._want, error = want, None
            match want:
                case AskCore(command=command):
                    answer = self._try(command)
                case Until(patience=patience):
                    self._until = now + patience
                    answer, error = _looked(want)
                    if answer is None and error is None:
                        return
                case Confirm():
                    return

    def _try(self, command: TryDevice) -> Reply:
        if self.trying is None:
            return Reply(Outcome.REFUSED, "nothing can be tried yet")
        return self.trying.try_at_desk(command)

    def _end(self, tested: DeviceTested | None) -> None:
        self._running, self._want, self.tested = None, None, tested
        if tested is not None:
            self._outbox.add(KeepTest(tested))
            log.info("%s tested by %s: %s", tested.device, tested.by, tested.failed or "passed")

    # --- what is seen ----------------------------------------------------------------------

    def page(self, desk: OperatorDesk) -> Desk:
        said = self._said()
        steps = [line for line in self._lines if line.mark in MARKS]
        is_asked = isinstance(self._want, Confirm)
        return Desk(
            "desk.test",
            desk.by,
            says=said.key,
            words=said.facts,
            is_alarm=self.tested is not None and bool(self.tested.failed),
            facts=[Fact(each.text.key, mark=MARKS[each.mark], words=each.text.facts)
                   for each in steps[-SHOWN:]],
            tasks=[Task("yes"), Task("no")] if is_asked else [],
        )  # fmt: skip

    def _said(self) -> Text:
        """The question, what to do, or how it ended."""
        if isinstance(want := self._want, Confirm):
            return want.question
        if self.tested is not None:
            return Text("failed" if self.tested.failed else "passed")
        last = self._lines[-1] if self._lines else None
        return last.text if last is not None and last.mark == DO else Text("wait")


def _looked(want: Until) -> tuple[object | None, Failed | None]:
    """What is there already, or how the step failed by it."""
    try:
        return want.look(), None
    except Failed as failure:
        return None, failure
