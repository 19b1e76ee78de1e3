"""What a listener hears, as the window knows it: the voice without its processes. No Kivy."""

from __future__ import annotations

from typing import Protocol


class Ear(Protocol):
    """Whom the window tells what to say."""

    def listen(self) -> None:
        """Say the screen again, from the beginning."""

    def say(self, text: str) -> None:
        """Say this, in the language of the screen; the newest sentence cuts the older one off."""

    def hush(self) -> None:
        """Be silent."""

    def louder(self) -> None:
        """One step up; after the loudest the softest."""


class Deaf:
    """Nobody listens: pictures, and tests of what is seen."""

    def listen(self) -> None: ...

    def say(self, text: str) -> None: ...

    def hush(self) -> None: ...

    def louder(self) -> None: ...
