"""Draws `svg/*.svg` as alpha masks `*.png`, once, when an icon is added; the kiosk never runs this.

Needs `resvg-py` from PyPI (build only): `pip install resvg-py && python -m ui.icons.build`.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from resvg_py import svg_to_bytes

SIZE = 192  # pixels: twice the largest common icon at a width of 1080

FOLDER = Path(__file__).parent


def draw(svg: Path) -> Image.Image:
    """The coverage of one icon: white where it is opaque, grey where duotone fills."""
    black = svg.read_text().replace("currentColor", "#000000")
    png = bytes(svg_to_bytes(svg_string=black, width=SIZE, height=SIZE))
    return Image.open(io.BytesIO(png)).convert("RGBA").getchannel("A")


def main() -> int:
    for svg in sorted((FOLDER / "svg").glob("*.svg")):
        draw(svg).save(FOLDER / f"{svg.stem}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
