"""How Kivy is started here: the few modules it needs, no files of its own, no log of its own.

Must run before the first `import kivy` of the process; Kivy reads these once, at import.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

from ui import theme

MM_PER_INCH = 25.4
FRAMES_A_SECOND = 30  # nothing moves; this only bounds how late a frame may be

SETTINGS = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",  # leave the log of this process alone
    "KIVY_WINDOW": "sdl2",
    "KIVY_TEXT": "pil",  # never loaded: text is drawn by ui.shaping
    "KIVY_IMAGE": "pil",
    # Only where Mesa draws in software (a demo, a test): with threads, llvmpipe keeps the scenes of
    # up to 64 frames, 5 MB each, and grows to 700 MB; without, it stays where it is.
    "LP_NUM_THREADS": "0",
}


def prepare(
    width: int,
    height: int,
    is_fullscreen: bool,
    inches: float | None = None,
    left: int = 0,
    density: float | None = None,
) -> None:
    """Set Kivy up for one window on a panel of `inches` (by default as panels of so many pixels
    are), `left` pixels from the edge where it does not fill the screen.

    Raises RuntimeError when Kivy is there already.
    """
    if "kivy" in sys.modules:
        raise RuntimeError("expected to set Kivy up before its import, found it imported")
    for name, setting in SETTINGS.items():
        os.environ.setdefault(name, setting)
    os.environ.setdefault("KIVY_HOME", str(_home()))
    os.environ["KIVY_METRICS_DENSITY"] = str(density or theme.scale(width, height))
    os.environ["KIVY_DPI"] = str(theme.pixels_per_mm(width, height, inches) * MM_PER_INCH)
    from kivy.config import Config

    logging.getLogger("kivy").setLevel(logging.WARNING)  # its import sets it to INFO
    graphics = {"width": width, "height": height, "fullscreen": "auto" if is_fullscreen else 0,
                "borderless": int(is_fullscreen), "resizable": 0, "maxfps": FRAMES_A_SECOND,
                "position": "auto" if is_fullscreen else "custom", "top": 0, "left": left,
                "multisamples": 0, "show_cursor": int(not is_fullscreen)}  # fmt: skip
    for key, value in graphics.items():
        Config.set("graphics", key, str(value))
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "keyboard_mode", "")
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.remove_option(
        "input", "%(name)s"
    )  # SDL brings the touches; a second reader doubles them


def _home() -> Path:
    """Where Kivy makes its empty folders: RAM under systemd, and never a new one each start."""
    folder = os.environ.get("RUNTIME_DIRECTORY", tempfile.gettempdir())
    return Path(folder) / f"kivy-{os.getuid()}"
