"""A meeting held by the real launcher, with a browser that needs no screen: a program of its own,
because it becomes the parent of every process below it.

    python -m tests.firmware.meeting.holder HALL PROFILE
"""

from __future__ import annotations

import sys
from pathlib import Path

from firmware.meeting.__main__ import Launcher
from firmware.meeting.browser import Browser
from firmware.meeting.hall import read_order
from firmware.runtime.clock import SystemClock

PIPE = (3, 4)  # of --remote-debugging-pipe
NOBODY = 65534
# Chromium's sandbox is not for root, so root steps down first, as the unit's user would be.
AS_NOBODY = (
    "sh", "-c", f'chown {NOBODY}:{NOBODY} "$HOME" && exec setpriv --reuid={NOBODY} '
    f'--regid={NOBODY} --clear-groups --no-new-privs --bounding-set=-all "$@"', "as-nobody",
)  # fmt: skip
WITHOUT_A_SCREEN = (
    "--headless=new", "--use-fake-device-for-media-stream", "--remote-debugging-pipe",
    "--enable-logging=stderr", "--log-level=2",
)  # fmt: skip


def main() -> None:
    hall, profile = Path(sys.argv[1]), Path(sys.argv[2])
    meeting = read_order(hall)
    assert meeting is not None
    browser = Browser(profile, front=AS_NOBODY, extra=WITHOUT_A_SCREEN)
    Launcher(hall, meeting, browser, PIPE).hold(SystemClock())


if __name__ == "__main__":
    main()
