"""The unit files as systemd reads them: a root with ours over the ones this machine has."""

from __future__ import annotations

import configparser
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd" / "system"
PROGRAMS = "/usr/lib/kiosk/bin"
SAMPLE = {  # an instance of each template, so that systemd has something to read
    "kiosk-driver@.service": ("notes", "page", "card", "panel", "pvc", "finger"),
    "kiosk-party-line@.service": ("money",),
}


def services() -> list[str]:
    """Every service of ours, templates as instances."""
    return sorted(_instances())


def _instances() -> Iterator[str]:
    for path in UNITS.glob("*.service"):
        for name in SAMPLE.get(path.name, ("",)):
            yield path.name.replace("@.", f"@{name}.")


def programs() -> set[str]:
    """The entry points of setup.cfg."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    rows = parser["options.entry_points"]["console_scripts"].strip().splitlines()
    return {row.split("=")[0].strip() for row in rows}


def settings(unit: str) -> list[tuple[str, str]]:
    """Every `Key=value` of a unit and its drop-ins, in the order in which they count."""
    template = unit if "@" not in unit else f"{unit.split('@')[0]}@.service"
    folders = ["kiosk-.service.d", f"{template}.d", f"{unit}.d"]
    found = {path.name: path for folder in folders for path in (UNITS / folder).glob("*.conf")}
    files = [UNITS / template, *(found[name] for name in sorted(found))]
    return [pair for path in files for pair in _pairs(path)]


def value(unit: str, key: str) -> str:
    """The last word on `key`; empty when nobody says it."""
    return next((said for name, said in reversed(settings(unit)) if name == key), "")


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, said = line.split("=", 1)
            yield key, said


def install(folder: Path) -> Path:
    """A root with our units, their programs and what this machine's systemd brings."""
    system = folder / "usr/lib/systemd/system"
    shutil.copytree("/usr/lib/systemd/system", system, symlinks=True)
    shutil.copytree(UNITS, system, dirs_exist_ok=True)
    for program in (*(f"{PROGRAMS}/{name}" for name in programs()), *FOREIGN):
        path = folder / program.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    return folder


FOREIGN = ("/usr/sbin/mosquitto", "/usr/bin/xargs", "/usr/bin/rm")
