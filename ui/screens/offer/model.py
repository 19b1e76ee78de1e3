"""Too little is in for everything: pay what it can, or take a slip. Both are said in full."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Offer, Screen
from ui.say import Say, amount, sentences


@dataclass(frozen=True)
class OfferModel:
    question: str = ""
    line: str = ""
    pay: str = ""
    pay_line: str = ""
    slip: str = ""
    slip_line: str = ""
    leaving: str = ""  # with {seconds}
    safe: str = ""  # while nobody counts

    @property
    def spoken_text(self) -> str:
        return sentences(
            self.question, self.line, self.pay, self.pay_line, self.slip, self.slip_line
        )

    @property
    def aloud_text(self) -> str:
        """Which two ways there are; the sums stand on the screen."""
        return sentences(self.question, self.slip_line)


def model(data: Offer, screen: Screen, say: Say) -> OfferModel:
    facts = {
        "pays": amount(data.pays),
        "remains": amount(data.remains),
        "slip": amount(data.slip),
        "bills": data.bills,
        "of": data.of,
    }
    return OfferModel(
        question=say("offer.question"),
        line=say(
            "offer.line", inserted=amount(data.inserted), due=amount(data.pays + data.remains)
        ),
        pay=say("offer.pay", **facts),
        pay_line=_pay_line(data, facts, say),
        slip=say("offer.slip", inserted=amount(data.inserted)),
        slip_line=say("offer.slip.line"),
        safe=say("safe.title"),
        leaving=say("offer.leaving", seconds="{seconds}"),
    )


def _pay_line(data: Offer, facts: dict[str, object], say: Say) -> str:
    first = say("offer.pay.part" if data.of == 1 else "offer.pay.bills", **facts)
    return f"{first} {say('offer.pay.slip', **facts)}" if data.slip else first
