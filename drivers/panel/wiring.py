"""Which switch and which light is on which pin, read from `kiosk.toml`.

Pins are numbered as Broadcom does (GPIO17 is 17). A switch is closed to ground while all is well
and the pin has its pull-up, so a cut wire reads as an open door, never as a shut one.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from firmware.runtime.config import ConfigError, convert

# GPIO0 and 1 belong to the EEPROM of a HAT; the 40-pin header ends at GPIO27.
Pin = Annotated[int, msgspec.Meta(ge=2, le=27)]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]

CONTACT_IS_OPEN = 1  # level of an input: the pull-up wins
CONTACT_IS_CLOSED = 0  # level of an input: the switch wins
DOOR_IS_OPEN = "door_is_open"
CASH_BOX_IS_OUT = "cash_box_is_out"


def _door() -> dict[str, int]:
    return {DOOR_IS_OPEN: 17}


def _door_and_cash_box() -> dict[str, int]:
    return {DOOR_IS_OPEN: 17, CASH_BOX_IS_OUT: 27}


def _guides() -> dict[str, int]:
    return {"notes_guide": 22, "coins_guide": 23, "receipt_guide": 24}


class PanelOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[device.panel.options]`. `bench` is the socket of kiosk-bench, for that factory only.

    Empty means $KIOSK_BENCH, and without that where systemd would put it.
    """

    pin_factory: Literal["bench", "lgpio"] = "lgpio"
    inputs: dict[Name, Pin] = msgspec.field(default_factory=_door)
    outputs: dict[Name, Pin] = msgspec.field(default_factory=_guides)
    bench: str = ""


class BenchOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[bench.panel]`: the wires of the emulated panel; may have more than the kiosk uses."""

    inputs: dict[Name, Pin] = msgspec.field(default_factory=_door_and_cash_box)
    outputs: dict[Name, Pin] = msgspec.field(default_factory=_guides)


def panel_options(options: dict[str, Any], where: str) -> PanelOptions:
    """Raises ConfigError."""
    wiring = convert(options, PanelOptions, where)
    _each_pin_once(wiring.inputs, wiring.outputs, where)
    return wiring


def bench_options(options: dict[str, Any], where: str) -> BenchOptions:
    """Raises ConfigError."""
    wiring = convert(options, BenchOptions, where)
    _each_pin_once(wiring.inputs, wiring.outputs, where)
    return wiring


def _each_pin_once(inputs: dict[str, int], outputs: dict[str, int], where: str) -> None:
    used: dict[int, str] = {}
    for name, pin in [*inputs.items(), *outputs.items()]:
        if pin in used:
            raise ConfigError(f"{where}: {name} and {used[pin]} are both on pin {pin}")
        used[pin] = name
