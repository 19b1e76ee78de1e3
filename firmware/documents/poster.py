"""The poster beside the kiosk: what it does, what to bring, how to pay, whom to call.

Over-charging begins where no rate list hangs. So each fee stands here line by line, as the signed
rate table of the office has it; a service that it does not have is not offered for money.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from firmware.contract.content import Bilingual
from firmware.contract.device import Kind
from firmware.contract.money import rupees
from firmware.documents.catalogue import words_of
from firmware.documents.dates import day
from firmware.documents.fees import fee_text
from firmware.documents.sheet import Both, Offered, Poster
from firmware.runtime.config import Config
from firmware.runtime.words import Words
from firmware.services.catalogue import Catalogue, Service
from firmware.services.catalogue.asks import Digits, Mobile, TypedAsk
from firmware.services.rates.table import Rate, RateTable

FREE = ("lookup", "request", "verification")  # kinds of service


def poster(
    config: Config, catalogue: Catalogue, table: RateTable | None, line: Bilingual | None = None
) -> Poster:
    """Of the services that work in this release, the devices in `kiosk.toml` and the rates.

    `line` is the district's, where the code of conduct lets it be printed.
    """
    kiosk, had = config.kiosk, partial(_is_had, config=config, table=table)
    return Poster(
        owner=_both("document.owner"),
        place=Both(kiosk.place.get("hi", kiosk.id), kiosk.place.get("en", kiosk.id)),
        services_title=_both("poster.services"),
        services=[_offered(each, table) for each in filter(had, catalogue.services.values())],
        paying_title=_both("poster.paying"),
        paying=list(_paying(config)),
        help_title=_both("poster.help"),
        helpline=kiosk.helpline,
        kiosk=kiosk.id,
        rates=None if table is None else _stand(table),
        line=None if line is None else Both(line.hi, line.en),
    )


def _is_had(service: Service, config: Config, table: RateTable | None) -> bool:
    """Whether this kiosk has what the service needs: a printer for its paper, the office's key, a
    reader of fingers, and the office's word for what it costs."""
    kinds = {section.kind for section in config.device.values()}
    if service.kind == "verification":
        return Kind.FINGER in kinds
    if service.paper is None:
        return True
    if table is None or service.id not in table.service:
        return False
    return Kind(service.paper.printer) in kinds and bool(config.gateway.office_key)


def _offered(service: Service, table: RateTable | None) -> Offered:
    rates = [] if table is None else table.service.get(service.id, [])
    return Offered(
        name=_both(f"service.{service.id}"),
        bring=Both(*(_bring(service, each) for each in ("hi", "en"))),
        fee=Both(*(_fee(service, rates, words_of(each)) for each in ("hi", "en"))),
    )


def _stand(table: RateTable) -> Both:
    """Which table it is, and since when it counts."""
    return Both(
        *(
            words_of(language)(
                "poster.rates",
                version=table.version,
                day=day(table.valid_from.isoformat(), words_of(language)),
            )
            for language in ("hi", "en")
        )
    )


def _fee(service: Service, rates: Sequence[Rate], words: Words) -> str:
    return words("poster.fee.free") if service.kind in FREE else fee_text(rates, words)


def _bring(service: Service, language: str) -> str:
    """What is typed here; a list is on the screen."""
    words = words_of(language)
    typed = [ask for ask in service.asks if isinstance(ask, TypedAsk)]
    what = "; ".join(_number(words(service.label(ask)), ask, words) for ask in typed)
    return words("poster.bring", what=what)


def _number(label: str, ask: TypedAsk, words: Words) -> str:
    """K number, 12 digits; a date, or a number of any length, needs no more than its name."""
    is_counted = isinstance(ask, Digits | Mobile) and not ask.least
    return words("poster.digits", label=label, digits=ask.digits) if is_counted else label


def _paying(config: Config) -> Iterator[Both]:
    kinds, limits = {section.kind for section in config.device.values()}, config.limits
    yield _both("poster.fee")
    if Kind.NOTES in kinds:
        yield _both("poster.notes")
    if Kind.COINS in kinds:
        yield _both("poster.coins")
    if limits.refused:
        yield _both("poster.refused", values=", ".join(f"₹{each}" for each in limits.refused))
    if limits.per_visit is not None:
        yield _both("poster.limit", amount=f"₹{rupees(limits.per_visit).short()}")
    yield _both("poster.upi")
    if Kind.CARD in kinds:
        yield _both("poster.card")
    yield _both("poster.receipt")
    yield _both("poster.claim")
    if config.ui.speaks:
        yield _both("poster.speaks")


def _both(key: str, **facts: object) -> Both:
    return Both(words_of("hi")(key, **facts), words_of("en")(key, **facts))
