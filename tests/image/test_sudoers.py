"""What the technician may run as somebody else: the file he brings must be one that they can read.

`rates install` as core's user was given a place in a folder that core may not enter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.image.unit_files import ROOT

ALLOWED = re.compile(r"technician ALL=\((?P<user>[a-z-]+)\) NOPASSWD: (?P<commands>.*)")
READ_AND_ENTER = 5
TECHNICIAN = "technician"


def commands() -> Iterator[tuple[str, str]]:
    for line in (ROOT / "systemd/sudoers.d/kiosk").read_text(encoding="utf-8").splitlines():
        if (found := ALLOWED.fullmatch(line)) is not None:
            yield from ((found["user"], each.strip()) for each in found["commands"].split(","))


def folders() -> dict[PurePosixPath, tuple[int, str, str]]:
    """Mode, owner and group, by tmpfiles.d(5)."""
    lines = (ROOT / "systemd/tmpfiles.d/kiosk.conf").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line.startswith("d ")]
    return {PurePosixPath(row[1]): (int(row[2], 8), row[3], row[4]) for row in rows}


def groups_of(user: str) -> set[str]:
    """By sysusers.d(5): its own, and those it is a member of."""
    lines = (ROOT / "systemd/sysusers.d/kiosk.conf").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines]
    return {user, *(row[2] for row in rows if row[:2] == ["m", user])}


def may(user: str, mode: int, owner: str, group: str) -> bool:
    if user == "root":
        return True
    shift = 6 if user == owner else 3 if group in groups_of(user) else 0
    return (mode >> shift) & READ_AND_ENTER == READ_AND_ENTER


@pytest.mark.parametrize(("user", "command"), list(commands()))
def test_whoever_reads_a_file_of_the_technician_may_enter_its_folder(
    user: str, command: str
) -> None:
    for word in command.split()[1:]:
        if word.startswith("/"):
            place = PurePosixPath(word).parent
            assert place in folders(), "made at every start, with its owner"
            assert may(user, *folders()[place]), f"{user} may not read in {place}"
            assert may(TECHNICIAN, *folders()[place]), f"nobody can bring a file to {place}"


def test_no_command_has_a_wildcard() -> None:
    said = Path(ROOT / "systemd/sudoers.d/kiosk").read_text(encoding="utf-8")
    assert "*" not in said and len(list(commands())) > 10
