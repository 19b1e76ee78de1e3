"""What the catalogue asks makes accounts that the office knows, or nothing could be sold."""

from __future__ import annotations

from datetime import date

import pytest

from firmware.gateway.sandbox.bills import owed
from firmware.gateway.sandbox.papers import PAPERS
from firmware.gateway.sandbox.plans import options
from firmware.services.catalogue import Service, load_catalogue
from firmware.services.catalogue.asks import Choice, Fetched, Place
from tests.firmware.gateway.test_documents import GOOD

TODAY = date(2026, 11, 22)
TYPED = {  # on the keypad and in the lists, in the order of the questions
    "electricity": ["210344001725"],
    "water": ["4120017001"],
    "telephone": ["01432220417"],
    "postpaid": ["maru", "9000000417"],
    "prepaid": ["maru", "9829012345", "p299"],
    "admit_card": ["26104417", "14022008"],
    "jamabandi": ["tonk", "todaraisingh", "bhasu", "417"],
    "girdawari": ["tonk", "todaraisingh", "bhasu", "417/2"],
    "naksha": ["tonk", "todaraisingh", "bhasu", "417"],
    "jan_aadhaar_paper": ["4812345678", "10012345672"],
}
CATALOGUE = load_catalogue()
SOLD = [each for each in CATALOGUE.services.values() if each.kind in ("bill", "paper")]


def typed_for(service: Service) -> list[str]:
    return TYPED.get(service.id) or [GOOD[service.id]]


def answers(service: Service) -> list[str]:
    """The typed and chosen, checked as the kiosk checks them."""
    given: list[str] = []
    for ask, typed in zip(service.asks, typed_for(service), strict=True):
        match ask:
            case Choice(options=fixed):
                assert typed in {option.id for option in fixed}
            case Place():
                assert typed in {option.id for option in CATALOGUE.places.under(given)}
            case Fetched(id=name):
                assert typed in {option["id"] for option in options(service.id, name, given) or []}
            case _:
                assert service.problem_of(ask, typed, TODAY) is None
                typed = ask.answer_of(typed)
        given.append(typed)
    return given


@pytest.mark.parametrize("service", SOLD, ids=lambda service: service.id)
def test_the_office_knows_what_was_asked_for(service: Service) -> None:
    account = "-".join(answers(service))
    if service.kind == "paper":
        paper = PAPERS[service.id]
        granted = paper.find(account)
        assert granted is not None and granted.pages <= _sheets(service, paper.pages)
    else:
        assert owed(service.id, account) is not None


def _sheets(service: Service, pages: int) -> int:
    """A card has two pages and is one piece of plastic."""
    assert service.paper is not None
    return pages if service.paper.printer == "pvc" else service.paper.sheets
