"""`make weeks`: 2,000 orders over three weeks without the office, and the line that comes back."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import table
from tests.weeks.reckoning import disk, run

ORDERS, SPEED, SEED = 2000, 15.0, 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.weeks", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--speed", type=float, default=SPEED, help="of the kiosk's time")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="weeks-", dir=disk()) as folder:
        outcome = run(Path(folder), chosen.orders, chosen.speed, chosen.seed)
    title = (
        f"weeks: {chosen.orders} orders, seed {chosen.seed}, time {chosen.speed:.0f} times as fast"
    )
    print(table(title, outcome.figures()))
    print(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores,"
          f" {time.monotonic() - began:.0f} s of this machine")  # fmt: skip
    faults = outcome.faults()
    print("\n".join(faults) or "  every payment is booked once, in the order of the receipts")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
