"""The kiosk tested by itself, without hands: every part's own word, the disk, the clock.

Pure: facts in, one line a check out. What needs hands is a device's test (`kioskctl device test`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from firmware.contract.device import USABLE, DeviceState, Kind
from firmware.contract.gateway import GatewayState
from firmware.contract.health import CoreState, Presence

DAEMONS = ("core", "health", "ui", "uplink")


class Check(msgspec.Struct, frozen=True):
    """`what` is a device, `daemon.core`, `disk`, `clock`, `back_end` or `journal`."""

    what: str
    is_good: bool
    detail: str = ""


@dataclass(frozen=True)
class Heard:
    """What is known just now."""

    expected: Mapping[str, Kind]
    devices: Mapping[str, DeviceState] = field(default_factory=dict)
    presences: Mapping[str, Presence] = field(default_factory=dict)
    core: CoreState | None = None
    gateway: GatewayState | None = None
    free_mib: int = 0
    least_free_mib: int = 0  # [limits] free_mib
    clock_is_set: bool = False


def self_test(heard: Heard) -> list[Check]:
    """Every check, whether good or not, in the same order each time."""
    return [*_devices(heard), *_daemons(heard), *_till(heard), *_machine(heard)]


def _devices(heard: Heard) -> Iterator[Check]:
    for name, kind in sorted(heard.expected.items()):
        state = heard.devices.get(name)
        if state is None:
            yield Check(name, False, f"{kind}: never heard of")
            continue
        faults = " ".join(fault.code for fault in state.faults)
        identity = state.identity
        unit = f"{identity.maker} {identity.model} {identity.serial}".strip()
        about = " ".join(filter(None, [f"{kind}: {state.status}", faults, unit]))
        yield Check(name, state.status in USABLE, about)


def _daemons(heard: Heard) -> Iterator[Check]:
    for name in DAEMONS:
        presence = heard.presences.get(name)
        is_alive = presence is not None and presence.is_alive
        version = presence.version if presence is not None else "never heard of"
        yield Check(f"daemon.{name}", is_alive, version)


def _till(heard: Heard) -> Iterator[Check]:
    gateway, core = heard.gateway, heard.core
    detail = "gateway: never heard of" if gateway is None else gateway.detail
    yield Check("back_end", gateway is not None and gateway.is_online, detail)
    if core is None:
        yield Check("journal", False, "core: never heard of")
        return
    why = core.no_records_because or ("" if core.to_confirm is None else "to be confirmed")
    yield Check("journal", not why, why or f"{core.journal_rows} rows")


def _machine(heard: Heard) -> Iterator[Check]:
    is_roomy = heard.free_mib >= heard.least_free_mib
    yield Check("disk", is_roomy, f"{heard.free_mib} MiB free, {heard.least_free_mib} needed")
    set_or_not = "set by the network" if heard.clock_is_set else "not set since the start"
    yield Check("clock", heard.clock_is_set, set_or_not)
