"""The district's pictures and words on the first screen; and nothing of them when they must go."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from firmware.contract.reading import HINDI, Language
from firmware.contract.screen import Attract, Screen
from tests.ui.panel import HEIGHT, Panel
from ui import samples, samples_occasions
from ui.languages import languages
from ui.samples_occasions import SHOWN, TITLE
from ui.scene import Director
from ui.screens.attract.turns import EVERY, turn


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


def with_four(folder: Path) -> Screen:
    """The same pack with three banners more."""
    names = [f"3/banner-{number}.png" for number in (2, 3, 4)]
    for name in names:
        shutil.copy(folder / "3" / "banner.png", folder / name)
    screen = first()
    assert isinstance(screen.data, Attract)
    shown = msgspec.structs.replace(SHOWN, banners=names)
    return msgspec.structs.replace(screen, data=msgspec.structs.replace(screen.data, content=shown))


def test_a_collectors_face_burnt_into_the_panel(kiosk: Panel, tmp_path: Path) -> None:
    """Pictures take turns, each a little beside where the one before stood; one change, one frame
    of work: nothing of them moves in between."""
    kiosk.show(with_four(tmp_path))
    view: Any = kiosk.app.face.view
    (banner, _) = kiosk.widgets("Picture")
    seen = [(Path(banner.source).name, tuple(banner.shift))]
    for _ in range(4):
        view.go_on(EVERY)
        seen.append((Path(banner.source).name, tuple(banner.shift)))
    assert [name for name, _ in seen] == [
        "banner.png", "banner-2.png", "banner-3.png", "banner-4.png", "banner.png"
    ]  # fmt: skip
    places = [place for _, place in seen]
    assert places[0] == (0, 0) and places[4] != (0, 0)
    assert all(one != next_ for one, next_ in pairwise(places))
    view.go_on(EVERY / 2)
    assert (Path(banner.source).name, tuple(banner.shift)) == seen[-1]
    assert pictures(kiosk) == ["banner.png", "logo.png"]


def test_a_picture_of_another_shape_left_the_next_one_in_its_place(
    kiosk: Panel, tmp_path: Path
) -> None:
    screen = with_four(tmp_path)
    Image.new("RGB", (960, 540), "#33aa77").save(tmp_path / "3" / "banner-2.png")
    assert isinstance(screen.data, Attract)
    two = msgspec.structs.replace(SHOWN, banners=["3/banner-2.png"])
    data = msgspec.structs.replace(screen.data, content=two)
    kiosk.show(msgspec.structs.replace(screen, data=data))
    view: Any = kiosk.app.face.view
    seen = [kiosk.again()]
    for _ in range(2):
        view.go_on(EVERY)
        seen.append(kiosk.again())
    (banner, _) = kiosk.widgets("Picture")
    x, y, right, top = (round(each) for each in (*banner.pos, banner.right, banner.top))
    box = (x, HEIGHT - top, right, HEIGHT - y)
    moved = (x - 8, HEIGHT - top, right - 8, HEIGHT - y)
    assert seen[0].crop(box).tobytes() == seen[2].crop(moved).tobytes()


def test_pictures_wake_the_clock_only_where_there_are_several_and_somebody_may_see_them(
    kiosk: Panel, tmp_path: Path
) -> None:
    kiosk.show(first())
    view: Any = kiosk.app.face.view
    assert not view._turning.is_triggered
    one = kiosk.again()
    view.go_on(1000 * EVERY)
    assert one.tobytes() == kiosk.again().tobytes(), "one picture stands still"
    kiosk.show(with_four(tmp_path))
    assert view._turning.is_triggered
    view.go_on(EVERY)
    kiosk.show(samples.screen(samples.main_screens()["2-services"]))
    assert not view._turning.is_triggered
    kiosk.show(with_four(tmp_path))
    assert pictures(kiosk) == ["banner.png", "logo.png"], "the next visitor begins with the first"
    kiosk.show(first("1-attract"))
    assert (view.banner, view._turning.is_triggered) == ("", 0)


def test_each_picture_comes_to_each_place_and_none_stands_still() -> None:
    for pictures_ in range(2, 5):
        turns = [turn(EVERY * change, pictures_) for change in range(4 * pictures_ * 4)]
        assert {each.picture for each in turns} == set(range(pictures_))
        assert len(set(turns)) == 4 * pictures_
        assert all(one.picture != next_.picture for one, next_ in pairwise(turns))


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
