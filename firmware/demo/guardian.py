"""The guardian of a family of processes: see family.py. Imports nothing that takes time to load."""

import os
import signal
import sys
import time

STOPS_WITHIN = 2.0  # seconds from the request to end until the kill


def main() -> None:
    """Wait until standard input ends, then end the whole process group, oneself included."""
    sys.stdin.buffer.read()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    time.sleep(STOPS_WITHIN)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
