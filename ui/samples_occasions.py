"""Sample documents of content and meetings: part of samples.py."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from firmware.contract.content import Bilingual, Shown
from firmware.contract.meeting import Announced, Meeting
from firmware.contract.screen import Attract, Desk, Fact, ScreenData, Task, Tile

TITLE = Bilingual("ज़िला समीक्षा बैठक", "District review meeting")
SHOWN = Shown(
    3,
    Bilingual("हर सेवा, हर गाँव", "Every service, every village"),
    [
        Bilingual("ज़िला कलेक्टर कार्यालय, टोंक", "Office of the District Collector, Tonk"),
        Bilingual("सोमवार से शनिवार, 9:30 से 6 बजे", "Monday to Saturday, 9.30 to 6"),
        Bilingual("शिकायत: 1432-243123", "Complaints: 1432-243123"),
    ],
    "3/logo.png",
    "3/banner.png",
)
PICTURES = {"logo": (480, 480), "banner": (960, 960)}
NOTICE = {
    "hi": "बुधवार 25 नवंबर को यह मशीन बंद रहेगी। बिल गुरुवार को भरें।",
    "en": "This machine is closed on Wednesday, 25 November. Pay your bill on Thursday.",
    "mr": "बुधवारी 25 नोव्हेंबरला हे यंत्र बंद राहील. बिल गुरुवारी भरा.",
}
TOLD_ALL = {
    "hi": "30 नवंबर तक बिजली बिल पर देर का शुल्क नहीं लगेगा।",
    "en": "No late fee on electricity bills until 30 November.",
    "mr": "30 नोव्हेंबरपर्यंत वीज बिलावर उशिराचा आकार लागणार नाही.",
}
UNTIL = "2026-11-22T16:30:00+05:30"


def draw_pictures(folder: Path) -> None:
    """A disc and a face, where SHOWN has its pictures."""
    (folder / "3").mkdir(parents=True, exist_ok=True)
    for place, size in PICTURES.items():
        picture = Image.new("RGBA", size)
        pen = ImageDraw.Draw(picture)
        pen.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), 60, "#e8a33d")
        pen.ellipse((size[0] * 0.3, size[1] * 0.15, size[0] * 0.7, size[1] * 0.55), "#7a4a1e")
        pen.pieslice((size[0] * 0.1, size[1] * 0.6, size[0] * 0.9, size[1] * 1.6), 180, 360, "#eee")
        picture.save(folder / "3" / f"{place}.png")


def screens(tiles: list[Tile]) -> dict[str, ScreenData]:
    """By file name, as in the gallery; `tiles` are those of the first screen."""
    with_meeting = [*tiles, Tile("meeting", "video-camera")]
    return {
        "1-attract-content": Attract(tiles, True, [], SHOWN),
        "1-attract-notice": Attract(tiles, True, notices=[NOTICE]),
        "1-attract-notices-content": Attract(tiles, True, [], SHOWN, notices=[NOTICE, TOLD_ALL]),
        "1-attract-meeting": Attract(with_meeting, True, [], SHOWN, Announced(TITLE, 10)),
        "1-attract-meeting-now": Attract(with_meeting, True, [], None, Announced(TITLE)),
        "9-meeting": Meeting(TITLE, UNTIL),
        "b-menu-conduct": Desk(
            "desk.menu",
            "R. Meena",
            "desk.no_cash_meanwhile",
            False,
            [Fact("desk.conduct", text="2026-11-21 18:05")],
            [Task("collect"), Task("report"), Task("supplies"), Task("last_slip"),
             Task("conduct_off")],
        ),
    }  # fmt: skip
