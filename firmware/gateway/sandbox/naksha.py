"""A map of land that is nowhere: parcels round the one that was asked for."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

DPI = 100
A4 = (827, 1169)  # dots
EDGES_X, EDGES_Y = (90, 300, 520, 737), (240, 470, 730, 1000)
LEAN = 40  # dots: no field is a rectangle


def naksha(name: str, account: str) -> tuple[bytes]:
    """One page, north at the top."""
    picture = Image.new("RGB", A4, "white")
    canvas = ImageDraw.Draw(picture)
    lines = ("Sandbox Office - not a document", "Map of the land", f"{account}   {name}")
    for at, line in enumerate(lines):
        canvas.text((90, 80 + 40 * at), line, "black", font_size=24)
    for column in range(3):
        for row in range(3):
            is_it = column == row == 1
            corners = [_corner(column + x, row + y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
            canvas.polygon(corners, fill="#dddddd" if is_it else None, outline="black", width=3)
    canvas.text((340, 580), account.rpartition("-")[2], "black", font_size=30)
    file = io.BytesIO()
    picture.save(file, "png")
    return (file.getvalue(),)


def _corner(column: int, row: int) -> tuple[int, int]:
    return EDGES_X[column] + LEAN * (row % 2), EDGES_Y[row] - LEAN * (column % 2)
