"""From an order to the facts on its papers."""

from __future__ import annotations

from datetime import datetime

from firmware.contract.facts import Facts
from firmware.contract.money import ZERO, Money
from firmware.contract.reading import Language, in_language, on_paper
from firmware.contract.ticket import Ticket
from firmware.core.occasion import Occasion
from firmware.core.said import said
from firmware.documents.claim import Claim, claim_slip
from firmware.documents.facts import FactsSlip, facts_slip
from firmware.documents.receipt import PaidBill, Receipt, receipt
from firmware.documents.refund import Refund, refund_slip
from firmware.documents.request import Asked, Request, acknowledgement
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.journal.plain import masked
from firmware.runtime.clock import INDIA
from firmware.runtime.config import KioskSection
from firmware.services.catalogue import Catalogue
from firmware.services.catalogue.asks import MOBILE
from firmware.till.claims import ClaimFacts, issue
from firmware.till.codes import Codes, may_be_tendered
from firmware.till.owners import Owners
from firmware.till.signing import NoKey, Signer

# The screen names each fault; the slip is read at an office, where the kind of fault matters.
CAUSES = {
    "trouble.cancelled_with_money": "claim.cause.cancelled",
    "trouble.timed_out_with_money": "claim.cause.left",
    "trouble.over_paid": "claim.cause.over",
    "trouble.rest_of_money": "claim.cause.over",
    "trouble.rest_of_slip": "claim.cause.over",
    "trouble.note_unaccounted": "claim.cause.note_in_doubt",
    "trouble.power_came_back": "claim.cause.power",
    "trouble.battery_low": "claim.cause.power",
    "trouble.suspected": "claim.cause.stopped",
    "trouble.already_paid": "claim.cause.already_paid",
    "trouble.refused": "claim.cause.back_end",
    "trouble.no_such_account": "claim.cause.back_end",
    "trouble.paid_late": "claim.cause.left",
    "trouble.document_unsigned": "claim.cause.document",
    "trouble.document_refused": "claim.cause.document",
    "trouble.document_not_fetched": "claim.cause.document",
    "trouble.not_printed": "claim.cause.document",
    "trouble.card_not_printed": "claim.cause.document",
    "trouble.other_amount": "claim.cause.other_amount",
}
UNNAMED = "claim.cause.device"


class Papers:
    """Builds the tickets of one kiosk."""

    def __init__(
        self,
        kiosk: KioskSection,
        signer: Signer | NoKey,
        catalogue: Catalogue,
        occasion: Occasion | None = None,
    ) -> None:
        """With NoKey in place of a signer the slips are unsigned, and say so."""
        self._kiosk, self._signer, self._catalogue = kiosk, signer, catalogue
        self._occasion = occasion or Occasion()
        self.codes = None if isinstance(signer, NoKey) else Codes(signer)
        self.owners = None if isinstance(signer, NoKey) else Owners(signer)

    def token(self, order: Order) -> str | None:
        """The order's last claim for the QR; None when it cannot be signed: never no slip."""
        if not order.claims or isinstance(self._signer, NoKey):
            return None
        try:
            return issue(self._facts(order), self._signer)
        except ValueError:
            return None  # the slip says so, and so does health: `unsigned_because`

    def _facts(self, order: Order) -> ClaimFacts:
        claim = order.claims[-1]
        return ClaimFacts(
            kiosk=self._kiosk.id,
            order=order.number,
            index=len(order.claims),
            issued_at=int(datetime.fromisoformat(order.claimed_at).timestamp()),
            amount=order.claimable,
            in_doubt=min(claim.in_doubt, order.claimable),
            cause=CAUSES.get(claim.cause, UNNAMED).removeprefix("claim.cause."),
        )

    @property
    def signs_until(self) -> str:
        """ISO 8601; empty without a key."""
        if isinstance(self._signer, NoKey):
            return ""
        return datetime.fromtimestamp(self._signer.certificate.not_after, INDIA).isoformat()

    def unsigned_because(self, now: datetime) -> str:
        """Why a slip of this moment would carry no signature; empty when it would."""
        if isinstance(self._signer, NoKey):
            return str(self._signer)
        if self._signer.certificate.has_ended(int(now.timestamp())):
            return "the certificate is over, or the clock runs ahead of it"
        return ""

    def ticket(
        self, order: Order, document: str, duplicate: int, read: Language, has_code: bool = True
    ) -> Ticket:
        """`document` is `receipt`, which of what takes no money is the acknowledgement, `refund` or
        `claim`; `duplicate` 0 is the original. `has_code`: a slip may carry what makes it money at
        the kiosk. It is printed for whoever reads the language `read`."""
        language = on_paper(read)
        match document:
            case "receipt" if order.is_free:
                return acknowledgement(self._request(order, duplicate, language), language)
            case "receipt":
                return receipt(self._receipt(order, duplicate, language), language)
            case "refund":
                return refund_slip(self._refund(order, duplicate, language), language)
            case _:
                return claim_slip(self._claim(order, duplicate, language, has_code), language)

    def _receipt(self, order: Order, duplicate: int, language: str) -> Receipt:
        notes, coins, slips = put_in(order)
        return Receipt(
            kiosk=self._kiosk.id,
            place=self._place(language),
            number=order.number,
            paid_at=order.paid_at,
            bills=paid_bills(order),
            notes=notes,
            coins=coins,
            slips=slips,
            change=order.changed,
            upi=order.cashless.by_upi - _unused(order, order.cashless.by_upi),
            upi_reference=order.cashless.bank_reference,
            card=order.cashless.by_card - _unused(order, order.cashless.by_card),
            card_number=order.cashless.masked,
            coins_unknown=order.coins_unknown,
            helpline=self._kiosk.helpline,
            duplicate=duplicate,
            line=self._line(language),
        )

    def _line(self, language: str) -> str:
        """Of the district, at the foot."""
        line = self._occasion.paper
        return "" if line is None else line.of(language)

    def _request(self, order: Order, duplicate: int, language: str) -> Request:
        return Request(
            kiosk=self._kiosk.id,
            place=self._place(language),
            number=order.number,
            made_at=order.paid_at,
            service=order.created.service,
            asked=self._asked(order, language),
            is_verification=order.created.kind == rows.VERIFICATION,
            reference=order.reference or "",
            helpline=self._kiosk.helpline,
            duplicate=duplicate,
        )

    def _asked(self, order: Order, language: str) -> list[Asked]:
        """Of a mobile its end: who finds the paper need not have it."""
        name, account = order.created.service, order.created.bill.account
        found = said(self._catalogue, name, account, order.created.texts)
        return [
            Asked(each.label, _without_mobile(in_language(each.text, language, "")))
            for each in found
        ]

    def _refund(self, order: Order, duplicate: int, language: str) -> Refund:
        last = next(reversed(order.cashless.refunds.values()))
        return Refund(
            kiosk=self._kiosk.id,
            place=self._place(language),
            order=order.number,
            amount=order.cashless.going_back,
            card=order.cashless.masked,
            cause=CAUSES.get(last.cause, UNNAMED),
            made_at=order.charged_at,
            helpline=self._kiosk.helpline,
            duplicate=duplicate,
        )

    def _claim(self, order: Order, duplicate: int, language: str, has_code: bool) -> Claim:
        claim = order.claims[-1]
        return Claim(
            kiosk=self._kiosk.id,
            place=self._place(language),
            number=claim.claim,
            order=order.number,
            made_at=order.claimed_at,
            amount=order.claimable,
            in_doubt=min(claim.in_doubt, order.claimable),
            cause=CAUSES.get(claim.cause, UNNAMED),
            helpline=self._kiosk.helpline,
            duplicate=duplicate,
            token=self.token(order) or "",
            code=self._code(order) if has_code else "",
            coins_unknown=order.coins_unknown,
            paid_by_upi=order.cashless.bank_reference,
            paid_by_card=order.cashless.masked if order.cashless.by_card else "",
        )

    def _code(self, order: Order) -> str:
        """What makes the slip money here. Not on one that came out while nobody may have stood
        there: who picks it up has to show the operator whose it is."""
        claim = order.claims[-1]
        if self.codes is None or not may_be_tendered(claim, order):
            return ""
        return self.codes.of(claim.claim)

    def facts_slip(self, service: str, account: str, facts: Facts, read: Language) -> Ticket:
        """What the office knows, for whoever asked."""
        language = on_paper(read)
        slip = FactsSlip(
            kiosk=self._kiosk.id,
            place=self._place(language),
            service=service,
            account=account,
            lines=facts.lines,
            as_of=facts.as_of,
            is_kept=facts.is_kept,
            helpline=self._kiosk.helpline,
        )
        return facts_slip(slip, language)

    def _place(self, language: str) -> str:
        return in_language(self._kiosk.place, language, self._kiosk.id)


def _without_mobile(text: str) -> str:
    return masked(text) if MOBILE.fullmatch(text) else text


def paid_bills(order: Order) -> list[PaidBill]:
    """The bills that were paid and not refused; the fee is paid before the bill."""
    return [
        _paid_bill(order, number, line, part)
        for number, (line, part) in enumerate(zip(order.lines, order.parts, strict=True), 1)
        if part and number not in order.refusals
    ]


def _paid_bill(order: Order, number: int, line: rows.Line, part: Money) -> PaidBill:
    bill, fee = line.bill, min(line.bill.fee, part)
    advance = max(part - line.payable, ZERO)
    return PaidBill(
        service=line.service,
        account=bill.account,
        name=bill.name,
        bill_number=bill.number,
        period=bill.period,
        due_date=bill.due_date,
        amount=part - fee - advance,
        fee=fee,
        advance=advance,
        rest=max(line.payable - part, ZERO),
        is_posted=number in order.references,
        reference=order.references.get(number, ""),
        fees=next(iter(order.created.fees[number - 1 : number]), None),
    )


def put_in(order: Order) -> tuple[Money, Money, Money]:
    """The notes, coins and slips that paid the bill and brought the change, without what went to a
    claim: of a slip that was worth more than the bill the rest went there first."""
    if order.cashless.received:
        return ZERO, ZERO, ZERO  # one tender an order
    surplus = order.inserted - order.used - order.changed
    from_slips = min(surplus, order.tender)
    from_notes = min(surplus - from_slips, order.notes)
    from_coins = surplus - from_slips - from_notes
    return order.notes - from_notes, order.coins - from_coins, order.tender - from_slips


def _unused(order: Order, received: Money) -> Money:
    """What of the money that came without cash pays no bill."""
    return max(received - order.used, ZERO) if received else ZERO
