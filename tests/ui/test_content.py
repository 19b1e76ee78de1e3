"""The district's pictures and words on the first screen; and nothing of them when they must go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from firmware.contract.reading import HINDI, Language
from firmware.contract.screen import Attract, Screen
from tests.ui.panel import Panel
from ui import samples, samples_occasions
from ui.languages import languages
from ui.samples_occasions import SHOWN, TITLE
from ui.scene import Director


@pytest.fixture
def kiosk(panel: Panel, tmp_path: Path) -> Iterator[Panel]:
    """With the pictures of SHOWN on its disk."""
    samples_occasions.draw_pictures(tmp_path)
    before, panel.director = panel.director, Director("181", tmp_path)
    yield panel
    panel.show(samples.screen(samples.main_screens()["2-services"]))
    panel.director = before


def first(name: str = "1-attract-content", language: Language = HINDI) -> Screen:
    return samples.screen(samples.main_screens()[name], language)


def pictures(panel: Panel) -> list[str]:
    """The files that are drawn now."""
    shown = [widget for widget in panel.widgets("Picture") if widget.texture is not None]
    return sorted(Path(widget.source).name for widget in shown)


def of_the_district() -> list[str]:
    assert SHOWN.slogan is not None
    both = [SHOWN.slogan, *SHOWN.lines]
    return [text for each in both for text in (each.hi, each.en)]


def everything(panel: Panel) -> str:
    """Every text and every property of every widget in the tree, drawn or not."""
    found = []
    for widget in panel.app.face.walk():
        found += [str(getattr(widget, name, "")) for name in ("text", "source", "model", "name")]
    return "\n".join(found)


@pytest.mark.parametrize("language", list(languages()))
def test_words_and_pictures_of_the_district(kiosk: Panel, language: Language) -> None:
    kiosk.show(first(language=language))
    assert pictures(kiosk) == ["banner.png", "logo.png"]
    assert SHOWN.slogan is not None and SHOWN.slogan.of(language) in kiosk.texts()


def test_the_code_of_conduct_leaves_nothing_in_the_widget_tree(kiosk: Panel) -> None:
    """Not hidden, not shrunk: not there. A screen that is built once could keep it."""
    kiosk.show(first())
    assert any(text in everything(kiosk) for text in of_the_district())
    kiosk.show(first("1-attract"))
    assert pictures(kiosk) == []
    seen = everything(kiosk)
    assert [text for text in of_the_district() if text in seen] == []
    assert "logo.png" not in seen and "banner.png" not in seen
    logo = next(iter(kiosk.widgets("Picture")))
    assert logo.drawn_size == (0, 0)


@pytest.mark.parametrize("broken", [b"", b"\x89PNG\r\n\x1a\n torn", b"<svg/>"])
def test_a_picture_that_is_torn_is_no_reason_to_die(
    kiosk: Panel, tmp_path: Path, broken: bytes
) -> None:
    (tmp_path / "3" / "logo.png").write_bytes(broken)
    (tmp_path / "3" / "banner.png").unlink()
    kiosk.show(first())
    assert pictures(kiosk) == []
    assert SHOWN.slogan is not None and SHOWN.slogan.hi in kiosk.texts()


def test_a_meeting_takes_the_room_of_the_contact_lines(kiosk: Panel) -> None:
    kiosk.show(first("1-attract-meeting"))
    texts = "\n".join(kiosk.texts())
    assert TITLE.hi in texts and "10" in texts
    assert SHOWN.lines[0].hi not in texts


def test_a_document_of_before_content_is_still_drawn(panel: Panel) -> None:
    old = Attract(samples.tiles(), True)
    raw = msgspec.json.encode(samples.screen(old))
    assert b"content" not in raw and b"meeting" not in raw
    panel.show(msgspec.json.decode(raw, type=Screen))
    model = panel.app.face.view.model  # type: ignore[union-attr]
    assert replace(model, slogan="") == model


# --- a notice of the fleet ------------------------------------------------------------------------


@pytest.fixture
def reader(kiosk: Panel, tmp_path: Path) -> Panel:
    """A kiosk that offers every language there is."""
    kiosk.director = Director("181", tmp_path, tuple(languages()))
    return kiosk


@pytest.mark.parametrize("language", list(languages()))
def test_a_notice_stands_in_the_room_of_the_districts_words(
    reader: Panel, language: Language
) -> None:
    reader.show(first("1-attract-notices-content", language))
    both = samples_occasions.NOTICE[language], samples_occasions.TOLD_ALL[language]
    assert "\n".join(both) in reader.texts()
    assert pictures(reader) == ["banner.png"]
    assert not [text for text in of_the_district() if text in reader.texts()]


def test_a_notice_without_words_in_a_language_is_read_in_hindi(reader: Panel) -> None:
    screen = first("1-attract-notice", "mr")
    assert isinstance(screen.data, Attract)
    words = {"hi": "कल बंद", "en": "Closed tomorrow"}
    notice = msgspec.structs.replace(screen.data, notices=[words])
    reader.show(msgspec.structs.replace(screen, data=notice))
    assert words["hi"] in reader.texts()
