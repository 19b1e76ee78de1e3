"""Which switch, light, lamp and fan is on which pin, read from `kiosk.toml`.

Pins are numbered as Broadcom does (GPIO17 is 17). A switch is closed to ground while all is well
and the pin has its pull-up, so a cut wire reads as an open door, never as a shut one.
"""

from __future__ import annotations

import difflib
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from firmware.contract.device import Guide, Switch
from firmware.runtime.config import ConfigError, convert

# GPIO0 and 1 belong to the EEPROM of a HAT; the 40-pin header ends at GPIO27.
Pin = Annotated[int, msgspec.Meta(ge=2, le=27)]
# Only a UPS and a sensor have outputs that cannot be wired otherwise. Door, tamper and cash box are
# bare contacts that can, and an alarm that a pair of pliers silences is none.
Invertible = Literal["mains_is_off", "battery_is_low", "nobody_is_near"]

CONTACT_IS_OPEN = 1  # level of an input: the pull-up wins
CONTACT_IS_CLOSED = 0  # level of an input: the switch wins


class Lamp(StrEnum):
    """The three lamps of the tower; health says what they tell, the driver how."""

    GREEN = "tower_green"
    AMBER = "tower_amber"
    RED = "tower_red"


FAN = "fan"  # LOW runs it: see README
SWITCHES = tuple(switch.value for switch in Switch)
OUTPUTS = (*(guide.value for guide in Guide), *(lamp.value for lamp in Lamp), FAN)
TEMPERATURE_FILE = "/sys/class/thermal/thermal_zone0/temp"  # thousandths of a degree, as text


def _door() -> dict[str, int]:
    return {Switch.DOOR_IS_OPEN: 17}


def _all_switches() -> dict[str, int]:
    return {
        Switch.DOOR_IS_OPEN: 17,
        Switch.TAMPER: 16,
        Switch.CASH_BOX_IS_OUT: 27,
        Switch.MAINS_IS_OFF: 20,
        Switch.BATTERY_IS_LOW: 21,
    }


def _guides() -> dict[str, int]:
    return {Guide.NOTES: 22, Guide.COINS: 23, Guide.RECEIPT: 24}


def _all_outputs() -> dict[str, int]:
    """Of GPIO9 to 27, which have their pull-down at reset: nothing shines, and the fan runs."""
    slots = {**_guides(), Guide.CARD: 25, Guide.PAGE: 12, Guide.PVC: 13}
    return {**slots, Lamp.GREEN: 18, Lamp.AMBER: 19, Lamp.RED: 26, FAN: 11}


class PanelOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.panel.options]`. `bench` is the socket of kiosk-bench, for that factory only.

    Empty means $KIOSK_BENCH, and without that where systemd would put it.
    """

    pin_factory: Literal["bench", "lgpio"] = "lgpio"
    inputs: dict[str, Pin] = msgspec.field(default_factory=_door)
    outputs: dict[str, Pin] = msgspec.field(default_factory=_guides)
    active_low: list[Invertible] = []  # switches whose fact is true while the pin is low
    temperature_file: str = TEMPERATURE_FILE
    bench: str = ""


class BenchOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[bench.panel]`: the wires of the emulated panel; may have more than the kiosk uses."""

    inputs: dict[str, Pin] = msgspec.field(default_factory=_all_switches)
    outputs: dict[str, Pin] = msgspec.field(default_factory=_all_outputs)
    active_low: list[Invertible] = []
    battery_s: Annotated[float, msgspec.Meta(gt=0, le=36_000)] = 900.0  # that it lasts when full
    temperature_file: str = ""  # where the emulated board's temperature is written; empty: nowhere


Wiring = PanelOptions | BenchOptions


def panel_options(options: dict[str, Any], where: str) -> PanelOptions:
    """Raises ConfigError."""
    wiring = convert(options, PanelOptions, where)
    _check(wiring, where)
    return wiring


def bench_options(options: dict[str, Any], where: str) -> BenchOptions:
    """Raises ConfigError."""
    wiring = convert(options, BenchOptions, where)
    _check(wiring, where)
    return wiring


def level_of(fact: bool, is_active_low: bool) -> int:
    """The level of an input whose switch tells this fact."""
    return CONTACT_IS_OPEN if fact is not is_active_low else CONTACT_IS_CLOSED


def nearest(name: str, known: tuple[str, ...]) -> str:
    """The end of an error message: the name that was probably meant, or all there are."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"


def _check(wiring: Wiring, where: str) -> None:
    _all_known(wiring.inputs, SWITCHES, f"{where}: no switch")
    _all_known(wiring.outputs, OUTPUTS, f"{where}: no output")
    for inverted in wiring.active_low:
        if inverted not in wiring.inputs:
            raise ConfigError(f"{where}: active_low names {inverted}, which is not among inputs")
    used: dict[int, str] = {}
    for name, pin in [*wiring.inputs.items(), *wiring.outputs.items()]:
        if pin in used:
            raise ConfigError(f"{where}: {name} and {used[pin]} are both on pin {pin}")
        used[pin] = name


def _all_known(names: dict[str, int], known: tuple[str, ...], what: str) -> None:
    for name in names:
        if name not in known:
            raise ConfigError(f"{what} {name!r}; {nearest(name, known)}")
