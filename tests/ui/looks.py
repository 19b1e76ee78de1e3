"""What is wrong with the screen that is drawn now: read from the tree of widgets, in words.

Nothing here compares pictures (test_pictures.py does): this finds what is cut off, what overlaps,
what a thumb cannot hit, and what cannot be read on the ground that is really behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ui import theme
from ui.studio import Studio, is_a

LEAST_SHRINK = 0.8  # of the wished size; a text that must be smaller wants shorter words
LEAST_LARGE = 0.83  # of a large one: still larger than the designed one
SMALL = 1000  # pixels: a panel of ten inches
CONTRAST = 7.0
SLACK = 1.5  # pixels: places are rounded
EVERYTHING = ("Text", "Touch", "Icon", "Code")


def faults(studio: Studio) -> list[str]:
    """Of every kind."""
    return [
        *text_faults(studio),
        *place_faults(studio),
        *off_the_panel(studio),
        *overlaps(studio),
        *target_faults(studio),
        *contrast_faults(studio),
    ]


def text_faults(studio: Studio) -> list[str]:
    """Cut off, too small, or out of what holds it."""
    return [
        f"{text.text!r}: {fault}"
        for text in studio.widgets("Text")
        if text.text and _is_seen(text)
        for fault in _faults_of(text)
    ]


def _faults_of(text: Any) -> Iterator[str]:
    if text.block is None or not text.fits:
        yield f"does not fit {_size(text)}"
        return
    shrunk = text.block.size / text.wished
    if shrunk < (LEAST_LARGE if text.zoom > 1 and not text.is_display else LEAST_SHRINK):
        yield f"shrank from {text.wished:.0f} to {text.block.size}"
    yield from _out_of(text, text.parent)


def _out_of(inner: Any, outer: Any) -> Iterator[str]:
    if inner.x < outer.x - SLACK or inner.right > outer.right + SLACK:
        yield f"{inner.x:.0f}..{inner.right:.0f} leaves {outer.x:.0f}..{outer.right:.0f}"
    if inner.y < outer.y - SLACK or inner.top > outer.top + SLACK:
        yield f"{inner.y:.0f}..{inner.top:.0f} leaves {outer.y:.0f}..{outer.top:.0f} in height"


def place_faults(studio: Studio) -> list[str]:
    """A part of the screen that leaves the space between the bars, or stands on another part."""
    view = studio.app.face.view
    parts = {
        name: part
        for name in ("head", "hand", "foot", "deck")
        if (part := getattr(view, name)) is not None and part.height > 0
    }
    found = [f"{name}: {each}" for name, part in parts.items() for each in _out_of(part, view)]
    names = list(parts)
    return found + [
        f"{one} stands on {other}"
        for at, one in enumerate(names)
        for other in names[at + 1 :]
        if _meet(parts[one], parts[other])
    ]


def off_the_panel(studio: Studio) -> list[str]:
    """What is said or touched and is pushed out of the window, by whatever stands beside it."""
    face = studio.app.face
    if face.scene is not None and face.scene.play is not None:
        return []  # drawn smaller, in places of its own
    return [
        f"{_name(part)}: {each}"
        for part in face.walk(restrict=True)
        if _says_something(part)
        for each in _out_of(part, face)
    ]


def overlaps(studio: Studio) -> list[str]:
    """Two things that say something in one place, and neither is a part of the other."""
    face = studio.app.face
    if face.scene is not None and face.scene.play is not None:
        return []  # the screen of practice is drawn smaller, in places of its own
    on_top = [part for part in face.walk() if is_a(part, "StillThere")]
    roots = on_top or [face]
    shown = [part for root in roots for part in root.walk(restrict=True) if _says_something(part)]
    return [
        f"{_name(one)} and {_name(other)} are in one place"
        for at, one in enumerate(shown)
        for other in shown[at + 1 :]
        if _ink_meets(one, other) and not _is_within(one, other)
    ]


def target_faults(studio: Studio) -> list[str]:
    """What is touched and is smaller than a fingertip, measured on its panel."""
    from kivy.metrics import mm  # Kivy is set up by the studio

    found = []
    is_small = min(studio.width, studio.height) < SMALL
    for target in studio.widgets("Touch"):
        is_letter = is_small and type(target).__name__ in ("CapKey", "IconKey")
        least = mm(theme.LETTER_MM if is_letter else theme.TARGET_MM)
        if target.is_on and _is_seen(target) and min(target.size) < least:
            found.append(f"{_name(target)} is {_size(target)}, expected {least:.0f} or more")
    return found


def contrast_faults(studio: Studio) -> list[str]:
    """Text, measured against the nearest fill that lies under it."""
    found = []
    for text in studio.widgets("Text"):
        if text.text and _is_seen(text):
            pair = _hex(text.colour), ground_of(text, studio)
            if theme.contrast(*pair) < CONTRAST:
                found.append(f"{text.text!r}: {pair[0]} on {pair[1]}: {theme.contrast(*pair):.1f}")
    return found


def ground_of(widget: Any, studio: Studio) -> str:
    """The colour behind it: of the nearest plate or bar that holds it; else the window's own."""
    outer = widget.parent
    while outer is not None and outer is not outer.parent:
        for name in ("fill", "ground"):
            colour = getattr(outer, name, None)
            if colour is not None and colour[3] == 1:
                return _hex(colour)
        outer = outer.parent
    return theme.INK if studio.app.face.frame.is_bare else theme.PAPER


def _hex(colour: Any) -> str:
    return "#" + "".join(f"{round(part * 255):02X}" for part in colour[:3])


def _is_seen(widget: Any) -> bool:
    """Nothing above it in the tree is invisible."""
    while widget is not None and widget is not widget.parent:
        if not getattr(widget, "opacity", 1):
            return False
        widget = widget.parent
    return True


def _says_something(part: Any) -> bool:
    if not any(is_a(part, kind) for kind in EVERYTHING) or not _is_seen(part):
        return False
    if is_a(part, "Text"):
        return bool(part.text)
    return min(part.size) > 1 and not (is_a(part, "Icon") and not part.name)


def _ink(part: Any) -> tuple[float, float, float, float]:
    """Where it is really drawn: a text is often smaller than its box."""
    if is_a(part, "Text"):
        (x, y), (width, height) = part._plate.pos, part._plate.size
        return x, y, x + width, y + height
    return part.x, part.y, part.right, part.top


def _ink_meets(one: Any, other: Any) -> bool:
    a, b = _ink(one), _ink(other)
    return (
        min(a[2], b[2]) - max(a[0], b[0]) > 2 * SLACK
        and min(a[3], b[3]) - max(a[1], b[1]) > 2 * SLACK
    )


def _meet(one: Any, other: Any) -> bool:
    return bool(
        min(one.right, other.right) - max(one.x, other.x) > SLACK
        and min(one.top, other.top) - max(one.y, other.y) > SLACK
    )


def _is_within(one: Any, other: Any) -> bool:
    return any(other is part for part in one.walk(restrict=True)) or any(
        one is part for part in other.walk(restrict=True)
    )


def _name(part: Any) -> str:
    words = [each.text for each in part.walk(restrict=True) if is_a(each, "Text") and each.text]
    return repr(words[0]) if words else getattr(part, "name", "") or type(part).__name__


def _size(part: Any) -> str:
    return f"{part.width:.0f} x {part.height:.0f}"
