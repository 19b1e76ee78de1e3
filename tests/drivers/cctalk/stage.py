"""A coin acceptor, its driver and a till on one wire in memory, for the incidents."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from drivers.base.loopback import Till, Visit, Wire, make_in
from drivers.cctalk.driver import CoinAcceptor
from drivers.cctalk.emulator import INDIAN_COINS, CoinAcceptorEmulator
from firmware.contract.device import (
    CoinAccepted,
    CreditsLost,
    DeviceCommand,
    DeviceEvent,
    DeviceState,
    Kind,
    Lease,
    Status,
)
from firmware.contract.money import Money
from firmware.runtime.config import DeviceSection

READY_BY = 2.0  # seconds; start-up on a good wire takes half of it


def lease(*paise: int) -> Lease:
    return Lease("visit", 5.0, [Money(value) for value in paise or INDIAN_COINS.values()])


def make_device(folder: Path, **options: Any) -> CoinAcceptor:
    section = DeviceSection("cctalk", Kind.COINS, "/dev/null", {"coins": INDIAN_COINS, **options})
    return CoinAcceptor("coins", section, folder)


class SlowTill(Till):
    """Journals, and acknowledges only while told to."""

    def __init__(self, lease: Lease | None = None, acknowledges: bool = True) -> None:
        super().__init__(lease)
        self.acknowledges = acknowledges

    def answer(self, event: DeviceEvent) -> list[DeviceCommand]:
        return super().answer(event) if self.acknowledges else []


class Stage(Visit):
    """A visit that is ready at `READY_BY`, and a few questions to ask of it."""

    def __init__(
        self,
        folder: Path,
        emulator: CoinAcceptorEmulator | None = None,
        till: Till | None = None,
        wire: Wire | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            make_in(folder, lambda place: make_device(place, **options)),
            emulator or CoinAcceptorEmulator(),
            till or SlowTill(lease()),
            wire or Wire(),
        )
        self.run(READY_BY)

    def wait(self, seconds: float) -> None:
        self.run(self.now + seconds)

    def insert(self, *paise: int, every: float = 0.5) -> None:
        for value in paise:
            self.hand("insert", paise=value)
            self.wait(every)

    @property
    def state(self) -> DeviceState:
        return self.device.state()

    def status(self) -> Status:
        return self.state.status

    @property
    def faults(self) -> list[str]:
        return [fault.code for fault in self.state.faults]

    @property
    def physics(self) -> dict[str, Any]:
        return self.emulator.physics()

    @property
    def credited(self) -> dict[str, int]:
        values = [e.value.paise for e in self.till.journal.values() if isinstance(e, CoinAccepted)]
        return {str(paise): count for paise, count in sorted(Counter(values).items())}

    @property
    def lost(self) -> int:
        return sum(e.count for e in self.till.journal.values() if isinstance(e, CreditsLost))
