"""What a citizen said, question by question, for the screen that asks whether it is right, and for
the paper that proves that he said it."""

from __future__ import annotations

from firmware.contract.accounts import answers_of
from firmware.contract.asked import Said
from firmware.contract.options import Option
from firmware.services.catalogue import Catalogue
from firmware.services.catalogue.asks import Ask, Choice, Date, Mobile, Place


def said(catalogue: Catalogue, service: str, account: str) -> list[Said]:
    """Each answer under the name of its question, in words where it was chosen from a list; an
    account that another release asked for in another way stands under one name."""
    known, answers = catalogue.services.get(service), answers_of(account)
    if known is None or len(answers) != len(known.asks):
        return [Said(f"account.{service}", _plain(account))]
    found, places = [], list[str]()
    for ask, answer in zip(known.asks, answers, strict=True):
        found.append(Said(known.label(ask), _words(ask, answer, catalogue, places)))
        places += [answer] if isinstance(ask, Place) else []
    return found


def mobile_of(catalogue: Catalogue, service: str, account: str) -> str:
    """The mobile among the answers; empty where none was asked for."""
    asks = catalogue.services[service].asks
    said = zip(asks, answers_of(account), strict=True)
    return next((answer for ask, answer in said if isinstance(ask, Mobile)), "")


def _words(ask: Ask, answer: str, catalogue: Catalogue, within: list[str]) -> dict[str, str]:
    """`within`: the places that were chosen before."""
    match ask:
        case Choice(options=options):
            return _named(answer, options)
        case Place():
            return _named(answer, catalogue.places.under(within))
        case Date():
            return _plain(f"{answer[6:]}.{answer[4:6]}.{answer[:4]}")
        case _:
            return _plain(answer)


def _named(answer: str, options: list[Option]) -> dict[str, str]:
    """What is listed no more stands as it was answered."""
    return next((each.words for each in options if each.id == answer), _plain(answer))


def _plain(answer: str) -> dict[str, str]:
    return {"hi": answer, "en": answer}
