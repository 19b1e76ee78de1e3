"""What a citizen said, question by question, for the screen that asks whether it is right, and for
the paper that proves that he said it."""

from __future__ import annotations

from firmware.contract.accounts import answers_of
from firmware.contract.asked import Said
from firmware.contract.options import Option
from firmware.services.catalogue import Catalogue, Service
from firmware.services.catalogue.asks import Ask, Choice, Date, Mobile, Place, Text


def said(catalogue: Catalogue, service: str, account: str, texts: dict[str, str]) -> list[Said]:
    """Each answer under the name of its question, in words where it was chosen from a list; then
    what was written. An account that another release asked for in another way stands under one
    name, and so does what was written there."""
    known, answers = catalogue.services.get(service), answers_of(account)
    if known is None or len(answers) != len(asks := _of_account(known)):
        written = [Said(f"account.{service}", _plain(text)) for text in texts.values()]
        return [Said(f"account.{service}", _plain(account)), *written]
    found, places = [], list[str]()
    for ask, answer in zip(asks, answers, strict=True):
        found.append(Said(known.label(ask), _words(ask, answer, catalogue, places)))
        places += [answer] if isinstance(ask, Place) else []
    names = {ask.id: known.label(ask) for ask in known.asks if isinstance(ask, Text)}
    written = [Said(names.get(name, f"account.{service}"), _plain(texts[name])) for name in texts]
    return [*found, *written]


def _of_account(service: Service) -> list[Ask]:
    """Those whose answers make the account: all but the texts."""
    return [ask for ask in service.asks if not isinstance(ask, Text)]


def mobile_of(catalogue: Catalogue, service: str, account: str) -> str:
    """The mobile among the answers; empty where none was asked for."""
    asks = _of_account(catalogue.services[service])
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
