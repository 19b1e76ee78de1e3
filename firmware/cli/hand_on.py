"""From root, who may mount a stick, to the user whose place it is: with what was on it, and no
more of root's."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path
from typing import IO

STDIN = "-"  # said instead of the name of a file
PROGRAM = "/usr/bin/kioskctl"


def hand_on(user: str, config: Path, *words: str, content: IO[bytes]) -> int:
    """`kioskctl WORDS -` as `user`; the exit code. Raises KeyError for a user that is not there."""
    home = pwd.getpwnam(user)
    groups = os.getgrouplist(user, home.pw_gid)
    command = [PROGRAM, "--config", str(config), *words, STDIN]
    return subprocess.run(
        command, stdin=content, user=home.pw_uid, group=home.pw_gid, extra_groups=groups,
        check=False,
    ).returncode  # fmt: skip
