"""The real `kiosk-ui`, with a finger and an eye on a socket: `python -m tests.window.touched_ui`.

What the finger does enters at the very bottom: SDL_PushEvent() puts into SDL's own queue what a
touch panel or a keypad leaves there; everything above is the product's, down to the bounce of a
press. Of a touch these are two events, as SDL_SendTouch() makes them: a finger's, which Kivy reads
on telephones alone, and that of a mouse button whose mouse is called SDL_TOUCH_MOUSEID.
(/dev/uinput, the other honest way, is not to be had in most containers, and SDL's offscreen driver
reads no input devices.) The eye only reads: what may be pressed, where it is, what is meant.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import socketserver
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

SOCKET = "KIOSK_HAND_SOCKET"  # in the environment: where to listen
# The queue is read after a frame's tick; Kivy hands a key on at once, a touch in the next frame.
FRAMES, FRAMES_OF_A_TOUCH = 2, 3
LOOK_EVERY = 0.01  # seconds
PATIENCE = 10.0  # seconds for the window to answer

# SDL_events.h of SDL 2: types, and the layout of the two events; each is padded to the union's 56.
KEY_DOWN, KEY_UP, BUTTON_DOWN, BUTTON_UP = 0x300, 0x301, 0x401, 0x402
FINGER_DOWN, FINGER_UP = 0x700, 0x701
TOUCH_MOUSE, LEFT = 0xFFFFFFFF, 1
SIZE_OF_EVENT = 56
KEYS = {  # SDL_keycode.h
    "up": 0x40000052, "down": 0x40000051, "enter": 13, "escape": 27, "f1": 0x4000003A,
    "f2": 0x4000003B, "f3": 0x4000003C,
}  # fmt: skip


class Finger:
    """Pushes events into SDL's queue; from any thread, says SDL_PushEvent()'s documentation."""

    def __init__(self) -> None:
        self._sdl: Any = None

    def touch(self, x: float, y: float, seconds: float = 0.0) -> None:
        """A finger down and up at a share of width and height, from the upper left corner."""
        self._lay(FINGER_DOWN, BUTTON_DOWN, x, y)
        time.sleep(seconds)
        self._lay(FINGER_UP, BUTTON_UP, x, y)

    def _lay(self, finger: int, button: int, x: float, y: float) -> None:
        at = [int(share * side) for share, side in zip((x, y), _window_size(), strict=True)]
        mouse = (button, 0, 1, TOUCH_MOUSE, LEFT, int(button == BUTTON_DOWN), 1)
        self._push(struct.pack("<IIqqfffffI", finger, 0, 1, 1, x, y, 0.0, 0.0, 1.0, 1))
        self._push(struct.pack("<IIIIBBBxii", *mouse, *at))

    def press(self, name: str) -> None:
        for kind in (KEY_DOWN, KEY_UP):
            is_down = int(kind == KEY_DOWN)
            self._push(struct.pack("<IIIBBxxiiHxxI", kind, 0, 1, is_down, 0, 0, KEYS[name], 0, 0))

    def _push(self, event: bytes) -> None:
        if self._sdl is None:
            self._sdl = ctypes.CDLL(_loaded_sdl())
        pushed = self._sdl.SDL_PushEvent(ctypes.c_char_p(event.ljust(SIZE_OF_EVENT, b"\0")))
        assert pushed == 1, f"SDL took no event: {pushed}"


class Flips:
    """When the last frame had been drawn."""

    def __init__(self) -> None:
        from kivy.core.window import Window

        self.newest = 0.0
        Window.bind(on_flip=self._flipped)

    def _flipped(self, *_: object) -> None:
        from kivy.graphics.opengl import glFinish

        glFinish()
        self.newest = time.monotonic()


def _until_it_runs() -> None:
    """Kivy is imported by the product, which sets it up first, and by nobody here before that."""
    while (app := getattr(sys.modules.get("kivy.app"), "App", None)) is None:
        time.sleep(LOOK_EVERY)
    while app.get_running_app() is None:
        time.sleep(LOOK_EVERY)


def _window_size() -> tuple[int, int]:
    from kivy.core.window import Window

    width, height = Window.size
    return int(width), int(height)


def _loaded_sdl() -> str:
    """The library that this process has in memory: Kivy's wheel brings its own."""
    maps = Path("/proc/self/maps").read_text()
    found = re.search(r"(/\S*/libSDL2-2\S*)", maps)
    assert found is not None, "SDL is not loaded yet"
    return found[1]


class Hand(socketserver.StreamRequestHandler):
    """A line of JSON is an order, a line of JSON the answer: what is seen after it."""

    def handle(self) -> None:
        _until_it_runs()
        finger, flips = Finger(), Flips()
        for line in self.rfile:
            order = json.loads(line)
            began = time.monotonic()
            if "touch" in order:
                across, down = order["touch"]
                finger.touch(across, down, order.get("seconds", 0.0))
            for name in order.get("keys", ()):
                finger.press(name)
            seen = _seen(FRAMES_OF_A_TOUCH if "touch" in order else FRAMES)
            answer = {**seen, "flipped_after": flips.newest - began}
            self.wfile.write(json.dumps(answer).encode() + b"\n")


def _seen(frames: int) -> dict[str, Any]:
    """What the window shows once it has taken what was pushed; looked at in its own thread."""
    from kivy.clock import Clock

    found: dict[str, Any] = {}
    is_there = threading.Event()

    def look(_: float) -> None:
        found.update(_look())
        is_there.set()

    def wait(frames: int) -> None:
        Clock.schedule_once(look if frames == 1 else lambda _: wait(frames - 1))

    wait(frames)
    assert is_there.wait(PATIENCE), "the window does not answer"
    return found


def _look() -> dict[str, Any]:
    from kivy.app import App

    app = App.get_running_app()
    face = None if app is None else app.face
    if face is None or face.scene is None:
        return {"serial": -1, "spots": []}
    spots = face.keys.spots()
    return {
        "serial": face.scene.serial,
        "view": type(face.view).__name__,
        "typed": _typed(face.view),
        "texts": [part.text for part in face.walk() if type(part).__name__ == "Text" and part.text],
        "meant": _place(face.keys.spot, spots),
        "spots": [_spot(spot, *face.size) for spot in spots],
    }


def _place(meant: Any, spots: Any) -> float | None:
    """Which of them is meant; between two, where what was meant cannot be pressed any more."""
    from ui.focus import reading_order

    if meant is None:
        return None
    owners = [spot.owner for spot in spots]
    if meant.owner in owners:
        return owners.index(meant.owner)
    with_it = [spot.owner for spot in reading_order((*spots, meant))]
    return with_it.index(meant.owner) - 0.5


def _spot(spot: Any, width: float, height: float) -> dict[str, Any]:
    return {
        "at": [(spot.left + spot.width / 2) / width, 1 - spot.middle / height],
        "says": spot.spoken_text,
        "means": _meaning(spot.owner),
    }


def _meaning(touch: Any) -> list[str]:
    """Action and value of what would be sent, or the digit on a key."""
    match type(touch).__name__:
        case "WordButton" | "Pill":
            return [touch.button.action or "", touch.button.value]
        case "SampleTile":
            return [touch.sample.action, touch.sample.value]
        case "ServiceTile":
            return ["choose_service", touch.tile.service]
        case "OptionRow" | "FoundRow":
            return ["choose", touch.row.id]
        case "TaskButton":
            return ["choose_task", touch.task.id]
        case "Choice":
            return ["pay_part" if touch.is_way_on else "take_slip", ""]
        case "Padlock":
            return ["operator", ""]
        case "Key":
            return ["key", touch.text or "wipe"]
        case "CapKey" | "IconKey":
            return _meaning_of_cap(touch.cap)
        case "NextKey":
            return ["key", "next"]
        case _:
            return [type(touch).__name__, ""]


def _meaning_of_cap(cap: Any) -> list[str]:
    """A letter, the letters that come up instead, or what every pad has."""
    match cap.does.value:
        case "type":
            return ["key", cap.value]
        case "layer":
            return ["layer", cap.value]
        case does:
            return ["key", does]


def _typed(view: Any) -> str:
    """Digits or letters, and of a PIN as many dots."""
    match type(view).__name__:
        case "NumberView" | "WriteTextView":
            return str(view.shown.typed)
        case "CountView":
            return str(view.typed)
        case "PinView":
            return "●" * int(view.count)
        case _:
            return ""


def main() -> int:
    from ui.__main__ import main as shows

    path = Path(os.environ[SOCKET])
    path.unlink(missing_ok=True)
    server = socketserver.ThreadingUnixStreamServer(str(path), Hand)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    return shows()


if __name__ == "__main__":
    sys.exit(main())
