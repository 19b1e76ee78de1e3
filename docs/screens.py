"""`python -m docs.screens`: draws every screen for whoever wants to see the product: docs/screens.

Portrait in Hindi and English, all of them; on the two panels that lie on their side, and in
Marathi, a visit. Kivy is set up once a process, so each panel is a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
FOLDER, PAGE = HERE / "screens", HERE / "screens.md"
VISIT = ("1-attract", "2-services", "3-number-full", "5-bill", "6-cash", "7-done", "8-fault-mains")
PANELS = {"portrait": (1080, 1920), "wide": (1920, 1080), "small": (1024, 600)}
ACROSS = {"portrait": 216, "wide": 480, "small": 480}  # pixels of one screen on a sheet
IN_A_ROW = {"portrait": 8, "wide": 4, "small": 4}
GAP = 8
QUALITY = 72  # of WebP, lossy: a page for people
PARTS = {
    "0": "A moment, and are you still there?", "1": "Nobody is here; how to use it",
    "2": "What can be done", "3": "Questions", "4": "Is this right?",
    "5": "The bill, and how to pay", "6": "Paying, and the papers that come",
    "7": "Done, and the receipt again", "8": "Faults and trouble",
    "9": "Closed, being set up, a meeting",
    "a": "The operator's PIN", "b": "The operator's desk", "c": "The cash box", "d": "Reports",
    "e": "Supplies", "f": "Devices and their tests", "g": "The way to the office",
    "h": "The machine", "p": "Practice, with play money",
}  # fmt: skip


def sheet(pictures: Sequence[Image.Image], panel: str) -> Image.Image:
    """In rows, with the ground of the design between them."""
    across = IN_A_ROW[panel]
    width, height = pictures[0].size
    rows = -(-len(pictures) // across)
    columns = min(across, len(pictures))
    size = (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP)
    made = Image.new("RGB", size, "#D9CFC0")
    for at, picture in enumerate(pictures):
        row, column = divmod(at, across)
        made.paste(picture, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return made


def draw(panel: str) -> None:
    """All sheets of one panel; in a process of its own."""
    from firmware.contract.reading import TextSize
    from ui.gallery import scenes
    from ui.studio import Studio

    studio = Studio(*PANELS[panel])

    def small(language: str, name: str, size: TextSize = TextSize.NORMAL) -> Image.Image:
        picture = studio.picture(scenes(language, size)[name]).convert("RGB")
        height = round(picture.height * ACROSS[panel] / picture.width)
        return picture.resize((ACROSS[panel], height), Image.Resampling.LANCZOS)

    names = sorted(scenes("hi"))
    for language in ("hi", "en", "mr"):
        save(sheet([small(language, name) for name in VISIT], panel), f"{panel}-visit-{language}")
    if panel != "portrait":
        return
    large = [small("hi", name, TextSize.LARGE) for name in VISIT]
    save(sheet(large, panel), f"{panel}-visit-large")
    for part, members in parts(names).items():
        for language in ("hi", "en"):
            pictures = [small(language, name) for name in members]
            save(sheet(pictures, panel), f"all-{part}-{language}")


def parts(names: Sequence[str]) -> dict[str, list[str]]:
    """The screens by the first letter of their names."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[name[0]].append(name)
    return dict(found)


def save(picture: Image.Image, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    picture.save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


def page(names: Sequence[str]) -> str:
    """The whole of `docs/screens.md`."""
    lines = [
        "# The screens",
        "",
        "Drawn by `python -m docs.screens` from the samples that the tests look at; do not edit.",
        "`make screens` compares each of them, in every language and on every panel.",
        "",
        "## A visit",
        "",
    ]
    for title, name in (
        ("In Hindi", "portrait-visit-hi"),
        ("In English", "portrait-visit-en"),
        ("In Marathi, a folder of words", "portrait-visit-mr"),
        ("With large letters", "portrait-visit-large"),
        ("On a panel of 1920 x 1080", "wide-visit-hi"),
        ("On a panel of 1024 x 600", "small-visit-hi"),
    ):
        lines += [f"**{title}**", "", f"![{title}](screens/{name}.webp)", ""]
    lines += ["## Every screen", ""]
    for part, members in parts(names).items():
        title = PARTS.get(part, part)
        lines += [f"### {title}", "", " ".join(f"`{name}`" for name in members), ""]
        for language in ("hi", "en"):
            lines += [f"![{title}, {language}](screens/all-{part}-{language}.webp)", ""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    if len(sys.argv) > 1:
        draw(sys.argv[1])
        return 0
    from ui.gallery import scenes

    for panel in PANELS:
        subprocess.run([sys.executable, "-m", "docs.screens", panel], check=True)
    PAGE.write_text(page(sorted(scenes("hi"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
