"""How every screen looked when it was last found good: small lossless pictures beside the tests.

A file a sample and layout, in it a picture a reading (hi, en, mr; normal, large), side by side. The
tolerance lets a renderer round an edge differently, and nothing else: test_screens.py moves a
letter and changes a colour to see that it is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent / "pictures"
ACROSS = {1080: 180, 1920: 240, 1024: 192}  # pixels that are left of so many
ROUNDING = 24  # of 255: what one pixel of a picture may differ


def reduced(picture: Image.Image) -> Image.Image:
    """Every pixel is the mean of the square that it stands for."""
    width = ACROSS[picture.width]
    height = round(picture.height * width / picture.width)
    return picture.resize((width, height), Image.Resampling.BOX)


def path_of(layout: str, name: str) -> Path:
    return FOLDER / layout / f"{name}.webp"


def store(layout: str, name: str, drawn: Sequence[Image.Image]) -> None:
    """These are how it looks from now on."""
    width, height = drawn[0].size
    sheet = Image.new("RGB", (width * len(drawn), height))
    for at, picture in enumerate(drawn):
        sheet.paste(picture, (at * width, 0))
    path = path_of(layout, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, lossless=True, quality=100, method=4)


def differences(layout: str, name: str, drawn: Sequence[Image.Image],
                readings: Sequence[object]) -> list[str]:  # fmt: skip
    """Which of them does not look as stored, and where; or that nothing is stored."""
    path = path_of(layout, name)
    if not path.exists():
        return [f"{name}: no stored picture; `make pictures` writes it"]
    with Image.open(path) as sheet:
        stored = sheet.convert("RGB")
    width, height = drawn[0].size
    found = []
    for at, (picture, reading) in enumerate(zip(drawn, readings, strict=True)):
        before = stored.crop((at * width, 0, (at + 1) * width, height))
        if (where := differs(before, picture)) is not None:
            found.append(f"{name} {reading}: does not look as stored, at {where} of {width}")
    return found


def differs(before: Image.Image, now: Image.Image) -> tuple[int, int] | None:
    """The place that differs most, if it is more than rounding."""
    if before.size != now.size:
        return (0, 0)
    one, other = (np.asarray(each.convert("RGB"), dtype=int) for each in (before, now))
    gap = np.abs(one - other).max(axis=2)
    if gap.max() <= ROUNDING:
        return None
    y, x = np.unravel_index(int(gap.argmax()), gap.shape)
    return int(x), int(y)
