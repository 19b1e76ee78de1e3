"""The poster beside the kiosk: what it does, what to bring, how to pay, whom to call.

Over-charging begins where no rate list hangs. The fee of a bill is the back end's and differs from
bill to bill, so the poster says where it is shown before anybody pays.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware.contract.device import Kind
from firmware.contract.money import rupees
from firmware.documents.catalogue import words_of
from firmware.documents.sheet import Both, Offered, Poster
from firmware.runtime.config import Config
from firmware.services.catalogue import Catalogue, Service
from firmware.services.catalogue.asks import TypedAsk


def poster(config: Config, catalogue: Catalogue) -> Poster:
    """Of the services that work in this release and the devices in `kiosk.toml`."""
    kiosk = config.kiosk
    return Poster(
        owner=_both("document.owner"),
        place=Both(kiosk.place.get("hi", kiosk.id), kiosk.place.get("en", kiosk.id)),
        services_title=_both("poster.services"),
        services=[_offered(each) for each in catalogue.services.values() if _is_had(each, config)],
        paying_title=_both("poster.paying"),
        paying=list(_paying(config)),
        help_title=_both("poster.help"),
        helpline=kiosk.helpline,
        kiosk=kiosk.id,
    )


def _is_had(service: Service, config: Config) -> bool:
    """Whether this kiosk has what the service needs: a printer for its paper, the office's key, a
    reader of fingers."""
    kinds = {section.kind for section in config.device.values()}
    if service.kind == "verification":
        return Kind.FINGER in kinds
    if service.paper is None:
        return True
    return Kind(service.paper.printer) in kinds and bool(config.gateway.office_key)


def _offered(service: Service) -> Offered:
    return Offered(
        _both(f"service.{service.id}"), Both(*(_bring(service, each) for each in ("hi", "en")))
    )


def _bring(service: Service, language: str) -> str:
    """What is typed here, and where it is found; a list is on the screen."""
    words = words_of(language)
    typed = [ask for ask in service.asks if isinstance(ask, TypedAsk)]
    labels = [(service.label(ask), ask.digits) for ask in typed]
    known = [f"{words(label)}: {words(f'{label}.where', digits=many)}" for label, many in labels]
    return words(words.own("poster.bring", service.kind), what="; ".join(known))


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
