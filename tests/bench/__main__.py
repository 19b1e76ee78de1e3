"""`make bench`: what the kiosk costs and how quick it is, each figure beside its aim.

Nothing here fails for being slow: a machine that does other work would decide. Read the load that
is printed with the tables.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench import (
    cash,
    catalogue,
    drivers,
    growth,
    handing,
    idle,
    image,
    journal,
    papers,
    places,
    receipt,
    steps,
    uplink,
    window,
    wire,
)
from tests.bench.figures import delays, table

ROUNDS = 1500  # commits to each side
IDLE_SECONDS = 20.0
TENS = [10] * (cash.BILL // 10)
VISITS = [TENS, TENS, TENS]  # 141 notes
ORDER_AIM, PIXEL_AIM, PAPER_AIM = 0.030, 0.100, 0.300  # seconds, at p99


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"expected {', '.join(BENCHMARKS)}, got {', '.join(unknown)}")
    for name in names:
        print(BENCHMARKS[name](), flush=True)
        print(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n", flush=True)
    return 0


def of_journal(rounds: int = ROUNDS, warm_up: int = journal.WARM_UP) -> str:
    return table("journal: one row, one commit, on disk", journal.run(rounds, warm_up))


def of_places(districts: int = places.DISTRICTS, rounds: int = places.ROUNDS) -> str:
    return table("places: a village by its name", places.run(districts, rounds))


def of_uplink(rows: int = handing.ROWS, commits: int = handing.COMMITS) -> str:
    costs = table("uplink: bytes a day, both ways, TLS included", asyncio.run(uplink.run()))
    return costs + "\n" + table("uplink: what core hands over", handing.run(rows, commits))


def of_growth(
    sizes: Sequence[int] = growth.SIZES,
    openings: int = growth.OPENINGS,
    visits: int = growth.VISITS,
) -> str:
    return table("growth: the journal over the years", growth.run(sizes, openings, visits))


def of_cash(visits: list[list[int]] = VISITS) -> str:
    takings = asyncio.run(cash.take(visits))
    figures = [
        delays("escrow said -> stack ordered", takings.ordered_after, ORDER_AIM),
        delays("credit told -> document on the bus", takings.said_after),
        delays("credit told -> its sum in pixels", takings.drawn_after, PIXEL_AIM),
        delays("last credit told -> the receipt moves", takings.printed_after, PAPER_AIM),
    ]
    return table("cash: a whole kiosk takes notes", figures)


def of_steps(visits: int = steps.VISITS) -> str:
    return table("steps: from a press to the next screen", asyncio.run(steps.run(visits)))


def of_idle(seconds: float = IDLE_SECONDS, settles_in: float = idle.SETTLES_IN) -> str:
    figures = asyncio.run(idle.run(seconds, settles_in))
    return table("idle: the attract screen, nobody there", figures)


def of_wire(rounds: int = wire.ROUNDS, keys: int = wire.KEYS) -> str:
    figures = wire.run(rounds, keys)
    return table("wire: ours against what other people wrote, the same frames", figures)


def of_papers(pages: int = papers.PAGES, tickets: int = papers.TICKETS) -> str:
    figures = papers.run(pages, tickets)
    return table("papers: ours against what other people wrote, the same picture", figures)


def of_receipt(prints: int = receipt.PRINTS) -> str:
    return table("receipt: from the order to the first byte", receipt.run(prints))


def of_drivers(seconds: float = IDLE_SECONDS, settles_in: float = drivers.SETTLES_IN) -> str:
    figures = asyncio.run(drivers.run(seconds, settles_in))
    return table("drivers: each alone, on its pty", figures)


def of_catalogue(services: int = catalogue.SERVICES, rounds: int = catalogue.ROUNDS) -> str:
    return table("catalogue: the services at a start", catalogue.run(services, rounds))


def of_window(
    starts: int = window.STARTS,
    touches: int = window.TOUCHES,
    visits: int = window.VISITS,
    seconds: float = window.WATCHED,
) -> str:
    figures = asyncio.run(window.run(starts, touches, visits, seconds))
    return table("window: alone, a core that only speaks", figures)


def of_image() -> str:
    """Needs `make test-image` before, or $KIOSK_IMAGE: the folder of an image with a console."""
    if not (folder := os.environ.get("KIOSK_IMAGE", "")):
        return "image: not measured: $KIOSK_IMAGE names no folder of an image (make image)"
    return table("image: the whole machine, in QEMU", image.run(Path(folder)))


BENCHMARKS: dict[str, Callable[[], str]] = {
    "journal": of_journal,
    "growth": of_growth,
    "cash": of_cash,
    "steps": of_steps,
    "idle": of_idle,
    "wire": of_wire,
    "papers": of_papers,
    "drivers": of_drivers,
    "receipt": of_receipt,
    "catalogue": of_catalogue,
    "places": of_places,
    "uplink": of_uplink,
    "window": of_window,
    "image": of_image,
}

if __name__ == "__main__":
    sys.exit(main())
