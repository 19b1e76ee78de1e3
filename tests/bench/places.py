"""A village found by its name, a key at a time, among all those of a state.

The names are made of syllables, seeded: as many that begin alike as in a real list.
"""

from __future__ import annotations

import time
from random import Random

from firmware.contract.screen import MOST_ROWS
from firmware.services.place_index import PlaceIndex
from firmware.services.places import District, Places, Tehsil, Village
from tests.bench.figures import Figure, percentile

DISTRICTS, TEHSILS, VILLAGES = 33, 10, 150  # 49,863 places: a state
ROUNDS = 5
AIM_KEY, AIM_START = 0.050, 3.0  # seconds
HINDI = "क ख गि चो टे डा नी पु बै मा रा ला वा सी हा ड़ा पुर गढ़"
ENGLISH = "ka kha gi cho te da ni pu bai ma ra la va si ha da pur garh"
TYPED = ("k", "ka", "kam", "kama", "म", "मा", "मारा", "kalan", "zz", "gi da pur")


def run(districts: int = DISTRICTS, rounds: int = ROUNDS) -> list[Figure]:
    places = _state(districts)
    begun = time.perf_counter()
    index = PlaceIndex(places)
    start = time.perf_counter() - begun
    keys = [_key(index, typed) for _ in range(rounds) for typed in TYPED]
    slowest = max(keys)
    read = f"{index.count(()):,} places read at the start"
    return [
        Figure(read, f"{start:.2f} s", 1, f"{AIM_START:.0f} s", start < AIM_START),
        Figure("a key, p50", f"{percentile(keys, 0.5) * 1e3:.1f} ms", len(keys)),
        Figure("a key, slowest", f"{slowest * 1e3:.1f} ms", len(keys),
               f"{AIM_KEY * 1e3:.0f} ms", slowest < AIM_KEY),
    ]  # fmt: skip


def _state(districts: int) -> Places:
    draw = Random(1)
    return Places("2026-11-01", [
        District(f"d{d}", *_name(draw), [
            Tehsil(f"t{d}x{t}", *_name(draw), [
                Village(f"v{d}x{t}x{v}", *_name(draw)) for v in range(VILLAGES)
            ]) for t in range(TEHSILS)
        ]) for d in range(districts)
    ])  # fmt: skip


def _name(draw: Random) -> tuple[str, str]:
    syllables = [*zip(HINDI.split(), ENGLISH.split(), strict=True)]
    both = [draw.choice(syllables) for _ in range(draw.randint(2, 5))]
    hindi, english = ("".join(part) for part in zip(*both, strict=True))
    return (f"{hindi} कलां", f"{english} Kalan") if draw.random() < 0.3 else (hindi, english)


def _key(index: PlaceIndex, typed: str) -> float:
    """Seconds that one key takes, what was typed before included."""
    begun = time.perf_counter()
    index.find(typed, (), 3, MOST_ROWS)
    return time.perf_counter() - begun
