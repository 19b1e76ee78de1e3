"""A small world with an office that knows facts, and a gateway that keeps what it said."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from firmware.contract.facts import FactLine, Facts, FetchFacts, ShowFacts
from firmware.contract.gateway import Failed, GatewayReply, Problem
from firmware.contract.screen import Action, Number, Services, Trouble
from firmware.till.effects import Ask
from tests.firmware.core.office import Office
from tests.firmware.core.world import ELECTRICITY, World

GRIEVANCE, UNKNOWN, SECRET = "112600000417", "112600000999", "सी*** देवी"
FACTS = Facts(
    [
        FactLine("subject", {"hi": SECRET, "en": "S*** Devi"}),
        FactLine("status", {"hi": "कार्रवाई चल रही है", "en": "In progress"}),
    ],
    "2026-11-22T09:58:00+05:30",
)


class FactsOffice(Office):
    """Facts by service and number; those asked for once are kept for when the line is dead."""

    def __init__(self) -> None:
        super().__init__(ELECTRICITY)
        self.facts: dict[tuple[str, str], Facts] = {("sampark_status", GRIEVANCE): FACTS}
        self.kept: dict[tuple[str, str], Facts] = {}
        self.is_given_up = False  # the bus has asked often enough, and nobody answered
        self.asked: list[FetchFacts] = []

    def answer(self, ask: Ask) -> GatewayReply | None:
        if not isinstance(request := ask.request, FetchFacts):
            return super().answer(ask)
        self.asked.append(request)
        key = (request.service, request.account)
        if self.is_given_up:
            return None
        if self.refuses is not None:
            return Failed(self.refuses)
        if not self.is_up:
            kept = self.kept.get(key)
            return Failed(Problem.BACK_END_DOWN) if kept is None else replace(kept, is_kept=True)
        if key in self.facts:
            self.kept[key] = self.facts[key]
        return self.facts.get(key, Failed(Problem.NO_SUCH_ACCOUNT))


class LookupWorld(World):
    """Nothing is on its roll but slips and receipts."""

    office: FactsOffice

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.office = FactsOffice()

    def to_number(self, language: str = "hi") -> None:
        self.press(Action.CHOOSE_LANGUAGE, language)
        assert isinstance(self.screen.data, Services)
        self.press(Action.CHOOSE_SERVICE, "sampark_status")
        assert isinstance(self.screen.data, Number), self.screen.data

    def looks_up(self, number: str = GRIEVANCE, language: str = "hi") -> None:
        self.to_number(language)
        self.press(Action.ENTER, number)

    @property
    def facts(self) -> ShowFacts:
        shown = self.screen.data
        assert isinstance(shown, ShowFacts), shown
        return shown

    def has_secret(self) -> bool:
        """Whether what the office knows, or of whom, is anywhere on the screen or in RAM."""
        raw = self.core.flow.snapshot().decode() + str(self.screen.data)
        shown = self.screen.data
        held = shown.lines if isinstance(shown, ShowFacts) else []
        return (
            SECRET in raw or GRIEVANCE in raw or any(SECRET in line.text.values() for line in held)
        )


def written(world: LookupWorld) -> list[object]:
    return [entry.row for entry in world.journal.entries()]


def number(world: LookupWorld) -> Number:
    shown = world.screen.data
    assert isinstance(shown, Number), shown
    return shown


def tile(world: LookupWorld) -> str | None:
    """What the tile of all lookups says."""
    return world.tiles["status"]


def trouble(world: LookupWorld) -> Trouble:
    shown = world.screen.data
    assert isinstance(shown, Trouble), shown
    return shown
