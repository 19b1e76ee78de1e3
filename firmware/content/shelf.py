"""Where packs lie on a kiosk: the one in force, and the one before it.

    <state>/content/index       durable: which is in force, which was before, the highest ever
    <state>/content/7/          sums, signature, content.toml as they came; logo.png, banner.png

A folder is written whole under another name, then renamed, then the index says so: a power cut
leaves the pack of before. Core proves the signature again before it shows a word, so whoever reads
foreign pictures and writes here cannot speak for the district.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec

from firmware.content.manifest import Manifest, picture_file, read_manifest
from firmware.content.pack import HEAD, Pack, read_pack
from firmware.content.signed import MANIFEST, SIGNATURE, SUMS, check_file, check_signature, sums_of
from firmware.content.tape import PackRefused
from firmware.runtime.config import Config, ConfigError
from firmware.runtime.durable import CorruptFile, read_durably, sync_folder, write_durably

INDEX = "index"
FRESH = "fresh"  # a folder that is being written
FOLDER_MODE, FILE_MODE = 0o755, 0o644  # read by core and the screen, written by neither


class Index(msgspec.Struct, frozen=True):
    """Versions; 0 is none."""

    current: int = 0
    previous: int = 0
    highest: int = 0  # that ever came: an old pack is not taken again
    sums: str = ""  # SHA-256 of its list of files: it alone may come once more


class Look(msgspec.Struct, frozen=True):
    """What is known at one moment. `why` says why nothing is in force; empty where something is, or
    where no pack ever came."""

    manifest: Manifest | None = None
    why: str = ""


def content_folder(state_folder: Path) -> Path:
    return state_folder / "content"


def shelf_of(config: Config) -> Shelf:
    """Of the kiosk that this is."""
    return Shelf(content_folder(config.state_folder), bytes.fromhex(config.content.key))


class Shelf:
    """`key` is the district's, empty where this kiosk has none."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder, self._key = folder, key

    # --- reading -----------------------------------------------------------------------------

    def index(self) -> Index:
        """Raises PackRefused where it cannot be read: then nothing is in force."""
        try:
            raw = read_durably(self.folder / INDEX)
            return Index() if raw is None else msgspec.json.decode(raw, type=Index)
        except (OSError, CorruptFile, msgspec.DecodeError) as error:
            raise PackRefused(f"{self.folder / INDEX}: {error}") from None

    def _index_or_none(self) -> Index:
        """For who installs: one that is lost must not keep every pack out for ever."""
        try:
            return self.index()
        except PackRefused:
            return Index()

    def look(self, today: date) -> Look:
        """The manifest that is in force, proven by its signature; no picture is opened."""
        try:
            current = self.index().current
            if not current:
                return Look()
            manifest = self.manifest(current)
        except PackRefused as error:
            return Look(None, str(error))
        why = manifest.why_not(today)
        return Look(None, why) if why else Look(manifest)

    def manifest(self, version: int) -> Manifest:
        """What the district has signed under this version; raises PackRefused."""
        folder = self.folder / str(version)
        try:
            head = {name: (folder / name).read_bytes() for name in HEAD}
            check_signature(head[SUMS], head[SIGNATURE], self._key)
            check_file(MANIFEST, head[MANIFEST], sums_of(head[SUMS]))
            manifest = read_manifest(head[MANIFEST], str(folder / MANIFEST))
        except (OSError, ConfigError) as error:
            raise PackRefused(str(error)) from None
        gone = [
            p for p in manifest.picture if not (self.folder / picture_file(version, p)).exists()
        ]
        if manifest.version != version or gone:
            raise PackRefused(f"{folder}: expected version {version} with all of its pictures")
        return manifest

    # --- changing ----------------------------------------------------------------------------

    def check(self, content: bytes) -> Pack:
        """Read and prove a pack, and whether it may be taken here; changes nothing. Raises
        PackRefused."""
        pack, index = read_pack(content, self._key), self._index_or_none()
        version = pack.manifest.version
        is_old = version < index.highest
        if is_old or (version == index.highest and _sums_hash(pack) != index.sums):
            raise PackRefused(
                f"version {index.highest} was here: expected a newer one, got version {version}"
            )
        return pack

    def install(self, content: bytes) -> Manifest:
        """Lay a pack down and put it in force; the one in force before is kept. One that is in
        force already changes nothing. Raises PackRefused, and OSError where it cannot be written.
        """
        with self._alone():
            pack, index = self.check(content), self._index_or_none()
            version = pack.manifest.version
            if version == index.current and self._is_there(pack):
                return pack.manifest
            if not self._is_there(pack):
                self._lay_down(pack)
            previous = index.previous if index.current == version else index.current
            self._put(Index(version, previous, version, _sums_hash(pack)))
            return pack.manifest

    def rollback(self) -> Manifest:
        """Put the pack of before in force; raises PackRefused where there is none that is whole."""
        with self._alone():
            index = self.index()
            if not index.previous:
                raise PackRefused("no pack was here before the one in force")
            manifest = self.manifest(index.previous)
            self._put(Index(index.previous, index.current, index.highest, index.sums))
            return manifest

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A technician and kiosk-content.service may come at once: who is second waits. The lock
        goes with its process. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _is_there(self, pack: Pack) -> bool:
        """Whether it lies here, whole."""
        folder = self.folder / str(pack.manifest.version)
        try:
            self.manifest(pack.manifest.version)
            return (folder / SUMS).read_bytes() == pack.head[SUMS]
        except (OSError, PackRefused):
            return False

    def _lay_down(self, pack: Pack) -> None:
        fresh, there = self.folder / FRESH, self.folder / str(pack.manifest.version)
        for old in (fresh, there):
            shutil.rmtree(old, ignore_errors=True)
        fresh.mkdir()
        fresh.chmod(FOLDER_MODE)
        pictures = {f"{place}.png": content for place, content in pack.pictures.items()}
        for name, content in {**pack.head, **pictures}.items():
            _write(fresh / name, content)
        sync_folder(fresh)
        fresh.rename(there)
        sync_folder(self.folder)

    def _put(self, index: Index) -> None:
        """What is neither in force nor before it goes."""
        write_durably(self.folder / INDEX, msgspec.json.encode(index))
        for path in (self.folder / INDEX, self.folder / f"{INDEX}.previous"):
            if path.exists():
                path.chmod(FILE_MODE)
        kept = {str(index.current), str(index.previous)}
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder)


def _sums_hash(pack: Pack) -> str:
    return hashlib.sha256(pack.head[SUMS]).hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(FILE_MODE)
