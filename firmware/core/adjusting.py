"""How loud and how bright the kiosk is: the operator's choice, kept in a small document.

The screen has the loudspeaker and the lamp; what it does is what core retains for it. A file that
cannot be read is begun anew from kiosk.toml: nobody's money hangs on it.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from firmware.contract.desk import LEAST_BRIGHTNESS, LEAST_VOLUME, Adjust, Settings
from firmware.runtime.durable import CorruptFile, read_durably, write_durably

log = logging.getLogger("core")

STEP = 10  # percent, of one touch
MOST = 100


class Adjusting:
    """`<state>/core/settings.json`; `default` is what kiosk.toml says."""

    def __init__(self, path: Path, default: Settings) -> None:
        self._path = path
        self.settings = _read(path) or default

    def adjust(self, wanted: Adjust) -> None:
        """On disk, then in force; where the disk keeps nothing, until the next start."""
        given = {"volume": wanted.volume, "brightness": wanted.brightness}
        changed = {name: value for name, value in given.items() if value is not None}
        settings = msgspec.structs.replace(self.settings, **changed)
        if settings != self.settings:
            try:
                write_durably(self._path, msgspec.json.encode(settings))
            except OSError as error:
                log.error("the settings are not kept: %s", error)
            self.settings = settings
            log.info("%s set %s", wanted.by, settings)

    def step(self, by: str, what: str, is_up: bool) -> None:
        """One touch more or less of `volume` or `brightness`, within what it may be."""
        least = LEAST_BRIGHTNESS if what == "brightness" else LEAST_VOLUME
        level = getattr(self.settings, what) + (STEP if is_up else -STEP)
        level = max(least, min(MOST, level))
        self.adjust(Adjust(by, **{what: level}))


def _read(path: Path) -> Settings | None:
    try:
        content = read_durably(path)
        return None if content is None else msgspec.json.decode(content, type=Settings)
    except (CorruptFile, msgspec.DecodeError) as error:
        log.error("settings lost, those of kiosk.toml again: %s", error)
        return None
