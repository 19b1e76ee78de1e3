"""The connector for DIGIT, eGovernments' platform of municipalities: bills fetched and paid.

DIGIT knows no idempotency key of ours, so each payment carries ours as its instrument number, and
before one is created DIGIT is asked for it. docs/protocols/digit.md has the facts and the sources.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from firmware.contract.finger import Sealed
from firmware.contract.gateway import (
    Bill,
    Failed,
    FetchBill,
    GatewayReply,
    GatewayRequest,
    GatewayState,
    PaidBy,
    Posted,
    PostPayment,
    Problem,
)
from firmware.contract.money import ZERO, Money
from firmware.gateway.digit_documents import (
    BillDocument,
    Bills,
    NewPart,
    NewPayment,
    PaymentDocument,
    Payments,
    fitting_mobile,
    fitting_name,
    money_of,
    period_of,
    rupees_of,
)
from firmware.gateway.digit_session import DigitRefusal, DigitSession, LoggedOut, Undecided
from firmware.gateway.doubts import Doubts
from firmware.gateway.link import why_silent
from firmware.runtime.gateway_section import DigitSection, patience_of

FETCH_BILL = "/billing-service/bill/v2/_fetchbill"
CREATE = "/collection-services/payments/_create"
# The module in the path is mandatory for employees in DIGIT's own default settings.
SEARCH = "/collection-services/payments/{}/_search"
STATUSES = "NEW,DEPOSITED,CANCELLED,DISHONOURED,RECONCILED"  # else some are left out
UNDONE = frozenset({"CANCELLED", "DISHONOURED"})
PAID_BY = "Kiosk"  # letters alone are accepted
# Its enumeration has no UPI: what comes over a network without a card is ONLINE.
MODES = {
    PaidBy.CASH: "CASH",
    PaidBy.SLIP: "CASH",
    PaidBy.CARD: "CARD",
    PaidBy.UPI: "ONLINE",
}
WHOLE_RUPEE = 100  # paise: DIGIT's checks refuse fractions, of what is due and of what is paid

NO_BILL = frozenset({"EG_BS_BILL_NO_DEMANDS_FOUND", "EMPTY_DEMANDS"})
NOTHING_DUE = "EG_BS_BILL_ZERO_TAX"
ALREADY_PAID = "BILL_ALREADY_PAID"
# Checks that come before anything is written, and that the same payment would fail again. Any
# other code may be the platform's own trouble: it answers 400 to that, too.
FINAL = frozenset({"INVALID_PAYMENTDETAIL", "INVALID_BILL", "INVALID_BILL_AMOUNT"})

# Of a create: it was refused before anything was written, or never left this machine.
NOTHING_DONE = (DigitRefusal, LoggedOut, aiohttp.ClientConnectorError)
MOST_FOUND = 200  # of one consumer: sixteen years of months

Document = TypeVar("Document")


class Digit:
    """A Connector (firmware/gateway/port.py). `clock` is monotonic, in seconds."""

    look_every = 60.0  # seconds: one platform serves a whole state

    def __init__(
        self, section: DigitSection, timeout: float, ca: str, clock: Callable[[], float]
    ) -> None:
        """Raises ConfigError."""
        self._section, self._timeout, self._clock = section, timeout, clock
        self._session = DigitSession(section, timeout, ca, clock)
        self._doubts = Doubts()

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        try:
            match request:
                case FetchBill():
                    return await self._fetch(request)
                case PostPayment():
                    return await self._post(request)
                case _:
                    kind = type(request).__name__
                    return Failed(Problem.REFUSED, f"DIGIT has no {kind}")
        except DigitRefusal as no:
            return Failed(Problem.BACK_END_DOWN, str(no))
        except (aiohttp.ClientError, TimeoutError, Undecided) as error:
            return Failed(Problem.BACK_END_DOWN, why_silent(error))
        except msgspec.DecodeError as error:
            return Failed(Problem.BACK_END_DOWN, f"not understood: {error}")

    async def look(self) -> GatewayState:
        """A search for what nobody has: it asks the gateway, the users and the collections."""
        service = next(iter(self._section.services.values()))
        query = {"tenantId": self._section.tenant, "receiptNumbers": "-", "limit": "1"}
        try:
            async with asyncio.timeout(self._timeout):
                await self._ask(SEARCH.format(quote(service, safe="")), query, Payments)
        except (aiohttp.ClientError, TimeoutError, Undecided, DigitRefusal) as error:
            return GatewayState(False, why_silent(error))
        except msgspec.DecodeError as error:
            return GatewayState(False, f"not understood: {error}")
        return GatewayState(True)

    async def close(self) -> None:
        await self._session.close()

    # --- a bill ----------------------------------------------------------------------------

    async def _fetch(self, request: FetchBill) -> Bill | Failed:
        found = await self._bill(request.service, request.account)
        if isinstance(found, Failed):
            return found
        due = money_of(found.total_amount)
        if due.paise % WHOLE_RUPEE:
            return Failed(Problem.REFUSED, "DIGIT books whole rupees, and this bill has paise")
        number = found.bill_number or found.id
        name = found.payer_name or ""
        return Bill(number, found.consumer_code, name, period_of(found), "", due, ZERO)

    async def _bill(self, service: str, account: str) -> BillDocument | Failed:
        """The bill that may be paid now: DIGIT makes a new one where the last has expired."""
        business = self._section.services[service]
        query = {"tenantId": self._section.tenant, "consumerCode": account}
        try:
            bills = await self._ask(FETCH_BILL, query | {"businessService": business}, Bills)
        except DigitRefusal as no:
            if NOTHING_DUE in no.codes:
                return Failed(Problem.ALREADY_PAID, str(no))
            if no.codes & NO_BILL:
                return Failed(Problem.NO_SUCH_ACCOUNT, str(no))
            raise
        if not bills.bills:
            return Failed(Problem.NO_SUCH_ACCOUNT, "no bill")
        ours = [each for each in bills.bills
                if (each.consumer_code, each.business_service) == (account, business)]  # fmt: skip
        if len(ours) != 1:
            raise Undecided(f"expected one bill of {business}, got {len(ours)}")
        if money_of(ours[0].total_amount) <= ZERO:
            return Failed(Problem.ALREADY_PAID, "nothing is due")
        return ours[0]

    # --- a payment -------------------------------------------------------------------------

    async def _post(self, request: PostPayment) -> Posted | Failed:
        """Search, then create, and search once more before any final no."""
        booked = await self._booked(request)
        if booked is not None:
            return booked
        if wait := self._doubts.still(request.key, self._clock()):
            raise Undecided(f"sent and not answered: sent again in {wait:.0f} s at the earliest")
        bill = await self._bill(request.service, request.account)
        if isinstance(bill, Failed):
            why = Failed(Problem.ALREADY_PAID, bill.detail)  # there was a bill when it was paid
            return await self._booked(request) or why
        try:
            return await self._create(request, bill)
        except DigitRefusal as no:
            return await self._refused(request, bill, no)

    async def _refused(
        self, request: PostPayment, bill: BillDocument, no: DigitRefusal
    ) -> Posted | Failed:
        """A no is final where DIGIT says what will not change, and has nothing of ours."""
        if booked := await self._booked(request):
            return booked
        if no.codes & FINAL:
            return Failed(Problem.REFUSED, str(no))
        if ALREADY_PAID in no.codes and await self._is_paid_by_others(request, bill):
            return Failed(Problem.ALREADY_PAID, str(no))
        raise no

    async def _create(self, request: PostPayment, bill: BillDocument) -> Posted:
        self._doubts.add(request.key, self._clock())
        body = {"Payment": self._payment(request, bill)}
        patience = patience_of(request, self._timeout)
        try:
            answer = await self._session.post(CREATE, {}, body, patience)
        except NOTHING_DONE:
            self._doubts.end(request.key)
            raise
        made = _read(answer, Payments).payments
        if len(made) != 1 or not made[0].is_of(request.key):
            raise Undecided("answered about another payment")
        self._doubts.end(request.key)
        return _posted(request, made[0])

    def _payment(self, request: PostPayment, bill: BillDocument) -> NewPayment:
        tenant, paid = self._section.tenant, rupees_of(request.amount)
        part = NewPart(
            tenant, bill.id, bill.business_service, bill.total_amount, paid, request.receipt
        )
        return NewPayment(
            tenant,
            total_due=bill.total_amount,
            total_amount_paid=paid,
            transaction_number=request.key,
            instrument_number=request.key,
            payment_mode=MODES[request.tender],
            paid_by=PAID_BY,
            payment_details=[part],
            payer_name=fitting_name(bill.payer_name),
            mobile_number=fitting_mobile(bill.mobile_number),
        )

    async def _booked(self, request: PostPayment) -> Posted | Failed | None:
        """The payment of this key, if DIGIT has one."""
        found = await self._search(request, consumerCodes=request.account)
        ours = [each for each in found if each.is_of(request.key)]
        if not ours:
            return None
        self._doubts.end(request.key)
        standing = [each for each in ours if each.payment_status not in UNDONE]
        if not standing:
            return Failed(Problem.REFUSED, "booked, and undone by the office since")
        return _posted(request, standing[0])

    async def _is_paid_by_others(self, request: PostPayment, bill: BillDocument) -> bool:
        found = await self._search(request, billIds=bill.id)
        return any(each.payment_status not in UNDONE for each in found)

    async def _search(self, request: PostPayment, **criteria: str) -> list[PaymentDocument]:
        business = self._section.services[request.service]
        path = SEARCH.format(quote(business, safe=""))
        query = {"tenantId": self._section.tenant, "status": STATUSES, "limit": str(MOST_FOUND)}
        found = (await self._ask(path, query | criteria, Payments)).payments
        if len(found) >= MOST_FOUND:
            raise Undecided(f"more than {MOST_FOUND} payments: ours may be among the others")
        return found

    async def _ask(self, path: str, query: Mapping[str, str], kind: type[Document]) -> Document:
        """A question: asked again at once where the token has expired."""
        return _read(await self._session.question(path, query, self._timeout), kind)


def _posted(request: PostPayment, payment: PaymentDocument) -> Posted:
    """Raises Undecided for another amount: money that is booked does not go back by itself."""
    amount: Money = money_of(payment.total_amount_paid)
    if amount != request.amount:
        raise Undecided(f"booked {amount} for {request.amount}: a person must look")
    numbers = [part.receipt_number for part in payment.payment_details if part.receipt_number]
    if not numbers:
        raise Undecided("booked, and no receipt number")
    return Posted(request.key, numbers[0])


def _read(body: bytes, kind: type[Document]) -> Document:
    document: Any = msgspec.json.decode(body, type=kind)
    found: Document = document
    return found
