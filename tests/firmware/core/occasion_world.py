"""The small world with a district in it: content packs, and a hall where meetings are held."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from firmware.content.manifest import Manifest
from firmware.content.shelf import Look
from firmware.contract.content import Bilingual, SetConduct
from firmware.contract.device import Outcome
from firmware.contract.meeting import Planned, Schedule
from firmware.contract.screen import Attract, Services
from firmware.contract.ticket import Text, Ticket
from firmware.meeting.hall import Hall
from firmware.runtime.clock import INDIA
from firmware.runtime.outer_sections import MeetingSection
from firmware.till.effects import CloseMeeting, Effect, LayOut, OpenMeeting, Tell
from tests.firmware.core.paper_world import PaperWorld

ORIGIN = "https://meet.example.org"
SLOGAN, MINISTER, OFFICE = "हर सेवा, हर गाँव", "मंत्री जी की ओर से", "कलेक्टर कार्यालय"
WORDS = (SLOGAN, MINISTER, OFFICE, "Every service", "minister", "Collector")
START = datetime(2026, 11, 22, 10, 30, tzinfo=INDIA)  # half an hour after the world begins


def manifest(version: int = 1, slogan: str = SLOGAN) -> Manifest:
    facts = {
        "version": version,
        "title": "Winter",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "slogan": Bilingual(slogan, "Every service, every village"),
        "paper": Bilingual(MINISTER, "With the minister's greetings"),
        "line": [Bilingual(OFFICE, "Office of the Collector")],
        "picture": {"logo": "logo.png", "banner": "banner.jpg"},
    }
    return msgspec.convert(msgspec.to_builtins(facts), Manifest)


def meeting(name: str = "review", starts: datetime = START, minutes: int = 60) -> Planned:
    ends = starts + timedelta(minutes=minutes)
    title = ("ज़िला समीक्षा", "District review")
    return Planned(name, f"{ORIGIN}/{name}", starts.isoformat(), ends.isoformat(), *title)


class OccasionWorld(PaperWorld):
    """The hall is a real folder; whoever opens the browser there is `people`."""

    base = replace(PaperWorld.base, meeting=MeetingSection([ORIGIN], 15))

    def __init__(self, folder: Path) -> None:
        self.hall = Hall(folder / "hall", folder)  # any path that is there is its browser
        self.browser_opens = True
        self.said: list[Effect] = []
        self.papers: list[str] = []
        self.look = Look()
        super().__init__(folder)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 4)):
            self.see()
            super().run(0.25)

    def see(self) -> None:
        """What the daemon looks at before each tick."""
        if self.browser_opens and self.hall.look().order is not None:
            (self.hall.folder / "held").touch()
        self.core.floor.occasion.room = self.hall.look()
        self.core.flow.occasions.content.on_look(self.look)

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case OpenMeeting(meeting=planned):
                self.hall.open(planned)
            case CloseMeeting():
                self.hall.close()
            case LayOut(ticket=ticket):
                self.papers.append(repr(ticket))
            case Tell(command=command) if isinstance(getattr(command, "ticket", None), Ticket):
                self.papers.append(repr(command))
            case _:
                self.said.append(effect)
        super().carry_out(effect)

    def conduct(self, is_on: bool) -> None:
        said = SetConduct(is_on, "A. Sharma", "order 14")
        assert self.core.on_command(said).outcome is Outcome.DONE

    def plan(self, *meetings: Planned, version: int = 1) -> None:
        self.core.flow.occasions.meetings.on_schedule(Schedule(version, list(meetings)))

    def at(self, minute: int, hour: int = 10) -> None:
        """Let the time pass until then."""
        moment = datetime(2026, 11, 22, hour, minute, tzinfo=INDIA)
        self.clock.advance((moment - self.clock.now()).total_seconds())
        self.run(1)

    @property
    def first(self) -> Attract:
        assert isinstance(self.screen.data, Attract), self.screen.data
        return self.screen.data

    @property
    def services(self) -> Services:
        assert isinstance(self.screen.data, Services), self.screen.data
        return self.screen.data

    def seen(self) -> str:
        """All that the screen says, as it travels."""
        return msgspec.json.encode(self.screen).decode()


def words_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


def foot(ticket: Ticket) -> str:
    last = ticket.lines[-1]
    assert isinstance(last, Text)
    return last.text
