"""The questions of a service, one after the other, and one step back at a time.

What was answered so far is in the visit; the account is made of all of it.
"""

from __future__ import annotations

from firmware.contract.screen import Number, ScreenData
from firmware.core.visit import Signal, Visit
from firmware.services.catalogue import Catalogue, Service
from firmware.services.catalogue.asks import Ask


class Asking:
    """Reads the catalogue; puts answers, and what is wrong with them, into the visit."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def begin(self, visit: Visit) -> None:
        """On entering the questions: with all of them answered, the last one is asked again."""
        asks = self._service(visit).asks
        if len(visit.answers) == len(asks):
            visit.typed = visit.answers.pop()
        elif len(visit.answers) > len(asks):  # of an order that another release made
            visit.answers = []

    def answer(self, visit: Visit, typed: str) -> Signal | None:
        """The step that follows; None where it has to be typed again."""
        service, ask = self._service(visit), self._ask(visit)
        visit.typed, visit.problem = typed, service.problem_of(ask, typed)
        if visit.problem is not None:
            return None
        visit.answers, visit.typed = [*visit.answers, typed], ""
        return Signal.ENTERED if len(visit.answers) == len(service.asks) else Signal.NEXT

    def back(self, visit: Visit) -> Signal | None:
        """To the question before, with what was answered to it; None from the first one."""
        if not visit.answers:
            return None
        visit.answers, visit.typed = visit.answers[:-1], visit.answers[-1]
        return Signal.NEXT

    def draw(self, visit: Visit) -> ScreenData:
        """The present question."""
        ask = self._ask(visit)
        label = self._service(visit).label(ask)
        return Number(visit.service, label, ask.digits, visit.typed, visit.problem, least=ask.least)

    def _service(self, visit: Visit) -> Service:
        return self._catalogue.services[visit.service]

    def _ask(self, visit: Visit) -> Ask:
        return self._service(visit).asks[len(visit.answers)]
