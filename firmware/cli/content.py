"""`kioskctl content list|check|install|rollback|sign|conduct`: the district's pack on this kiosk.

Whoever installs reads foreign pictures, so on a kiosk that is the user kiosk-content, who reads no
journal and speaks on no bus: a pack comes on standard input (`-`), on a stick (`stick`, as root,
who hands it on without a look at it), or from the fleet (`fleet`: kiosk-content.service runs it).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from firmware.boot.stick import STICK, mounted
from firmware.cli.asking import tell_core
from firmware.cli.exits import Exit
from firmware.cli.hand_on import STDIN, hand_on
from firmware.cli.output import refuse, show
from firmware.cli.parsing import JSON, add_by
from firmware.content.handed import install_handed, packs_folder
from firmware.content.manifest import Manifest
from firmware.content.pack import read_pack, sealed
from firmware.content.shelf import Shelf, shelf_of
from firmware.content.tape import LARGEST, PackRefused
from firmware.contract.content import SetConduct
from firmware.runtime.clock import SystemClock
from firmware.runtime.config import Config
from firmware.till.signing import NoKey, load_fleet_seed

ON_STICK = "kiosk.content"  # the name of the file on it
OF_FLEET = "fleet"  # what the uplink has fetched
USER = "kiosk-content"


async def packs(config: Config, options: argparse.Namespace) -> int:
    """0, or 1 where a pack is here and cannot be shown."""
    shelf, today = shelf_of(config), SystemClock().now().date()
    found = shelf.look(today)
    try:
        index = shelf.index()
    except PackRefused:
        told = {"current": 0, "previous": 0, "why_not_shown": found.why}
        show(options, told, [f"nothing is in force: {found.why}"])
        return Exit.NOT_WELL
    packs = ((index.current, "in force"), (index.previous, "before it"))
    lines = [_line(shelf, version, stands, today) for version, stands in packs if version]
    none = "No content pack was ever installed: the kiosk shows its own words alone."
    told = {"current": index.current, "previous": index.previous, "why_not_shown": found.why}
    show(options, told, lines if index.current else [none])
    return Exit.NOT_WELL if found.why and index.current else Exit.WELL


def _line(shelf: Shelf, version: int, stands: str, today: date) -> str:
    try:
        manifest = shelf.manifest(version)
    except PackRefused as error:
        return f"content {version}, {stands}: REFUSED: {error}"
    why = manifest.why_not(today)
    return f"{_named(manifest)}, {why or stands}"


def _named(manifest: Manifest) -> str:
    pictures = ", ".join(sorted(manifest.picture)) or "no picture"
    return (
        f"content {manifest.version} ({manifest.title}), {pictures},"
        f" from {manifest.valid_from} until {manifest.valid_until}"
    )


async def check(config: Config, options: argparse.Namespace) -> int:
    """0 for a pack that this kiosk would take; changes nothing."""
    key = bytes.fromhex(config.content.key)
    return _said(options, lambda: read_pack(_content(options.file), key).manifest, "would be taken")


async def install(config: Config, options: argparse.Namespace) -> int:
    """0 installed, or there before; 1 refused, and why: the one in force stays."""
    if options.file == STICK:
        return _from_stick(options)
    shelf = shelf_of(config)
    if options.file == OF_FLEET:
        return _install_handed(options, shelf, packs_folder(config.state_folder))
    return _said(
        options, lambda: shelf.install(_content(options.file)), "is in force: seen after this visit"
    )


async def rollback(config: Config, options: argparse.Namespace) -> int:
    """0 when the pack of before is in force; 1 where there is none."""
    return _said(options, shelf_of(config).rollback, "is in force again")


def _install_handed(options: argparse.Namespace, shelf: Shelf, folder: Path) -> int:
    """0 also for one that is refused: the fleet hears why, and another try would end the same."""
    made = install_handed(shelf, folder)
    show(options, made, ["nothing was fetched" if made is None else made.said])
    return Exit.WELL


def _said(options: argparse.Namespace, act: Callable[[], Manifest], done: str) -> int:
    try:
        manifest = act()
    except (OSError, PackRefused) as error:
        return refuse(f"the content in force stays: {error}")
    show(options, manifest, [f"{_named(manifest)}, {done}"])
    return Exit.WELL


def _from_stick(options: argparse.Namespace) -> int:
    words = ["content", "install", *([JSON] if options.json else [])]
    try:
        with mounted() as stick, (stick / ON_STICK).open("rb") as pack:
            return hand_on(USER, options.config, *words, content=pack)
    except OSError as error:
        return refuse(f"the content in force stays: {error}")


def _content(said: str) -> bytes:
    """One byte more than the most, so that too much is seen and not read."""
    if said == STDIN:
        return sys.stdin.buffer.read(LARGEST + 1)
    with Path(said).open("rb") as file:
        return file.read(LARGEST + 1)


def sign(options: argparse.Namespace) -> int:
    """At the district, without a kiosk: the pack of a folder."""
    try:
        content = sealed(options.folder, load_fleet_seed(options.seed))
        options.out.write_bytes(content)
    except (OSError, PackRefused, NoKey) as error:
        return refuse(str(error))
    told = {"file": str(options.out), "bytes": len(content)}
    show(options, told, [f"{options.out}: {len(content)} bytes"])
    return Exit.WELL


async def conduct(config: Config, options: argparse.Namespace) -> int:
    """0 when it is on record. Raises NoBus."""
    said = SetConduct(options.switch == "on", options.by, options.reason)
    return await tell_core(config, said, options)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`content` and what can be done with it."""
    top = commands.add_parser("content", help="the district's pictures and words; code of conduct")
    what = top.add_subparsers(dest="what", required=True)
    what.add_parser("list", help="the pack in force, and the one before it").set_defaults(run=packs)
    for name, run, words in (
        ("check", check, "would this kiosk take it? changes nothing"),
        ("install", install, "take a newer pack: a file, - for standard input, stick, or fleet"),
    ):
        one = what.add_parser(name, help=words)
        one.add_argument("file")
        one.set_defaults(run=run)
    back = what.add_parser("rollback", help="the pack of before is in force again")
    back.set_defaults(run=rollback)
    two = what.add_parser("sign", help="at the district: make a pack of a folder")
    two.add_argument("folder", type=Path, help="with content.toml and its pictures")
    two.add_argument("seed", type=Path, help="the district's private key, in hex")
    two.add_argument("out", type=Path)
    two.set_defaults(without_config=sign)
    three = what.add_parser("conduct", help="the model code of conduct before an election")
    three.add_argument("switch", choices=("on", "off"))
    add_by(three)
    three.add_argument("--reason", required=True, help="by which order")
    three.set_defaults(run=conduct)
