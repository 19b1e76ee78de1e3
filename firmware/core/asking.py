"""The questions of a service, one after the other, and one step back at a time.

What was answered so far is in the visit; the account is made of all of it. A list that the back end
keeps is asked for when its question comes up, and stays in the visit until that is left behind.
"""

from __future__ import annotations

import logging
from datetime import date, datetime

from firmware.contract.gateway import Failed, GatewayReply, Problem
from firmware.contract.options import FetchOptions, Option, Options
from firmware.contract.screen import MOST_ROWS, Action, Choice, Number, Press, ScreenData
from firmware.contract.typed import LONGEST_SEARCH, FindPlace, WriteText
from firmware.core.narrowing import LEAFED, Part, narrowed
from firmware.core.visit import Signal, Visit
from firmware.services.catalogue import Catalogue, Service, asks
from firmware.services.catalogue.asks import Ask, Fetched, ListAsk, Text, TypedAsk
from firmware.services.place_index import STEP, PlaceIndex

log = logging.getLogger("core")

NOTHING = "choice.nothing"  # to choose from
NOT_READ = "scan.unknown"


class Asking:
    """Reads the catalogue; puts answers, and what is wrong with them, into the visit."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue, self._index = catalogue, PlaceIndex(catalogue.places)

    # --- moving ----------------------------------------------------------------------------

    def begin(self, visit: Visit) -> bool:
        """On entering a question: with all of them answered, the last one is asked again. True
        where its list has to come from the back end first."""
        known = self._service(visit).asks
        self.show_all(visit)
        visit.sought = None
        if len(visit.answers) == len(known):
            self._ask_before(visit)
        elif len(visit.answers) > len(known):  # of an order that another release made
            visit.ask_again()
        return isinstance(self._ask(visit), Fetched) and visit.options is None

    def show_all(self, visit: Visit) -> None:
        """A list from its beginning: another language has another order."""
        visit.page, visit.within = 0, ""

    def answer(self, visit: Visit, typed: str, today: date) -> Signal | None:
        """What was typed; None where it has to be typed again."""
        service, ask = self._service(visit), self._ask(visit)
        if not isinstance(ask, TypedAsk | Text):
            return None
        visit.typed, visit.problem = typed, service.problem_of(ask, typed, today)
        if visit.problem is not None:
            return None
        answer = ask.answer_of(typed)
        if isinstance(ask, Text):
            visit.texts |= {ask.id: answer} if answer else {}
            answer = ""  # no part of the account
        return self._take(visit, answer)

    def scan(self, visit: Visit, read: str, today: date) -> Signal | None:
        """What a bar code reader read; None where a citizen has to type after all."""
        if (number := asks.scanned(self._ask(visit), read, today)) is not None:
            return self.answer(visit, number, today)
        visit.problem = NOT_READ
        return None

    def on_press(self, visit: Visit, press: Press) -> Signal | None:
        """What was pressed in a list; None where that is not left."""
        if not isinstance(self._ask(visit), ListAsk):
            return None
        match press.action:
            case Action.NEXT_PAGE:
                visit.page = min(visit.page + 1, self._pages(visit) - 1)
            case Action.PREVIOUS_PAGE:
                visit.page = max(visit.page - 1, 0)
            case Action.SEARCH if self._may_search(visit):
                visit.sought, visit.problem = press.value[:LONGEST_SEARCH], None
            case Action.CHOOSE if visit.sought is not None:
                return self._choose_found(visit, press.value)
            case Action.CHOOSE if press.value in {each.id for each in self._options(visit)}:
                return self._choose(visit, press.value)
        return None

    def back(self, visit: Visit) -> Signal | None:
        """To the whole of a list, or to the question before, with what was answered to it; None
        from the first one."""
        if visit.within or visit.sought is not None:
            return Signal.NEXT
        if not visit.answers:
            return None
        visit.options = None
        self._ask_before(visit)
        return Signal.NEXT

    def _ask_before(self, visit: Visit) -> None:
        last = visit.answers[-1]
        visit.answers = visit.answers[:-1]
        ask = self._ask(visit)
        if isinstance(ask, Text):
            last = visit.texts.pop(ask.id, "")
        visit.typed = ask.typed_of(last) if isinstance(ask, TypedAsk) else last

    def _choose(self, visit: Visit, answer: str) -> Signal | None:
        """A part of a long list is only the way to an answer. A place without places in it leads
        nowhere: that is said where it was chosen."""
        if Part.named(answer) is not None:
            visit.page, visit.within = 0, answer
            return None
        given, ahead = [*visit.answers, answer], self._service(visit).asks[len(visit.answers) + 1 :]
        is_place = bool(ahead) and isinstance(ahead[0], asks.Place)
        if is_place and not self._catalogue.places.under(self._path(visit, given)):
            visit.problem = NOTHING
            return None
        return self._take(visit, answer)

    def _choose_found(self, visit: Visit, path: str) -> Signal | None:
        """A place that was found answers each question on the way to it. Of one that is listed no
        more, or deeper than is asked, nothing is answered."""
        steps = path.split(STEP)
        given = self._path(visit, visit.answers)
        if len(steps) > self._levels(visit) or not self._catalogue.places.has([*given, *steps]):
            return None
        signal = None
        for step in steps:
            if (signal := self._choose(visit, step)) is None:
                visit.sought = None  # the list says what is wrong with it
                self.show_all(visit)
        return signal

    def _take(self, visit: Visit, answer: str) -> Signal:
        visit.answers, visit.typed, visit.problem = [*visit.answers, answer], "", None
        if len(visit.answers) == len(self._service(visit).asks):
            return Signal.ENTERED
        visit.options = None
        return Signal.NEXT

    # --- lists of the back end -------------------------------------------------------------

    def request(self, visit: Visit) -> FetchOptions:
        """What the back end is asked for the present question."""
        return FetchOptions(visit.service, self._ask(visit).id, [*filter(None, visit.answers)])

    def take_options(self, visit: Visit, reply: GatewayReply | Options | None) -> Signal:
        """Put the list, or what is wrong, into the visit. None is silence."""
        match reply:
            case Options(options=options) if options:
                visit.options = reply
                return Signal.NEXT
            case Options():
                return self._wrong(visit, NOTHING)
            case Failed(problem=Problem.NO_SUCH_ACCOUNT):
                return self._wrong(visit, "number.no_such_account")
            case Failed(problem=Problem.REFUSED):
                visit.cause = "trouble.refused"
            case _:
                visit.cause = "trouble.back_end_down"
        return Signal.FAILED

    def _wrong(self, visit: Visit, problem: str) -> Signal:
        """The office offers nothing after these answers: the last of them is asked again."""
        if not visit.answers:
            visit.cause = "trouble.refused"
            return Signal.FAILED
        self._ask_before(visit)
        visit.problem = problem
        return Signal.NEXT

    # --- what is seen ----------------------------------------------------------------------

    def draw(self, visit: Visit, today: date) -> ScreenData:
        """The present question."""
        ask, label = self._ask(visit), self._service(visit).label(self._ask(visit))
        if visit.sought is not None:
            return self._found(visit, self._service(visit).label(self._smallest(visit)))
        if isinstance(ask, ListAsk):
            return self._list(visit, label, today)
        if isinstance(ask, Text):
            most, least, script, lines = ask.most, ask.least, ask.script, ask.lines
            known = (most, least, script, lines, visit.typed, visit.problem)
            return WriteText(visit.service, label, *known)
        return Number(
            visit.service,
            label,
            ask.digits,
            visit.typed,
            visit.problem,
            least=ask.least,
            groups=list(ask.groups),
            marks=ask.marks,
            check=ask.check if isinstance(ask, asks.Digits) else "",
        )

    def _list(self, visit: Visit, label: str, today: date) -> Choice:
        first = visit.page * MOST_ROWS
        return Choice(
            service=visit.service,
            label=label,
            options=self._options(visit)[first : first + MOST_ROWS],
            chosen=visit.typed,
            problem=visit.problem,
            page=visit.page + 1,
            pages=self._pages(visit),
            as_of=_day_of(visit.options, today),
        )

    def _found(self, visit: Visit, label: str) -> FindPlace:
        sought, path = visit.sought or "", self._path(visit, visit.answers)
        found = self._index.find(sought, path, self._levels(visit), MOST_ROWS)
        return FindPlace(visit.service, label, sought, found)

    def _smallest(self, visit: Visit) -> Ask:
        """The last of the questions for places that follow each other from here on."""
        return self._service(visit).asks[len(visit.answers) + self._levels(visit) - 1]

    def actions(self, visit: Visit) -> list[Action]:
        """What the present question offers."""
        match self._ask(visit):
            case asks.Digits() | asks.Mobile():
                return [Action.ENTER, Action.SCAN]
            case asks.Date() | asks.Year():
                return [Action.ENTER]
            case Text():
                return [Action.ENTER, Action.STAY]
        if visit.sought is not None:
            return [Action.CHOOSE, Action.SEARCH]
        search = [Action.SEARCH] if self._may_search(visit) else []
        more = [Action.NEXT_PAGE] if visit.page + 1 < self._pages(visit) else []
        less = [Action.PREVIOUS_PAGE] if visit.page else []
        return [Action.CHOOSE, *less, *more, *search]

    # --- what it reads ---------------------------------------------------------------------

    def _service(self, visit: Visit) -> Service:
        return self._catalogue.services[visit.service]

    def _ask(self, visit: Visit) -> Ask:
        return self._service(visit).asks[len(visit.answers)]

    def _may_search(self, visit: Visit) -> bool:
        """Whether a name is typed sooner than found by leafing."""
        is_place = isinstance(self._ask(visit), asks.Place)
        return is_place and self._index.count(self._path(visit, visit.answers)) > LEAFED

    def _levels(self, visit: Visit) -> int:
        """How many questions for places follow each other from here on."""
        ahead = self._service(visit).asks[len(visit.answers) :]
        kinds = [isinstance(ask, asks.Place) for ask in ahead]
        return [*kinds, False].index(False)

    def _pages(self, visit: Visit) -> int:
        return max(1, -(-len(self._options(visit)) // MOST_ROWS))

    def _options(self, visit: Visit) -> list[Option]:
        match self._ask(visit):
            case asks.Choice(options=options):
                return options
            case asks.Place():
                listed = self._catalogue.places.under(self._path(visit, visit.answers))
                return narrowed(listed, visit.within, visit.language)
            case _:
                return [] if visit.options is None else visit.options.options

    def _path(self, visit: Visit, answers: list[str]) -> list[str]:
        """Those of the answers that are places."""
        known = zip(self._service(visit).asks, answers, strict=False)
        return [answer for ask, answer in known if isinstance(ask, asks.Place)]


def _day_of(options: Options | None, today: date) -> str:
    """The day of a list that was kept; empty for one of today."""
    if options is None:
        return ""
    try:
        day = datetime.fromisoformat(options.as_of).date()
    except ValueError:
        log.error("options: expected an ISO date and time, got %r", options.as_of)
        return ""
    return "" if day == today else day.isoformat()
