"""Measures the way to the office from the one process that has a route.

From the kernel's own tables (proc(5): net/route, net/arp; sysfs: class/net) and by one look-up of
the office's name; whether the office answers is what the back end's own look said. No packet is
sent that would not be sent anyway, so nothing here disturbs a payment. IPv4 only: of the carriers
and village networks that this kiosk meets, none gives IPv6 alone.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from firmware.contract.gateway import GatewayState
from firmware.contract.network import Hop, HopName, Network, Sim

ROUTES = Path("/proc/self/net/route")
NEIGHBOURS = Path("/proc/self/net/arp")
INTERFACES = Path("/sys/class/net")
MMCLI = "mmcli"  # of ModemManager; a kiosk on a cable has none
ASKS_FOR = 5.0  # seconds for a name, and for the modem
COMPLETE = 0x2  # ATF_COM of linux/if_arp.h: the neighbour answered
UP = 0x1  # RTF_UP of linux/route.h
ANYWHERE = "00000000"
ABSENT = "--"  # ModemManager's word for nothing


# --- what the tables say ----------------------------------------------------------------------


def default_route(table: str) -> tuple[str, str] | None:
    """Interface and address of the router, of the text of net/route; None without one.

    Addresses stand there as eight hex digits of a little-endian word.
    """
    for line in table.splitlines()[1:]:
        cells = line.split()
        if len(cells) > 3 and cells[1] == ANYWHERE and int(cells[3], 16) & UP:
            return cells[0], socket.inet_ntoa(bytes.fromhex(cells[2])[::-1])
    return None


def answered(table: str, address: str) -> bool | None:
    """Whether that neighbour answered of late, of the text of net/arp; None: nobody asked it."""
    for line in table.splitlines()[1:]:
        cells = line.split()
        if len(cells) > 3 and cells[0] == address:
            return bool(int(cells[2], 16) & COMPLETE)
    return None


def sim_of(document: bytes) -> Sim | None:
    """Of `mmcli --modem=any --output-json`; None for what is none of its documents."""
    try:
        modem = msgspec.json.decode(document, type=_Answer).modem
    except msgspec.DecodeError:
        return None
    quality = modem.generic.quality.value
    return Sim(
        operator=_said(modem.network.operator),
        state=_said(modem.generic.state),
        technology=" ".join(modem.generic.technologies),
        signal=int(quality) if quality.isdecimal() else None,
    )


def _said(word: str) -> str:
    return "" if word == ABSENT else word


class _Quality(msgspec.Struct):
    value: str = ABSENT


class _Generic(msgspec.Struct):
    state: str = ABSENT
    technologies: list[str] = msgspec.field(default_factory=list, name="access-technologies")
    quality: _Quality = msgspec.field(default_factory=_Quality, name="signal-quality")


class _Mobile(msgspec.Struct):
    operator: str = msgspec.field(default=ABSENT, name="operator-name")


class _Modem(msgspec.Struct):
    generic: _Generic
    network: _Mobile = msgspec.field(default_factory=_Mobile, name="3gpp")


class _Answer(msgspec.Struct):
    modem: _Modem


# --- what they mean ---------------------------------------------------------------------------


def hops_of(
    carriers: list[str],
    route: tuple[str, str] | None,
    own: str,
    has_answered: bool | None,
    name: Hop,
    office: GatewayState,
) -> list[Hop]:
    """`carriers` are the interfaces with a carrier, `own` is the kiosk's address, or empty.

    A router that nobody asked of late is well where what is behind it answers.
    """
    router = office.is_online or has_answered if route is not None else False
    known = "none given" if route is None else f"{route[1]} by {route[0]}"
    return [
        Hop(HopName.CABLE, bool(carriers), ", ".join(carriers)),
        Hop(HopName.ADDRESS, bool(own) if carriers else None, own),
        Hop(HopName.ROUTER, router if own else None, known),
        name if own else Hop(HopName.NAMES, None, name.detail),
        Hop(HopName.OFFICE, office.is_online, office.detail),
    ]


# --- measuring --------------------------------------------------------------------------------


class NetworkWatch:
    """`url` is the back end's. Times in seconds."""

    def __init__(self, url: str, now: Callable[[], str], interfaces: Path = INTERFACES) -> None:
        self._host = urlsplit(url).hostname or ""
        self._now, self._interfaces = now, interfaces

    async def measure(self, office: GatewayState) -> Network:
        route = default_route(_text(ROUTES))
        has_answered = None if route is None else answered(_text(NEIGHBOURS), route[1])
        own = own_address(route[1]) if route is not None else ""
        hops = hops_of(self._carriers(), route, own, has_answered, await self._name(), office)
        return Network(self._now(), hops, await _sim())

    def _carriers(self) -> list[str]:
        """Interfaces that are up, but the loopback; of some modems the kernel knows no more than
        `unknown`."""
        found = sorted(self._interfaces.iterdir()) if self._interfaces.is_dir() else []
        states = {each.name: _text(each / "operstate").strip() for each in found}
        return [name for name, at in states.items() if name != "lo" and at in ("up", "unknown")]

    async def _name(self) -> Hop:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ASKS_FOR):
                await loop.getaddrinfo(self._host, None, family=socket.AF_INET)
        except (OSError, TimeoutError) as error:
            return Hop(HopName.NAMES, False, f"{self._host}: {error or 'no answer'}")
        return Hop(HopName.NAMES, True, self._host)


def own_address(router: str) -> str:
    """The address that the kernel would send from; a datagram's socket sends nothing by this."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((router, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


async def _sim() -> Sim | None:
    if (program := shutil.which(MMCLI)) is None:
        return None
    process = await asyncio.create_subprocess_exec(
        program,
        "--modem=any",
        "--output-json",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(ASKS_FOR):
            told, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return sim_of(told)


def _text(path: Path) -> str:
    """Empty where the kernel has no such table."""
    try:
        return path.read_text()
    except OSError:
        return ""
