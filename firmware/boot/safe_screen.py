"""`kiosk-safe-screen`: the last words of a kiosk whose screen does not come up, in plain text.

systemd starts it on the kernel's console when `kiosk-ui` or the bus has failed for good, and says
in the environment which unit it was and how it ended (systemd.exec(5), `$MONITOR_*`). No
configuration is read, because that may be what is wrong.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

SAFE_FOR = 60.0  # seconds; then systemd tries the screen again
CLEAR = (
    "\x1b[2J\x1b[H\x1b[?25l"  # ECMA-48: erase, home; the cursor hidden as console_codes(4) has it
)
HELPLINE = "181"

WORDS = """\

    OUT OF SERVICE                             Helpline {helpline}

    This kiosk is not working. No money is taken.
    It tries again by itself in a minute.

    For the technician: {unit} ended ({result}, status {status}).
"""


def words(facts: Mapping[str, str]) -> str:
    """What stands on the console, from systemd's facts about the unit that failed."""
    return WORDS.format(
        helpline=HELPLINE,
        unit=facts.get("MONITOR_UNIT", "a unit"),
        result=facts.get("MONITOR_SERVICE_RESULT", "unknown"),
        status=facts.get("MONITOR_EXIT_STATUS", "unknown"),
    )


def main() -> int:
    sys.stdout.write(CLEAR + words(os.environ).replace("\n", "\r\n"))
    sys.stdout.flush()
    time.sleep(SAFE_FOR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
