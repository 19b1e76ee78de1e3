"""`kiosk-safe-screen`: the last words of a kiosk whose screen does not come up, in plain text.

The console has no Devanagari: the Hindi stands in Latin letters, as people type it on a telephone.
systemd starts it when `kiosk-ui` has failed for good, and says in the environment how it ended
(systemd.exec(5), `$MONITOR_*`). It writes on the kernel's console. No configuration is read,
because that may be what is wrong.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

SAFE_FOR = 60.0  # seconds; then systemd tries the screen again
CLEAR = (
    "\x1b[2J\x1b[H\x1b[?25l"  # ECMA-48: erase, home; the cursor hidden as console_codes(4) has it
)
HELPLINE = "181"
CONSOLE = Path("/dev/tty1")

WORDS = """\

    KIOSK BAND HAI . OUT OF SERVICE            Helpline {helpline}

    Machine abhi kaam nahin kar rahi. Paise na daalen.
    Ek minute mein yah khud phir koshish karegi. Sahayata: {helpline}

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
    try:
        CONSOLE.write_text(CLEAR + words(os.environ).replace("\n", "\r\n"), encoding="ascii")
    except OSError as error:  # no screen at all: the journal has it
        print(f"kiosk-safe-screen: {error}", words(os.environ), file=sys.stderr)  # noqa: T201
    time.sleep(SAFE_FOR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
