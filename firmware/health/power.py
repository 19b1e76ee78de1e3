"""When the power ends: what was done, in which order, and how many milliseconds each step took.

The steps are others' doing (`docs/cash.md`): core shuts the slots and ends the visit, drivers give
notes back and let printers finish. Here they are watched, written down before the machine is told
to halt, and told to the fleet after the next start, so that a battery that has become too small is
seen before it costs somebody a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from firmware.contract.device import DeviceState, Kind, Status, Switch
from firmware.contract.health import CoreState

ACCEPTORS = (Kind.NOTES, Kind.COINS)
PRINTERS = (Kind.RECEIPT, Kind.PAGE, Kind.PVC)
STEPS = ("slots_shut", "escrow_empty", "printers_parked", "journal_quiet", "halt")


class PowerEnd(msgspec.Struct, frozen=True, omit_defaults=True):
    """`at` is ISO 8601; `steps` in milliseconds since the battery said that it is low. A step that
    was not seen is not there."""

    at: str
    steps: dict[str, int]


@dataclass(frozen=True)
class Seen:
    """What stands on the bus just now."""

    devices: Mapping[str, DeviceState]
    core: CoreState | None

    def has(self, switch: Switch) -> bool:
        return any(state.inputs.get(switch, False) for state in self.devices.values())

    @property
    def is_ending(self) -> bool:
        """No mains, and little left in the battery."""
        return self.has(Switch.MAINS_IS_OFF) and self.has(Switch.BATTERY_IS_LOW)

    def done(self) -> list[str]:
        """The steps that are over as it stands, but the halt."""
        usable = [each for each in self.devices.values() if each.status is not Status.GONE]
        acceptors = [each for each in usable if each.kind in ACCEPTORS]
        printers = [each for each in usable if each.kind in PRINTERS]
        over = {
            "slots_shut": not any(each.accepting for each in acceptors),
            "escrow_empty": not any(each.held for each in acceptors),
            "printers_parked": not any(each.status is Status.BUSY for each in printers),
            "journal_quiet": self.core is not None and self.core.may_halt,
        }
        return [step for step, is_over in over.items() if is_over]


class PowerWatch:
    """`now` is monotonic seconds, `at` the time of day (ISO 8601)."""

    def __init__(self) -> None:
        self._began: tuple[float, str] | None = None
        self._steps: dict[str, int] = {}

    @property
    def end(self) -> PowerEnd | None:
        """As far as it went; None while there is power."""
        return None if self._began is None else PowerEnd(self._began[1], dict(self._steps))

    def look(self, seen: Seen, now: float, at: str) -> PowerEnd | None:
        """What to write down before the machine is halted, once it may be; else None.

        A step that is undone (a note that came after all) counts from when it is done again.
        """
        if not seen.is_ending:
            self._began, self._steps = None, {}
            return None
        if self._began is None:
            self._began = now, at
        passed = round((now - self._began[0]) * 1000)
        done = seen.done()
        self._steps = {step: self._steps.get(step, passed) for step in done}
        if "journal_quiet" not in done or set(STEPS) - {"halt"} - set(done):
            return None
        return PowerEnd(self._began[1], {**self._steps, "halt": passed})
