"""A pack, from file to something that may be laid down; and at the district, the way back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from firmware.content.manifest import Manifest, read_manifest
from firmware.content.pictures import drawn
from firmware.content.signed import (
    LONGEST_LIST,
    MANIFEST,
    SIGNATURE,
    SUMS,
    check_file,
    check_signature,
    listed,
    sign,
    sums_of,
)
from firmware.content.tape import PackRefused, files, written
from firmware.runtime.config import ConfigError

HEAD = (SUMS, SIGNATURE, MANIFEST)


class Pack(msgspec.Struct, frozen=True):
    """A pack that the district has signed. `pictures` by their place, as our own PNG."""

    manifest: Manifest
    head: dict[str, bytes]  # its first three files, as they came
    pictures: dict[str, bytes]


def read_pack(content: bytes, key: bytes) -> Pack:
    """Read and prove a pack; nothing but two headers of tar is looked at before the signature.

    Raises PackRefused.
    """
    there: dict[str, bytes] = {}
    sums: dict[str, tuple[str, int]] = {}
    for name, each in files(content):
        if len(there) < len(HEAD) and name != HEAD[len(there)]:
            raise PackRefused(f"expected {HEAD[len(there)]} here, got {name}")
        if name in there:
            raise PackRefused(f"{name} is there twice")
        if name in (SUMS, SIGNATURE) and len(each) > LONGEST_LIST:
            raise PackRefused(f"{name}: expected at most {LONGEST_LIST} bytes, got {len(each)}")
        there[name] = each
        if name == SIGNATURE:
            check_signature(there[SUMS], each, key)
            sums = sums_of(there[SUMS])
        elif name != SUMS:
            check_file(name, each, sums)
    if missing := sorted({*HEAD, *sums} - set(there)):
        raise PackRefused(f"expected {', '.join(missing)}, which the file does not hold")
    return _understood(there)


def _understood(there: Mapping[str, bytes]) -> Pack:
    try:
        manifest = read_manifest(there[MANIFEST], MANIFEST)
    except ConfigError as error:
        raise PackRefused(str(error)) from None
    named = set(manifest.picture.values())
    if (others := set(there) - {*HEAD}) != named:
        differing = ", ".join(sorted(others ^ named))
        raise PackRefused(f"{MANIFEST} and the files do not agree on {differing}")
    pictures: dict[str, bytes] = {
        place: drawn(place, there[name]) for place, name in manifest.picture.items()
    }
    return Pack(manifest, {name: there[name] for name in HEAD}, pictures)


def sealed(folder: Path, seed: bytes) -> bytes:
    """At the district: the pack of a folder with `content.toml` and its pictures, signed.

    Raises PackRefused for one that no kiosk would take, and OSError.
    """
    manifest = (folder / MANIFEST).read_bytes()
    try:
        names = sorted(set(read_manifest(manifest, MANIFEST).picture.values()))
    except ConfigError as error:
        raise PackRefused(str(error)) from None
    contents = {MANIFEST: manifest, **{name: (folder / name).read_bytes() for name in names}}
    sums = listed(contents)
    head = {SUMS: sums, SIGNATURE: f"{sign(seed, sums)}\n".encode()}
    return written({**head, **contents})
