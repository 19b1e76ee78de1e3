"""What is so at this moment beside the services: content of the district, a meeting."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware.content.manifest import Manifest
from firmware.contract.content import Bilingual, Shown
from firmware.contract.meeting import Announced, Planned
from firmware.contract.uplink import Words
from firmware.meeting.hall import Room

MEETING = "meeting"  # the tile, which is no service of the catalogue


@dataclass
class Occasion:
    """Written by content, meetings and the fleet's words; drawn by screens and papers."""

    content: Manifest | None = None  # None: the kiosk's own words alone
    announced: Announced | None = None
    meeting: Planned | None = None  # that the screen is given over to
    has_meetings: bool = False
    why_no_meeting: str | None = None  # a message key, for its tile
    room: Room = field(default_factory=Room)
    notices: list[Words] = field(default_factory=list)  # of the fleet, on the first screen
    neighbours: list[Words] = field(default_factory=list)  # where else to try

    @property
    def shown(self) -> Shown | None:
        return None if self.content is None else self.content.shown()

    @property
    def paper(self) -> Bilingual | None:
        """The line at the foot of receipts and of the poster."""
        return None if self.content is None else self.content.paper
