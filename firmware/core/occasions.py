"""What a kiosk shows beside its services: content, meetings and the fleet's words, by one name."""

from __future__ import annotations

from firmware.contract.content import SetConduct
from firmware.contract.device import Reply
from firmware.contract.meeting import AddMeeting, EndMeeting
from firmware.core.book import Book
from firmware.core.conduct import Conduct
from firmware.core.content_desk import ContentDesk
from firmware.core.fleet_words import FleetWords
from firmware.core.floor import Floor
from firmware.core.meeting_desk import MeetingDesk
from firmware.core.visit import Signal, Visit
from firmware.runtime.config import Config
from firmware.till.effects import Outbox


class Occasions:
    """`now` is monotonic seconds."""

    def __init__(self, book: Book, floor: Floor, outbox: Outbox, config: Config) -> None:
        self.content = ContentDesk(floor.occasion, Conduct(book, outbox))
        self.meetings = MeetingDesk(book, floor, outbox, config.meeting)
        self.words = FleetWords(book, floor.occasion, config.kiosk.neighbours)

    def answer(self, command: SetConduct | AddMeeting | EndMeeting) -> Reply:
        """What is done is on disk before the answer leaves."""
        if isinstance(command, SetConduct):
            return self.content.answer(command)
        return self.meetings.answer(command)

    def tick(self, visit: Visit, now: float) -> Signal | None:
        """What is due by the clock; a signal moves the visit."""
        self.content.tick(visit)
        self.words.tick()
        return self.meetings.tick(visit, now)
