"""What a citizen answers, and pays, at each service of the catalogue: numbers of docs/sandbox.md.

And what the stories saw come of it, in one line each: the data of the columns of docs/services.md.
"""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from docs.services import OWN, SEEN
from firmware.contract.accounts import account_of
from firmware.services.catalogue import Service, load_catalogue
from firmware.services.catalogue.asks import Text, TypedAsk

RENEWS = "KIOSK_SEEN"  # in the environment: what is seen is written, and not compared
HOW = f"look at it; where it is right: {RENEWS}=1 pytest on this test, then python -m docs.generate"
SERVICES = load_catalogue().services
LAND = ("tonk", "todaraisingh", "hamirpur")


class Errand(NamedTuple):
    """`{n}` in the answers is another number on each visit; all amounts are rupees."""

    answers: tuple[str, ...]
    due: int = 0
    notes: tuple[int, ...] = ()
    coins: tuple[int, ...] = ()
    fact: str = ""  # one of those that a lookup shows

    @property
    def paid(self) -> int:
        return sum(self.notes) + sum(self.coins)

    def said(self, visit: int) -> list[str]:
        return [each.format(n=visit) for each in self.answers]

    def account(self, service: Service, visit: int) -> str:
        """The answers as the office knows them."""
        pairs = zip(service.asks, self.said(visit), strict=True)
        return account_of(
            [
                ask.answer_of(said) if isinstance(ask, TypedAsk) else said
                for ask, said in pairs
                if not isinstance(ask, Text)
            ]
        )


def certificate(application: str) -> Errand:
    return Errand((application,), 50, (50,))


ERRANDS = {
    "electricity": Errand(("21034499900{n}",), 470, (500,)),
    "water": Errand(("412099000{n}",), 312, (200, 100, 10), (2,)),
    "postpaid": Errand(("maru", "987650000{n}"), 399, (200, 200)),
    "prepaid": Errand(("chambal", "982901234{n}", "p155"), 155, (100, 50), (5,)),
    "telephone": Errand(("0143299000{n}",), 589, (500, 100)),
    "admit_card": Errand(("2699000{n}", "14022008"), 10, (10,)),
    "birth": certificate("11039900000{n}"),
    "caste": certificate("11009900000{n}"),
    "death": certificate("11049900000{n}"),
    "disability": certificate("11079900000{n}"),
    "domicile": certificate("11019900000{n}"),
    "marriage": certificate("11029900000{n}"),
    "minority": certificate("11069900000{n}"),
    "police_character": certificate("11059900000{n}"),
    "aadhaar_card": Errand(("1025990000000{n}",), 50, (50,)),
    "aadhaar_paper": Errand(("1025990000001{n}",), 30, (20, 10)),
    "jan_aadhaar_card": Errand(("482299000000{n}",), 50, (50,)),
    "jan_aadhaar_paper": Errand(("489900000{n}", "10012345672"), 30, (20, 10)),
    "girdawari": Errand((*LAND, "1234/{n}"), 20, (20,)),
    "jamabandi": Errand((*LAND, "41{n}"), 20, (20,)),
    "naksha": Errand((*LAND, "1234/{n}"), 30, (20, 10)),
    "grievance": Errand(("water", "पानी", "tonk", "todaraisingh", "bhasu", "रमा", "982901234{n}")),
    "life_certificate": Errand(("26269900000{n}",)),
    "application_status": Errand(("110026000441",), fact="तहसील में जाँच हो रही है"),
    "court_case": Errand(("RJTK01", "0004172026"), fact="दीवानी वाद"),
    "sampark_status": Errand(("112600000417",), fact="जन स्वास्थ्य अभियांत्रिकी विभाग"),
    "scheme": Errand(("4812345678",), fact="35 किलो गेहूँ, नवंबर में लिया"),
}


def moments(service: str) -> set[str]:
    """When a service is looked at; of a bill also where the back end goes after it is shown."""
    found = SERVICES.get(service)
    is_posted_later = found is not None and (found.kind, found.promise) == ("bill", "deferred")
    return {"online", "away"} | ({"away_later"} if is_posted_later else set())


def seen() -> dict[str, dict[str, str]]:
    """By service and moment, in one line."""
    return json.loads(SEEN.read_text(encoding="utf-8")) if SEEN.exists() else {}


def is_as_before(service: str, moment: str, line: str) -> None:
    """Compare with what was seen before; raises AssertionError that says how to renew it."""
    before = seen()
    if os.environ.get(RENEWS):
        before.setdefault(service, {})[moment] = line
        before = {name: lines for name, lines in before.items() if name in (*SERVICES, *OWN)}
        text = json.dumps(before, ensure_ascii=False, indent=1, sort_keys=True)
        SEEN.write_text(text + "\n", encoding="utf-8")
        return
    known = before.get(service, {}).get(moment)
    assert line == known, f"{service}, {moment}: expected {known!r}, got {line!r}; {HOW}"
