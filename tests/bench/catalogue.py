"""The catalogue's start: a thousand services read and checked, against plain tomllib on the same
files in the same run. What is above the ratio of 1 is ours: the schema and the order.
"""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from firmware.services import catalogue
from firmware.services.catalogue import load_catalogue
from tests.bench.figures import Figure, percentile

SERVICES, ROUNDS = 1000, 7
AIM = 0.200  # seconds for SERVICES
SHIPPED = Path(catalogue.__file__).parent
OF_ALL = ("categories.toml", "coming.toml")


def run(services: int = SERVICES, rounds: int = ROUNDS) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as name:
        folder = Path(name)
        _fill(folder, services)
        ours: list[float] = []
        plain: list[float] = []
        for _ in range(rounds):  # in turn, so that other work on the machine meets both
            ours.append(_seconds(lambda: load_catalogue(folder=folder)))
            plain.append(_seconds(lambda: _parse(folder)))
    mine, other = percentile(ours, 0.5), percentile(plain, 0.5)
    aim = AIM * services / SERVICES
    return [
        Figure(f"catalogue of {services} services, read and checked", f"{mine * 1000:.0f} ms",
               rounds, f"< {aim * 1000:.0f} ms", is_met=mine < aim),
        Figure("plain tomllib, the same files", f"{other * 1000:.0f} ms", rounds),
        Figure("ratio", f"{mine / other:.2f}", rounds),
    ]  # fmt: skip


def _fill(folder: Path, services: int) -> None:
    """Copies of those that are shipped, each under an id of its own."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in SHIPPED.glob("*.toml")}
    for name in OF_ALL:
        (folder / name).write_text(texts.pop(name), encoding="utf-8")
    models = sorted(texts.items())
    for number in range(services):
        name, text = models[number % len(models)]
        old = name.removesuffix(".toml")
        fresh = text.replace(f'id = "{old}"', f'id = "s{number}"', 1)
        (folder / f"s{number}.toml").write_text(fresh, encoding="utf-8")


def _parse(folder: Path) -> None:
    for path in folder.iterdir():
        tomllib.loads(path.read_text(encoding="utf-8"))


def _seconds(work: Callable[[], object]) -> float:
    """On this process's own processor time: others use the machine, too."""
    began = time.process_time()
    work()
    return time.process_time() - began
