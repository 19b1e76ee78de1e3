"""Documents of how this is used, and of practice."""

from __future__ import annotations

from firmware.contract.screen import Action, ScreenData
from firmware.contract.teach import HOW_TO_PAGES, HowTo, Practice

PAGES = [Action.PREVIOUS_PAGE, Action.NEXT_PAGE]
ACTIONS: dict[type, list[Action]] = {
    HowTo: [Action.CHOOSE_LANGUAGE, Action.FINISH, *PAGES],
    Practice: [Action.CHOOSE_LANGUAGE, Action.FINISH],
}
NEIGHBOURS = [
    {"hi": "ग्राम पंचायत भासू", "en": "Village council, Bhasu"},
    {"hi": "राजकीय अस्पताल, मालपुरा", "en": "Government hospital, Malpura"},
]
# What stands in the frame of practice, by the names of samples.main_screens.
PRACTISED = (
    "1-attract", "2-services", "3-number", "5-bill", "6-cash", "6-cash-checking", "7-done",
)  # fmt: skip


def screens() -> dict[str, ScreenData]:
    """Every page, and practice before it begins."""
    pages = {
        f"1-how-to-{picture}": HowTo(picture, at, len(HOW_TO_PAGES))
        for at, picture in enumerate(HOW_TO_PAGES, 1)
    }
    return {**pages, "1-practice": Practice(is_ready=False)}
