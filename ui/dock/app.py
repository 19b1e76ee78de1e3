"""The dock's window: a group of buttons a device, what it holds, the answers, the last ticket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.lang import Builder
from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget
from PIL import Image

from firmware.runtime.config import Config
from ui.dock.hands import STAGE, Group, Hand, groups, last_ticket
from ui.dock.reach import Reach
from ui.parts import Touch

FOLDER = Path(__file__).parent
LOOK_EVERY = 1.0  # seconds
LOG_LINES = 14


class HandButton(Touch):
    text = StringProperty("")


class GroupBox(BoxLayout):
    title = StringProperty("")
    physics = StringProperty("")


class Ticket(Widget):
    """The newest ticket, as large as its place."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self._shown: Path | None = None
        with self.canvas:
            Color(1, 1, 1, 1)
            self._plate = Rectangle(size=(0, 0))
        self.fbind("size", self._place)
        self.fbind("pos", self._place)

    def show(self, path: Path | None) -> None:
        if path is None or path == self._shown:
            return
        self._shown = path
        with Image.open(path) as picture:
            ticket = picture.convert("RGB")
        texture = Texture.create(size=ticket.size, colorfmt="rgb")
        texture.blit_buffer(ticket.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
        texture.flip_vertical()
        self._plate.texture = texture
        self._place()

    def _place(self, *_: object) -> None:
        if (texture := self._plate.texture) is None:
            return
        scale = min(self.width / texture.width, self.height / texture.height)
        self._plate.size = (texture.width * scale, texture.height * scale)
        self._plate.pos = (self.right - self._plate.size[0], self.top - self._plate.size[1])


class Dock(BoxLayout):
    log = StringProperty("")

    def __init__(self, config: Config, reach: Reach, **facts: Any) -> None:
        super().__init__(**facts)
        self._config, self._reach = config, reach
        self._busy: set[asyncio.Task[None]] = set()
        self.boxes = {group.device: self._box(group) for group in groups(config)}

    def _box(self, group: Group) -> GroupBox:
        box = GroupBox(title=group.title)
        for hand in group.hands:
            button = HandButton(text=hand.text)
            button.bind(on_press=lambda _, hand=hand: self.press(hand))
            box.ids.hands.add_widget(button)
        self.ids.groups.add_widget(box)
        return box

    def press(self, hand: Hand) -> None:
        """Act without holding the window up."""
        task = asyncio.get_running_loop().create_task(self._do(hand))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _do(self, hand: Hand) -> None:
        line = await asyncio.to_thread(self._reach.do, hand)
        self.log = "\n".join([line, *self.log.split("\n")][:LOG_LINES])
        await self.look()

    async def look(self) -> None:
        """Show what every device holds now."""
        for device, box in self.boxes.items():
            if device != STAGE:
                box.physics = await asyncio.to_thread(self._reach.look, device)
        self.ids.ticket.show(await asyncio.to_thread(last_ticket, self._config))

    async def keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY)


class DockApp(App):
    title = "Kiosk: hands"

    def __init__(self, config: Config, reach: Reach, **facts: Any) -> None:
        super().__init__(**facts)
        load_rules()
        self.dock = Dock(config, reach)

    def build(self) -> Dock:
        return self.dock


def load_rules() -> None:
    """The parts of the screens, and the dock's own."""
    for path in (FOLDER.parent / "parts.kv", FOLDER / "window.kv"):
        if str(path) not in Builder.files:
            Builder.load_file(str(path))
