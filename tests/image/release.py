"""Releases made of the image's root with something else in them, as signed bundles."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.image.unit_files import ROOT

BUILD = ROOT / "image-build"
CONSOLE = "console=ttyS0 no_timer_check systemd.journald.forward_to_console=1"
PACKAGES = "usr/lib/kiosk/lib/python3.13/site-packages"
BUILT_WITHIN = 1200.0  # seconds; a root is compressed in half a minute, on a busy machine in three


def bundle(image: Path, change: Callable[[Path], None], keys: Path) -> Path:
    """The release `image` with `change` made to its root, signed with `keys`; made once."""
    release = (image / "root.hash").read_text()[:16]
    folder = image / "bundles" / f"{release}-{change.__name__}"
    made = folder / "update.raucb"
    if made.exists():
        return made
    root, out = folder / "root", folder / "out"
    _run("rm", "--recursive", "--force", folder)
    folder.mkdir(parents=True)
    # Files are shared with the first root: a change takes one away and makes another.
    _run("cp", "--archive", "--link", image / "root", root)
    change(root)
    _run(BUILD / "disk", "amd64", root, out)
    signer = keys / "signer.pem", keys / "signer.key"
    _run(BUILD / "bundle", "amd64", out, folder / "new.raucb", *signer)
    _run("rm", "--recursive", out, root)
    return (folder / "new.raucb").rename(made)


def is_the_next(root: Path) -> None:
    """It says so in a file, and works as the one before."""
    (root / "usr/share/kiosk/next").write_text("the next release\n")


def has_no_daemons(root: Path) -> None:
    """A module was forgotten: every daemon ends as it starts, core and `kiosk-good` among them."""
    (root / PACKAGES / "firmware/runtime/daemon.py").unlink()
    for compiled in (root / PACKAGES / "firmware/runtime/__pycache__").glob("daemon.*"):
        compiled.unlink()


def _run(*command: Path | str) -> None:
    known = {"CONSOLE": CONSOLE, "SOURCE_DATE_EPOCH": "1767225600", "COMPRESSION": "lz4"}
    subprocess.run(
        command, check=True, capture_output=True, timeout=BUILT_WITHIN, env=os.environ | known
    )
