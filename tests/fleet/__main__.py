"""`make fleet`: thousands of simulated kiosks on this machine, the servers killed, and the counts.

python -m tests.fleet --kiosks 15000            with TLS, as it would be
python -m tests.fleet --kiosks 15000 --plain    without, to see what TLS costs
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.fleet.trial import Trial

ROOM = 200  # open files of a broker beside its connections


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    parser.add_argument("--kiosks", type=int, default=15_000)
    parser.add_argument("--plain", action="store_true", help="no TLS, no access list")
    parser.add_argument("--processes", type=int, default=2, help="of simulated kiosks")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each load")
    parser.add_argument("--visits", type=float, default=100.0, help="a second, in all")
    parser.add_argument("--storm", type=float, default=60.0, help="seconds of the first storm")
    parser.add_argument("--back-off", type=float, default=60.0, help="the longest, seconds")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds until sent again")
    chosen = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if chosen.kiosks + ROOM > most:
        print(f"expected at most {most} open files (ulimit -Hn), got {chosen.kiosks} kiosks")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    folder.chmod(0o755)
    began = time.monotonic()
    try:
        found = asyncio.run(Trial(folder, chosen).run())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(found) or "nothing lost, nothing doubled, every chain whole")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores,"
          f" {time.monotonic() - began:.0f} s of this machine")  # fmt: skip
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
