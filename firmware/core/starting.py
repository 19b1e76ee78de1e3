"""How core asks systemd to start something anew without a word to systemd: a file in RAM.

`kiosk-restart.path` sees it, and `kiosk-restart` (firmware/boot/restart.py) does it. So the process
with the journal needs no D-Bus, and who may restart cannot be asked for anything else.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = "ask"  # below [paths] run; tmpfiles.d makes it core's to write and root's to read
NAME = "restart"


def asked_at(run_folder: Path) -> Path:
    return run_folder / FOLDER / NAME


def ask_for(what: str, run_folder: Path) -> None:
    """`what` is a word of firmware/contract/desk.py; a later one replaces one not yet read."""
    path = asked_at(run_folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{what}\n", encoding="ascii")
    fresh.chmod(0o644)  # a word, and no secret
    fresh.replace(path)
