"""Where the uplink, which fetches a pack, and kiosk-content, which reads it, meet: two files.

    <state>/packs/part       what has come so far: the uplink's
    <state>/packs/pack       whole, with the hash that the fleet named: kiosk-content.path sees it
    <state>/packs/outcome    what kiosk-content made of it; then it takes `pack` away

Who speaks with the world opens no picture, and who opens pictures has no network. Neither believes
the other: a file is opened as a plain file, and read no further than it may be long.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from firmware.content.manifest import Manifest
from firmware.content.shelf import Shelf
from firmware.content.tape import LARGEST, PackRefused
from firmware.runtime.durable import sync_file, sync_folder

PART, PACK, OUTCOME = "part", "pack", "outcome"
LONGEST_OUTCOME = 4096  # bytes: a sentence
GROUP_READS, ALL_READ = 0o640, 0o644


class Made(msgspec.Struct, frozen=True):
    """What was made of a pack, named by its SHA-256 in hex. `said` is for people."""

    sha256: str
    is_installed: bool
    said: str


def packs_folder(state_folder: Path) -> Path:
    return state_folder / "packs"


# --- the uplink's side --------------------------------------------------------------------------


def hand_over(folder: Path) -> None:
    """What has come is whole: from here on it is kiosk-content's. Raises OSError."""
    part = folder / PART
    sync_file(part)
    part.chmod(GROUP_READS)
    (folder / OUTCOME).unlink(missing_ok=True)
    part.replace(folder / PACK)
    sync_folder(folder)


def is_handed_over(folder: Path) -> bool:
    return (folder / PACK).exists() or (folder / OUTCOME).exists()


def made_of(folder: Path, sha256: str) -> Made | None:
    """What kiosk-content says of that pack; None while it says nothing. Raises ValueError for what
    it cannot have said, and OSError."""
    try:
        with _opened(folder / OUTCOME) as file:
            made = msgspec.json.decode(file.read(LONGEST_OUTCOME), type=Made)
    except FileNotFoundError:
        return None
    return made if made.sha256 == sha256 else None


def clear(folder: Path) -> None:
    """Nothing is wanted any more. Raises OSError."""
    for name in (PART, PACK, OUTCOME):
        (folder / name).unlink(missing_ok=True)


# --- kiosk-content's side -----------------------------------------------------------------------


def install_handed(shelf: Shelf, folder: Path) -> Made | None:
    """Install what lies there, say what came of it, and take it away; None where nothing lies.

    Killed at any point, it is done again: a pack that is in force already changes nothing.
    Raises OSError.
    """
    try:
        with _opened(folder / PACK) as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    made = _install(shelf, content)
    _say(folder, made)
    (folder / PACK).unlink(missing_ok=True)
    sync_folder(folder)
    return made


def _install(shelf: Shelf, content: bytes) -> Made:
    digest = hashlib.sha256(content).hexdigest()
    try:
        manifest = shelf.install(content)
    except (OSError, PackRefused) as error:
        return Made(digest, False, f"the content in force stays: {error}")
    return Made(digest, True, _in_force(manifest))


def _in_force(manifest: Manifest) -> str:
    until = f"until {manifest.valid_until}"
    return f"content {manifest.version} is in force from {manifest.valid_from} {until}"


def _say(folder: Path, made: Made) -> None:
    """Whole, or not at all."""
    fresh = folder / f"{OUTCOME}.new"
    fresh.unlink(missing_ok=True)
    with fresh.open("xb") as file:
        file.write(msgspec.json.encode(made))
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(ALL_READ)
    fresh.replace(folder / OUTCOME)


def _opened(path: Path) -> BinaryIO:
    """A file of the other's: no link is followed, and no pipe waited for."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags), "rb")
