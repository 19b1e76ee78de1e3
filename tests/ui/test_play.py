"""The frame of practice: on every screen, in colours of nothing real, and what can be touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from firmware.contract.asked import Accepted
from firmware.contract.reading import ENGLISH, HINDI
from firmware.contract.screen import Action, Done, InsertCash, Screen
from firmware.contract.screen_ends import Reprinted
from firmware.contract.teach import Practice
from tests.ui.documents import every_document
from tests.ui.panel import HEIGHT, WIDTH, Panel
from ui import samples, theme
from ui.play import NOT_PRACTISED, Piece, play, practised
from ui.scene import Scene
from ui.screens.attract.model import AttractModel

LEAST_MM = 10.0  # of a target on a screen that is drawn smaller as a whole


class Child:
    """Who practises, and what it did."""

    def __init__(self, receipt: Path | None = None) -> None:
        self.stopped, self.fed, self._receipt = 0, list[Piece](), receipt

    def stop(self) -> None:
        self.stopped += 1

    def feed(self, piece: Piece) -> None:
        self.fed.append(piece)

    def receipt(self) -> Path | None:
        return self._receipt


def scene_of(panel: Panel, screen: Screen) -> Scene:
    return panel.director.practice(screen)


def touch(panel: Panel, widget: Any) -> None:
    """In the middle of where it is drawn."""
    panel.touch_at(*widget.to_window(*widget.center))


@pytest.fixture
def child(panel: Panel, tmp_path: Path) -> Iterator[Child]:
    paper = tmp_path / "ticket-0001.png"
    Image.new("L", (576, 1300), 255).save(paper)
    panel.app.face.hand = found = Child(paper)
    yield found
    panel.show(samples.screen(samples.main_screens()["1-attract"]))


def test_a_screen_of_practice_had_no_band_and_somebody_put_a_real_note_in(
    panel: Panel, child: Child
) -> None:
    """Every document, in both languages: the band, the stripes, the stop."""
    for language in (HINDI, ENGLISH):
        for name, screen in every_document(language):
            panel.show_scene(scene_of(panel, screen))
            shown = panel.app.face.frame_of_play
            assert shown is not None
            assert shown.parent is panel.app.face, name
            band = "अभ्यास - असली पैसा नहीं\nPRACTICE - no real money"
            assert band in panel.texts(), name
            faults = [
                text.text
                for text in shown.ids.band.walk(restrict=True)
                if getattr(text, "fits", 1) == 0
            ]
            faults += [
                text.text
                for text in shown.ids.tray.walk(restrict=True)
                if getattr(text, "fits", 1) == 0
            ]
            assert faults == [], f"{language} {name}"


def test_the_frame_goes_with_practice(panel: Panel, child: Child) -> None:
    panel.show_scene(scene_of(panel, samples.screen(samples.cash())))
    panel.show(samples.screen(samples.cash()))
    assert not [text for text in panel.texts() if "PRACTICE" in text]
    assert panel.widgets("PlayFrame") == []


def test_practice_that_only_begins_stands_in_its_frame_too(panel: Panel, child: Child) -> None:
    panel.show(samples.screen(Practice(is_ready=False)))
    assert [text for text in panel.texts() if "PRACTICE" in text]


def test_a_press_on_the_smaller_screen_hits_what_is_drawn_there(panel: Panel, child: Child) -> None:
    panel.show_scene(scene_of(panel, samples.screen(samples.main_screens()["5-bill"])))
    touch(panel, panel.button("भुगतान करें"))
    assert panel.presses == [(Action.PAY, "")]


def test_play_notes_are_fed_and_the_stop_is_not_a_press_of_practice(
    panel: Panel, child: Child
) -> None:
    panel.show_scene(scene_of(panel, samples.screen(samples.cash())))
    note = next(each for each in panel.widgets("PlayPiece") if each.text == "₹50")
    touch(panel, note)
    touch(panel, panel.button("अभ्यास बंद करें"))
    assert [(piece.paise, piece.device) for piece in child.fed] == [(5000, "notes")]
    assert (child.stopped, panel.presses) == (1, [])


def test_a_note_that_the_slot_would_refuse_is_not_in_the_tray(panel: Panel, child: Child) -> None:
    screen = samples.screen(samples.cash())
    offered = {piece.text for piece in play(screen, panel.director.words(HINDI)).pieces}
    assert "500" not in offered
    assert "200" in offered


def test_practice_showed_notes_in_the_colours_of_real_ones(panel: Panel, child: Child) -> None:
    """On every screen of money, in both languages: the colour and the word of play on each note,
    and nowhere a word of the real slot or of a receipt that comes out."""
    real = {_rgba(colour) for colour in theme.NOTE_COLOURS.values()}
    for language in (HINDI, ENGLISH):
        say = panel.director.words(language)
        slot = {say("cash.insert"), say("cash.line"), say("cash.line.coins")}
        for name, screen in every_document(language):
            if not isinstance(screen.data, InsertCash | Done | Reprinted | Accepted):
                continue
            panel.show_scene(panel.director.practice(screen))
            chips = [chip for chip in panel.widgets("Chip") if chip.text]
            assert {chip.stamp for chip in chips} <= {say("practice.stamp")}, name
            assert not slot & set(panel.texts()), name
            assert say("done.take_paper") not in panel.texts(), name
            filled = {tuple(plate.fill) for plate in panel.widgets("Plate")}
            assert not filled & real, name
        assert _rgba(theme.NOTE_COLOURS[20000]) in real


def test_the_pictures_of_real_notes_are_not_leafed_through_in_practice(panel: Panel) -> None:
    scene = panel.director.practice(samples.screen(samples.main_screens()["1-attract"]))
    assert isinstance(scene.model, AttractModel)
    assert not scene.model.how_to.is_there


def test_real_notes_have_their_colours_and_no_word_of_play(panel: Panel, child: Child) -> None:
    panel.show_scene(panel.director.practice(samples.screen(samples.cash())))
    panel.show(samples.screen(samples.cash()))
    taken = [chip for chip in panel.widgets("Chip") if chip.is_taken]
    assert taken and {chip.stamp for chip in panel.widgets("Chip")} == {""}
    assert tuple(taken[0].fill) == _rgba(theme.NOTE_COLOURS[1000])


def test_play_money_has_no_colour_of_the_reserve_bank(panel: Panel) -> None:
    for real in (*theme.NOTE_COLOURS.values(), theme.GO, theme.MARIGOLD, theme.INK):
        assert theme.contrast(theme.PLAY, theme.WHITE) >= 7.0
        assert _distance(theme.PLAY, real) > 100


def _rgba(colour: str) -> tuple[float, ...]:
    return (*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)), 1.0)


def _distance(one: str, other: str) -> int:
    return sum(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5))


def test_a_receipt_of_practice_is_a_picture_with_words_across_it(
    panel: Panel, child: Child
) -> None:
    panel.show_scene(scene_of(panel, samples.screen(samples.done())))
    touch(panel, panel.button("खेल की रसीद देखें"))
    (paper,) = panel.widgets("PlayReceipt")
    ink = bytes(paper.picture.pixels)
    assert len(set(ink)) > 2, "white paper without a stamp"
    touch(panel, paper)
    assert panel.widgets("PlayReceipt") == []


def test_nobody_logs_in_and_no_telephone_pays_in_practice() -> None:
    for _, screen in every_document(ENGLISH):
        assert not set(practised(screen).actions) & NOT_PRACTISED


def test_fingers_hit_what_is_in_the_frame(panel: Panel, child: Child) -> None:
    least = LEAST_MM * theme.pixels_per_mm(WIDTH, HEIGHT)
    for name in ("3-number", "6-cash", "7-done"):
        panel.show_scene(scene_of(panel, samples.screen(samples.main_screens()[name])))
        assert panel.app.face.frame_of_play is not None
        inside, scale = panel.app.face.frame_of_play.inside, panel.app.face.frame_of_play.scale
        touched = [part for part in inside.walk(restrict=True) if hasattr(part, "is_down")]
        small = [t.size for t in touched if t.is_on and min(t.size) * scale < least]
        around = [part.size for part in panel.widgets("PlayPiece") if min(part.size) < least]
        assert (small, around) == ([], []), name
