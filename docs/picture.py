"""Draws docs/visit.png from what a demo left: `make demo && python -m docs.picture demo-out`."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

SHOWN = ("Attract", "Number", "ShowBill", "InsertCash", "Done")  # left to right, then the receipt
HEIGHT = 640  # pixels of each picture
GAP = 20
BACKGROUND = "#D9CFC0"  # the edge colour of the screens


def main(folder: Path) -> None:
    """Puts the last screenshot of each kind and the receipt side by side."""
    pictures = [_scaled(_last(folder / "screens", name)) for name in SHOWN]
    pictures.append(_scaled(folder / "ticket-0001.png"))
    width = sum(picture.width + GAP for picture in pictures) + GAP
    sheet = Image.new("RGB", (width, HEIGHT + 2 * GAP), BACKGROUND)
    left = GAP
    for picture in pictures:
        sheet.paste(picture, (left, GAP))
        left += picture.width + GAP
    sheet.quantize(256).save(Path(__file__).parent / "visit.png", optimize=True)


def _last(folder: Path, name: str) -> Path:
    found = sorted(folder.glob(f"*-{name}.png"), key=lambda path: int(path.name.split("-")[0]))
    if not found:
        raise SystemExit(f"{folder}: expected a screenshot of {name}, found none")
    return found[-2] if name == "InsertCash" and len(found) > 1 else found[-1]


def _scaled(path: Path) -> Image.Image:
    picture = Image.open(path).convert("RGB")
    return picture.resize(
        (picture.width * HEIGHT // picture.height, HEIGHT), Image.Resampling.LANCZOS
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
