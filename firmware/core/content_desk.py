"""What of the district's pack is seen: the newest between two visits, nothing under the code of
conduct, and that at once."""

from __future__ import annotations

from firmware.content.manifest import Manifest
from firmware.content.shelf import Look
from firmware.contract.content import SetConduct
from firmware.contract.device import Reply
from firmware.core.conduct import Conduct
from firmware.core.occasion import Occasion
from firmware.core.visit import Stage, Visit


class ContentDesk:
    """Writes `occasion.content`; papers and screens read it."""

    def __init__(self, occasion: Occasion, conduct: Conduct) -> None:
        self._occasion, self.conduct = occasion, conduct
        self._looked, self._in_force = Look(), Look()

    @property
    def why(self) -> str:
        """Why no pack is in force although one came; empty else."""
        return self._looked.why

    def on_look(self, look: Look) -> None:
        """What the shelf says; seen when nobody stands there."""
        self._looked = look

    def tick(self, visit: Visit) -> None:
        if visit.stage is Stage.ATTRACT:
            self._in_force = self._looked
        self._show()

    def answer(self, command: SetConduct) -> Reply:
        reply = self.conduct.answer(command)
        self._show()  # before anything else is drawn or printed
        return reply

    def _show(self) -> None:
        manifest: Manifest | None = None if self.conduct.is_on else self._in_force.manifest
        self._occasion.content = manifest
