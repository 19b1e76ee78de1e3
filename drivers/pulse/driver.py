"""The adapter: a pulse coin acceptor as the device contract wants it.

Such a device remembers nothing: a coin whose pulses nobody counted is gone. So the first pulse of
a train goes to the ledger at once, and a driver that died in the middle of one says afterwards
that a coin was lost, and whose.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from drivers.base.device import Device
from drivers.base.faults import LinkLost
from drivers.base.ledger import Ledger, new_epoch
from drivers.base.protocol import NEVER
from drivers.panel.driver import open_factory
from drivers.panel.wiring import Pin
from drivers.pulse.train import Began, Freed, Stuck, Train, TrainReader
from firmware.contract.device import (
    Acknowledge,
    CheatAttempt,
    CoinAccepted,
    CreditsLost,
    DeviceCommand,
    DeviceState,
    EventId,
    Fault,
    Identity,
    Lease,
    Outcome,
    Reply,
    Status,
)
from firmware.contract.money import Money
from firmware.runtime.config import ConfigError, DeviceSection, convert

log = logging.getLogger("pulse")

WARM_UP = 2.0  # seconds; some devices send a pulse of no coin when they get power
LATE = 1.5  # seconds after the gate was shut in which a coin may still be on its way
HEARD_WITHIN = 0.03  # seconds from an edge until we have it: nothing is concluded earlier
STUCK, UNEXPECTED = "coins.line.stuck", "coins.line.unexpected"
Told = CoinAccepted | CreditsLost
Paise = Annotated[int, msgspec.Meta(gt=0, le=100_000)]
Count = Annotated[str, msgspec.Meta(pattern="^[1-9][0-9]?$")]  # TOML has texts for keys
Milliseconds = Annotated[int, msgspec.Meta(ge=15, le=300)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.<name>.options]`. `bench` as of the panel."""

    pulses: Annotated[dict[Count, Paise], msgspec.Meta(min_length=1)]  # {"1": 100, "2": 200}
    pulse_pin: Pin = 5
    enable_pin: Pin = 6
    contact: Literal["nc", "no"] = "nc"  # of the coin line at rest
    width_ms: Milliseconds = 50
    gap_ms: Milliseconds = 50
    pin_factory: Literal["bench", "lgpio"] = "lgpio"
    bench: str = ""


class Record(msgspec.Struct, frozen=True):
    """What must survive: our count, whose train has begun, and what nobody acknowledged."""

    epoch: int
    running: int = 0
    accepted: int = 0  # coins
    accepted_paise: int = 0
    lost: int = 0
    session: str = ""  # of the lease under which coins were let in last
    is_counting: bool = False  # a train has begun and not ended
    pending: list[Told] = []


class CoinAcceptor(Device):
    """One pulse coin acceptor. Ledger: `pulse.json` in its folder."""

    def __init__(self, name: str, section: DeviceSection, folder: Path) -> None:
        super().__init__(name, section, folder)
        where = f"[device.{name}.options]"
        self._options = convert(section.options, Options, where)
        if self._options.pulse_pin == self._options.enable_pin:
            raise ConfigError(
                f"{where}: pulse_pin and enable_pin are both {self._options.pulse_pin}"
            )
        self._values = {int(n): Money(paise) for n, paise in self._options.pulses.items()}
        self._ledger = Ledger(folder / "pulse.json", Record)
        self._record = self._ledger.load() or Record(new_epoch())
        self._reader = TrainReader(self._options.width_ms / 1000, self._options.gap_ms / 1000)
        self._edges: deque[tuple[float, bool]] = deque()
        self._leased: frozenset[Money] = frozenset()
        self._session = ""
        self._line: Any = None
        self._gate: Any = None
        self._is_open = False
        self._shut_at = -LATE
        self._warm_at = NEVER
        self._is_stuck = False
        self._is_unexpected = False
        self._alarm: asyncio.TimerHandle | None = None

    # --- pins ----------------------------------------------------------------------------------

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._tell_again()

        def on_link(is_up: bool) -> None:
            _call_in(loop, self._on_link, is_up)

        options = self._options
        factory = open_factory(options.pin_factory, options.bench, self.name, on_link)
        try:
            self._open(factory, loop)
            await asyncio.Event().wait()
        finally:
            self._close()
            await asyncio.to_thread(factory.close)  # it waits until the gate is shut

    def _open(self, factory: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._gate = factory.pin(self._options.enable_pin)
        self._gate.output_with_state(0)  # low inhibits, and so does a pin that nobody drives
        self._line = factory.pin(self._options.pulse_pin)
        self._line.input_with_pull("up")
        self._line.edges = "both"

        def on_edge(ticks: float, state: int) -> None:
            """From a thread of gpiozero, with the kernel's time of the edge."""
            self._edges.append((ticks, self._is_active(state)))
            _call_in(loop, self.look)

        self._on_edge = on_edge  # the pin keeps only a weak reference
        self._line.when_changed = on_edge

    def _is_active(self, level: int) -> bool:
        """The pull-up holds an open contact high."""
        return bool(level) is (self._options.contact == "nc")

    def _close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        for pin in (self._gate, self._line):
            if pin is not None:
                pin.close()
        self._warm_at = NEVER

    def _on_link(self, is_up: bool) -> None:
        """The pins can be read from now on, or no more."""
        self._warm_at = self.now() + WARM_UP if is_up else NEVER
        self._edges.clear()
        self._reader = TrainReader(self._options.width_ms / 1000, self._options.gap_ms / 1000)
        if is_up:
            self._reader.edge(self._is_active(self._line.state), self.now())
        self._give_up_train()
        self.look()

    # --- what the till says --------------------------------------------------------------------

    def on_command(self, command: DeviceCommand) -> Reply:
        if not isinstance(command, Acknowledge):
            return Reply(Outcome.REFUSED, f"a coin acceptor cannot {type(command).__name__}")
        left = [event for event in self._record.pending if str(event.id) != command.key]
        if len(left) != len(self._record.pending):
            self._save(pending=left)
        return Reply(Outcome.DONE)

    def on_lease(self, lease: Lease | None) -> None:
        self._leased = frozenset(lease.denominations if lease else ())
        self._session = lease.session if lease else ""
        self.look()

    # --- what the line says --------------------------------------------------------------------

    def look(self) -> None:
        """Take the edges that came, conclude what is certain, and come back when more will be."""
        while self._edges:
            at, is_active = self._edges.popleft()
            self._reader.edge(is_active, at)
            self._take_events()
        self._reader.tick(self.now() - HEARD_WITHIN)
        self._take_events()
        self._move_gate()
        self._set_alarm()
        self.host.changed()

    def _take_events(self) -> None:
        while (event := self._reader.next_event()) is not None:
            match event:
                case Began(at) if self._is_warm(at):
                    self._save(is_counting=True)
                case Train():
                    self._on_train(event)
                case Stuck(pulses):
                    log.warning("%s: line stuck after %d pulses", self.name, pulses)
                    self._is_stuck = True
                    self._give_up_train()
                case Freed():
                    self._is_stuck = False
                case _:
                    pass

    def _on_train(self, train: Train) -> None:
        """A credit only for a known number of pulses that began with the gate open or just shut."""
        if not self._is_warm(train.at):
            return
        value = self._values.get(train.pulses)
        self._is_unexpected = not self._is_open and train.at - self._shut_at > LATE
        if value is None or self._is_unexpected:
            log.error("%s: %d pulses, %s", self.name, train.pulses, self._words())
            self._lose_one("" if self._is_unexpected else self._record.session)
            self.host.tell(CheatAttempt(f"{train.pulses} pulses"))
            return
        coin = CoinAccepted(self._next_id(), value, self._record.session)
        self._save(
            running=coin.id.counter,
            accepted=self._record.accepted + 1,
            accepted_paise=self._record.accepted_paise + value.paise,
            is_counting=False,
            pending=[*self._record.pending, coin],
        )
        self.host.tell(coin)

    def _words(self) -> str:
        return "while inhibited" if self._is_unexpected else "not in the table"

    def _is_warm(self, at: float) -> bool:
        return at >= self._warm_at

    def _give_up_train(self) -> None:
        """A train whose end nobody counted: a coin of unknown value is in the box."""
        if self._record.is_counting:
            self._lose_one(self._record.session)

    def _lose_one(self, session: str) -> None:
        lost = CreditsLost(self._next_id(), 1, session)
        self._save(
            running=lost.id.counter,
            lost=self._record.lost + 1,
            is_counting=False,
            pending=[*self._record.pending, lost],
        )
        self.host.tell(lost)

    def _next_id(self) -> EventId:
        return EventId(f"pulse-{self.name}", self._record.epoch, self._record.running + 1)

    def _tell_again(self) -> None:
        for event in self._record.pending:
            self.host.tell(event)

    # --- the gate ------------------------------------------------------------------------------

    def _move_gate(self) -> None:
        """Open it exactly while every value that may come is leased: one wire inhibits them all."""
        is_wanted = self._may_open()
        if is_wanted and self._record.session != self._session:
            is_wanted = self._begin_session()
        if is_wanted is self._is_open or self._gate is None:
            return
        if self._is_open:
            self._shut_at = self.now()
        self._is_open = is_wanted
        self._gate.state = int(is_wanted)

    def _may_open(self) -> bool:
        is_all_leased = set(self._values.values()) <= self._leased
        return is_all_leased and not self._is_stuck and self.now() >= self._warm_at

    def _begin_session(self) -> bool:
        """Another citizen's coins only when none of the one before can still be on its way."""
        if self._is_open or self.now() - self._shut_at < LATE or not self._reader.is_quiet:
            return False
        self._save(session=self._session)
        return True

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        now = self.now()
        deadline = self._reader.next_deadline() + HEARD_WITHIN
        if now < self._warm_at:
            deadline = min(deadline, self._warm_at)
        if self._leased and now - self._shut_at < LATE:
            deadline = min(deadline, self._shut_at + LATE)
        if deadline != NEVER:
            self._alarm = asyncio.get_running_loop().call_later(
                max(deadline - now, 0.001), self.look
            )

    def _save(self, **changes: Any) -> None:
        self._record = msgspec.structs.replace(self._record, **changes)
        self._ledger.save(self._record)

    # --- the whole present truth ---------------------------------------------------------------

    def state(self) -> DeviceState:
        values = sorted(self._values.values())
        return DeviceState(
            name=self.name,
            kind=self.section.kind,
            family=self.section.family,
            status=self._status(),
            faults=self._faults(),
            identity=Identity(model=f"pulse ({self._options.pin_factory})"),
            counters={
                "accepted": self._record.accepted,
                "accepted_paise": self._record.accepted_paise,
                "lost": self._record.lost,
                "events": self._record.running,
                "noise": self._reader.noise,
                "unacknowledged": len(self._record.pending),
            },
            denominations=values,
            accepting=values if self._is_open else [],
        )

    def _status(self) -> Status:
        if self._warm_at == NEVER:
            return Status.GONE
        if self._is_stuck:
            return Status.OUT_OF_SERVICE
        if self.now() < self._warm_at:
            return Status.STARTING
        return Status.DEGRADED if self._is_unexpected else Status.READY

    def _faults(self) -> list[Fault]:
        found = []
        if self._warm_at == NEVER:
            found.append(Fault(LinkLost.code, "the pins are away"))
        if self._is_stuck:
            found.append(Fault(STUCK, "the coin line does not rest: cut, shorted or jammed"))
        if self._is_unexpected:
            found.append(Fault(UNEXPECTED, "pulses while no coin may come in"))
        return found


def _call_in(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *args: Any) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call, *args)
