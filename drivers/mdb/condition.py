"""How the changer is: its link, what jams, which tubes lie, as faults and one status."""

from __future__ import annotations

from drivers.mdb.codec import Said
from drivers.mdb.coins import ChangerStatus, Deposited, Route
from drivers.mdb.events import DeviceReset, Event, LinkLost, LinkRestored, Polled, Refused, Started
from firmware.contract.device import Fault, Status

SAID_LASTS = 30.0  # seconds: what a changer says once stands so long, or until a coin comes in
CODES = {
    ChangerStatus.COIN_JAM: "coins.jam",
    ChangerStatus.ACCEPTOR_UNPLUGGED: "coins.acceptor.unplugged",
    ChangerStatus.TUBE_JAM: "coins.payout.jam",
    ChangerStatus.TUBE_SENSOR: "coins.tube.sensor",
    ChangerStatus.ROUTING_ERROR: "coins.routing",
    ChangerStatus.ROM_CHECKSUM: "coins.device.checksum",
    ChangerStatus.CREDITED_COIN_REMOVAL: "coins.fraud",
}
TAKES_NONE = frozenset({"coins.jam", "coins.acceptor.unplugged", "coins.device.checksum"})
PAYS_NONE = frozenset({"coins.payout.jam", "coins.device.checksum"})


class Condition:
    """Follows the protocol's events. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._break: str | None = "link.lost"
        self._refusal = ""
        self._is_started = False
        self._until: dict[str, float] = {}  # fault code -> when it ends

    def note(self, event: Event, now: float) -> None:
        match event:
            case Started():
                self._is_started, self._refusal = True, ""
            case LinkRestored():
                self._break = None
            case LinkLost(where):
                self._is_started, self._break = False, where.value
            case Refused(why):
                self._is_started, self._refusal = False, why
            case DeviceReset():
                self._is_started = False
                self._until.clear()
            case Polled(activities):
                if any(
                    isinstance(a, Deposited) and a.route is not Route.REJECT for a in activities
                ):
                    self._until.pop("coins.jam", None)
                said = {CODES[s] for a in activities if isinstance(a, Said)
                        for s in CODES if s is a.status}  # fmt: skip
                if "coins.acceptor.unplugged" not in said:
                    self._until.pop("coins.acceptor.unplugged", None)
                self._until |= dict.fromkeys(said, now + SAID_LASTS)
            case _:
                pass
        self._until = {code: until for code, until in self._until.items() if until > now}

    @property
    def may_accept(self) -> bool:
        return self._is_started and not TAKES_NONE & self._until.keys()

    @property
    def may_pay(self) -> bool:
        return self._is_started and not PAYS_NONE & self._until.keys()

    def status(self, is_paying: bool) -> Status:
        if self._break is not None:
            return Status.GONE
        if self._refusal or TAKES_NONE & self._until.keys():
            return Status.OUT_OF_SERVICE
        if not self._is_started:
            return Status.STARTING
        if is_paying:
            return Status.BUSY
        return Status.DEGRADED if self._until else Status.READY

    def faults(self) -> list[Fault]:
        found = [Fault(code) for code in sorted(self._until)]
        if self._refusal:
            found.append(Fault("coins.device.refuses", self._refusal))
        if self._break is not None:
            found.append(Fault(f"coins.{self._break}"))
        return found
