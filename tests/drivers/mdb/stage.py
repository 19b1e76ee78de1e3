"""A changer, its driver and a till on one wire in memory, for the incidents."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

from drivers.base.loopback import Till, Visit, Wire, make_in
from drivers.mdb.emulator import CoinChangerEmulator
from firmware.contract.device import (
    CoinAccepted,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    Lease,
    Outcome,
)
from firmware.contract.money import Money, rupees
from firmware.contract.payout import PayOut
from tests.drivers.mdb.test_conformance import make_changer

READY_BY = 2.0  # seconds; start-up on a good wire takes a tenth of it
Told = TypeVar("Told")


def lease(session: str = "visit", *values: int) -> Lease:
    return Lease(session, 5.0, [rupees(value) for value in values or (1, 2, 5, 10, 20)])


class Eats(Wire):
    """Loses the next answer of the adapter that begins so, whole."""

    def __init__(self, front: bytes) -> None:
        self.front, self.eaten = front, list[bytes]()

    def carry(self, data: bytes) -> list[tuple[float, bytes]]:
        if not self.eaten and data.startswith(self.front):
            self.eaten.append(data)
            return []
        return super().carry(data)


class Clerk(Till):
    """Journals, and acknowledges only while told to."""

    acknowledges = True

    def answer(self, event: DeviceEvent) -> list[DeviceCommand]:
        return super().answer(event) if self.acknowledges else []


class Stage(Visit):
    """A visit that is ready at `READY_BY`, and a few questions to ask of it."""

    def __init__(self, folder: Path, emulator: CoinChangerEmulator | None = None) -> None:
        self.changer = emulator or CoinChangerEmulator()
        super().__init__(make_in(folder, make_changer), self.changer, Clerk(lease()), Wire())
        self.run(READY_BY)

    def wait(self, seconds: float) -> None:
        self.run(self.now + seconds)

    def insert(self, *paise: int, every: float = 0.5) -> None:
        for value in paise:
            self.hand("insert", paise=value)
            self.wait(every)

    def pays(self, name: str, amount: Money) -> Outcome:
        return self.device.on_command(PayOut(name, amount)).outcome

    @property
    def state(self) -> DeviceState:
        return self.device.state()

    @property
    def faults(self) -> list[str]:
        return [fault.code for fault in self.state.faults]

    @property
    def physics(self) -> dict[str, Any]:
        return self.emulator.physics()

    def told(self, kind: type[Told]) -> list[Told]:
        return [event for event in self.till.journal.values() if isinstance(event, kind)]

    @property
    def credited(self) -> dict[str, int]:
        counts = Counter(coin.value.paise for coin in self.told(CoinAccepted))
        return {str(paise): count for paise, count in sorted(counts.items())}
