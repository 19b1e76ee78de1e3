"""`kiosk.toml`: typed, bounded, and an unknown key is an error that names the nearest known one."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import msgspec
from msgspec.structs import fields

from firmware.contract.device import Kind
from firmware.runtime.bus import Address
from firmware.runtime.gateway_section import DEFAULT, GatewaySection
from firmware.runtime.outer_sections import ContentSection, MeetingSection
from firmware.runtime.ui_section import UiSection
from firmware.runtime.uplink_section import UplinkSection

Section = TypeVar("Section")
DeviceName = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]


class ConfigError(ValueError):
    """Says the file, the key, what was expected and what was found."""


class KioskSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,31}$")]
    place: dict[str, str]  # by language: hi, en
    receipt_prefix: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2,4} [0-9]{4}$")]
    helpline: str = "181"
    neighbours: list[dict[str, str]] = []  # other kiosks near, by language: said where one is off


class PathsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    state: str = "/var/lib/kiosk"  # survives a power cut: journal, ledgers, inventory
    run: str = "/run/kiosk"  # RAM: sockets, the present visit
    operators: str = "/etc/kiosk/operators.toml"  # names and PIN hashes: kioskctl operator
    places: str = "/etc/kiosk/places.toml"  # the district's own list; else that of the release


class BusSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    socket: str = "/run/kiosk/bus/bus.sock"
    credentials: str = "/etc/kiosk/bus"  # a folder with one password file a user


class TimesSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds of patience. Under three minutes a visit is the aim; money gets more time."""

    screen: Annotated[float, msgspec.Meta(ge=2, le=600)] = 45.0
    cash: Annotated[float, msgspec.Meta(ge=2, le=600)] = 120.0
    warning: Annotated[float, msgspec.Meta(ge=1, le=60)] = 15.0
    done: Annotated[float, msgspec.Meta(ge=1, le=120)] = 20.0


class PracticeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Play money (docs/practice.md). An operator may always start it."""

    citizens_may: bool = False  # from the first screen


Rupees = Annotated[int, msgspec.Meta(ge=1, le=2000)]  # one note or coin
CashLimit = Annotated[int, msgspec.Meta(ge=10, le=10_000_000)]  # rupees


class LimitsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much cash this kiosk takes, in rupees; what is left out is not limited."""

    per_visit: CashLimit | None = None
    per_day: CashLimit | None = None
    refused: list[Rupees] = []  # notes and coins that this kiosk does not take
    # Free disk under [paths] state. A visit writes about 60 KB; a database that cannot grow stops.
    free_mib: Annotated[int, msgspec.Meta(ge=1, le=65536)] = 64


class DeviceSection(msgspec.Struct, frozen=True):
    """`[device.<name>]`: what every family needs. The rest belongs to the family, in `options`."""

    family: str
    kind: Kind
    port: str = ""
    options: dict[str, Any] = {}


class PartySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[party.<name>]`: one wire with several devices, and a port of its own for each driver."""

    port: str
    wire: str  # a row of `kiosk.wires` in setup.cfg
    ports: Annotated[list[str], msgspec.Meta(min_length=1, max_length=16)]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kiosk: KioskSection
    gateway: GatewaySection
    device: dict[DeviceName, DeviceSection]
    paths: PathsSection = PathsSection()
    bus: BusSection = BusSection()
    ui: UiSection = UiSection()
    times: TimesSection = TimesSection()
    limits: LimitsSection = LimitsSection()
    practice: PracticeSection = PracticeSection()
    content: ContentSection = ContentSection()
    meeting: MeetingSection = MeetingSection()
    bench: dict[DeviceName, dict[str, Any]] = {}  # options of emulated devices: {"speed": 5.0}
    party: dict[DeviceName, PartySection] = {}
    uplink: UplinkSection | None = None  # None: the fleet hears nothing of this kiosk

    @property
    def state_folder(self) -> Path:
        return Path(self.paths.state)

    @property
    def run_folder(self) -> Path:
        return Path(self.paths.run)

    @property
    def spool_folder(self) -> Path:
        """Where documents lie on their way to a printer, in RAM: a folder a device."""
        return self.run_folder / "spool"

    def bus_address(self, user: str) -> Address:
        """Reads the password of `user`; raises ConfigError when it cannot be read."""
        folder = Path(os.environ.get("CREDENTIALS_DIRECTORY", self.bus.credentials))
        try:
            password = (folder / user).read_text().strip()
        except OSError as error:
            raise ConfigError(f"bus password of {user}: {error}") from None
        return Address(Path(self.bus.socket), user, password)


def load(path: Path) -> Config:
    """Read `kiosk.toml`; raises ConfigError."""
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    config = convert(document, Config, where=str(path))
    _check_routes(config.gateway, where=str(path))
    _check_printers(config, where=str(path))
    return config


def _check_routes(gateway: GatewaySection, where: str) -> None:
    """A route leads to a connector that is there, and that serves what is sent to it."""
    for service, name in gateway.route.items():
        at = f"{where}: [gateway.route] {service}"
        if name not in (DEFAULT, *gateway.connector):
            raise ConfigError(f"{at}: no connector `{name}`{nearest(name, gateway.connector)}")
        if name != DEFAULT and service not in (serves := gateway.connector[name].serves):
            raise ConfigError(f"{at}: `{name}` does not serve it{nearest(service, serves)}")


def _check_printers(config: Config, where: str) -> None:
    """One of each kind: a job is of one printer, and a second that works is no help to it (M5)."""
    for kind in (Kind.RECEIPT, Kind.PAGE, Kind.PVC):
        names = [name for name, section in config.device.items() if section.kind is kind]
        if len(names) > 1:
            found = ", ".join(names)
            raise ConfigError(f"{where}: device: expected one device of kind {kind}, got {found}")


def nearest(unknown: str, known: Iterable[str]) -> str:
    """What was probably meant, as the end of a sentence; empty where nothing is near."""
    near = difflib.get_close_matches(unknown, sorted(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def convert(document: dict[str, Any], section: type[Section], where: str) -> Section:
    """Read a table as `section`; raises ConfigError that names the nearest known key."""
    try:
        return msgspec.convert(document, section)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {_explain(str(error), section)}") from None


def _explain(message: str, section: type[Any]) -> str:
    """msgspec says `Object contains unknown field `prot` - at `$.bus``; add the nearest name."""
    if "unknown field" in message:
        unknown = message.split("`")[1]
        return message + nearest(unknown, _known_keys(section))
    if message.startswith("Invalid value '"):
        return message + nearest(message.split("'")[1], _known_kinds(section))
    return message


def _known_keys(section: type[Any]) -> set[str]:
    """Of the section and of all sections within it."""
    return {field.encode_name for each in _sections(section) for field in fields(each)}


def _known_kinds(section: type[Any]) -> set[str]:
    """The values of `kind` that choose between sections."""
    tags = (each.__struct_config__.tag for each in _sections(section))
    return {tag for tag in tags if isinstance(tag, str)}


def _sections(hint: Any) -> Iterator[type[msgspec.Struct]]:
    """Every Struct that a type is made of: itself, its fields, values of tables, and choices."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
        inner = [field.type for field in fields(hint)]
    else:
        inner = list(get_args(hint))
    for each in inner:
        yield from _sections(each)
