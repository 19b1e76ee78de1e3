"""The screen's end of the bus: documents in, presses out, and what to show when nobody speaks.

No Kivy: `show` is whatever draws a scene.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from firmware.contract.desk import Settings
from firmware.contract.health import Presence
from firmware.contract.reading import HINDI, Language
from firmware.contract.screen import Action, Press, Screen
from firmware.contract.topics import Topics
from firmware.runtime import VERSION
from firmware.runtime.bus import Bus, Envelope
from ui.backlight import set_brightness
from ui.scene import Director, Scene

log = logging.getLogger("link")

BUS_PATIENCE = 3.0  # seconds without a bus before the screen says that the machine is starting
PRESS_EXPIRES_AFTER = 2  # seconds; a late press would land on a screen nobody looks at any more


@dataclass
class Link:
    """Draws the retained document; knows nothing about money."""

    bus: Bus
    topics: Topics
    director: Director
    show: Callable[[Scene], None]
    shine: Callable[[int], object] = set_brightness  # percent
    begin_at: Callable[[int], object] = lambda percent: None  # percent of loudness
    screen: Screen | None = None
    settings: Settings | None = None  # of the operator
    language: Language = HINDI
    _gone: asyncio.TimerHandle | None = field(default=None)

    def start(self) -> None:
        """Listen, tell that the screen is alive, and show that it will take a moment."""
        self.bus.on(self.topics.screen_state, self.receive)
        self.bus.on(self.topics.core_settings, self.receive_settings)
        self.bus.on_connection = self.connection_changed
        self.bus.retain(self.topics.presence("ui"), Presence(is_alive=True, version=VERSION))
        self.show(self.director.one_moment())
        self.connection_changed(False)

    def receive(self, envelope: Envelope) -> None:
        """A document; an empty one (a retained message wiped) changes nothing.

        A document that cannot be read is core's bug or a newer contract: it is named in the log and
        the screen stays as it is, because a screen that dies of it would die again at every start.
        """
        if not envelope.payload:
            return
        try:
            self.screen = msgspec.json.decode(envelope.payload, type=Screen)
        except msgspec.ValidationError as error:
            log.error("cannot read the document on %s: %s", envelope.topic, error)
            return
        self.language = self.screen.language
        self.show(self.director.scene(self.screen))

    def receive_settings(self, envelope: Envelope) -> None:
        """How bright the operator wants it; the lamp is told only what changed."""
        try:
            settings = msgspec.json.decode(envelope.payload, type=Settings)
        except msgspec.DecodeError as error:
            log.error("cannot read the settings on %s: %s", envelope.topic, error)
            return
        before, self.settings = self.settings, settings
        if before is None or settings.brightness != before.brightness:
            self.shine(settings.brightness)
        if before is None or settings.volume != before.volume:
            self.begin_at(settings.volume)

    def connection_changed(self, is_up: bool) -> None:
        """The bus comes and goes; only a long absence is worth a screen."""
        if self._gone is not None:
            self._gone.cancel()
            self._gone = None
        if not is_up:
            loop = asyncio.get_running_loop()
            self._gone = loop.call_later(BUS_PATIENCE, self._show_no_bus)

    def press(self, action: Action, value: str = "") -> None:
        """Tell core, if this screen takes that action; what it does not take goes nowhere."""
        if self.screen is not None and action in self.screen.actions:
            press = Press(self.screen.serial, action, value)
            self.bus.send(self.topics.screen_press, press, expires=PRESS_EXPIRES_AFTER)

    def _show_no_bus(self) -> None:
        self.screen = None  # nothing may be pressed on a screen that nobody listens to
        self.show(self.director.no_bus(self.language))
