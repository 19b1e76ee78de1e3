"""The connector for Bharat BillPay, by an operating unit whose agent this kiosk is.

A payment's names are made of its key, so a repeat is the same payment to the network, too. Before
each payment the unit is asked whether it knows it: there a time-out is no failure, and a payment
may be pending for days. docs/protocols/bbps.md has the facts, their sources and what is assumed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import aiohttp

from firmware.contract.finger import Sealed
from firmware.contract.gateway import (
    Bill,
    Failed,
    FetchBill,
    GatewayReply,
    GatewayRequest,
    GatewayState,
    Posted,
    PostPayment,
    Problem,
)
from firmware.contract.money import ZERO
from firmware.gateway.bbps_messages import (
    Element,
    Fetched,
    NotUnderstood,
    References,
    Transaction,
    Writer,
    fetched_of,
    is_diagnostic,
    msg_id,
    reason_of,
    transactions_of,
)
from firmware.gateway.doubts import Doubts
from firmware.gateway.link import body_of, open_session, why_silent
from firmware.gateway.xml_signature import NotBelieved, Signer
from firmware.runtime.clock import Clock, SystemClock
from firmware.runtime.gateway_section import BbpsSection, patience_of

YES, NO = "000", "200"  # responseCode
NOTHING_DUE = "BFR004"
# Of the account, and not of the biller's or the network's own trouble.
NO_ACCOUNT = frozenset({"BFR001", "BFR002", "BFR005", "BFR006"})
BOOKED, UNDONE = frozenset({"SUCCESS", "SUCCESSFUL"}), frozenset({"FAILURE", "FAILED"})
XML = {"Content-Type": "application/xml"}


@dataclass(frozen=True)
class Call:
    """A message, where it goes and what comes back. Paths: [C], see docs/protocols/bbps.md."""

    path: str
    answer: str


FETCH = Call("BillFetchRequest", "BillFetchResponse")
PAY = Call("BillPaymentRequest", "BillPaymentResponse")
STATUS = Call("TxnStatusComplainRequest", "TxnStatusComplainResponse")
DIAGNOSTIC = Call("ReqHbt", "ResDiagnostic")


class Undecided(Exception):
    """Nobody can say from this answer what the network has done."""


class BharatBillPay:
    """A Connector (firmware/gateway/port.py). `monotonic` is in seconds."""

    look_every = 60.0  # seconds

    def __init__(
        self,
        section: BbpsSection,
        timeout: float,
        ca: str,
        monotonic: Callable[[], float],
        clock: Clock | None = None,
    ) -> None:
        """Raises ConfigError."""
        self._section, self._timeout, self._monotonic = section, timeout, monotonic
        self._clock = clock or SystemClock()
        self._signer = Signer(
            section.key_file, section.certificate_file, section.unit_certificate_file
        )
        self._writer = Writer(section)
        self._url = section.url.rstrip("/")
        self._http = open_session(section.url, timeout, ca)
        self._doubts = Doubts()

    async def ask(self, request: GatewayRequest, sealed: Sealed | None = None) -> GatewayReply:
        try:
            match request:
                case FetchBill():
                    return await self._show(request)
                case PostPayment():
                    return await self._post(request)
                case _:
                    kind = type(request).__name__
                    return Failed(Problem.REFUSED, f"Bharat BillPay has no {kind}")
        except (aiohttp.ClientError, TimeoutError) as error:
            return Failed(Problem.BACK_END_DOWN, why_silent(error))
        except (NotBelieved, NotUnderstood, Undecided) as error:
            return Failed(Problem.BACK_END_DOWN, str(error)[:300])

    async def look(self) -> GatewayState:
        """The unit's own heartbeat."""
        ref_id = _fresh()
        try:
            async with asyncio.timeout(self._timeout):
                message = self._writer.diagnostic(ref_id, self._clock.now())
                is_diagnostic(await self._call(DIAGNOSTIC, ref_id, message, self._timeout), ref_id)
        except (aiohttp.ClientError, TimeoutError) as error:
            return GatewayState(False, why_silent(error))
        except (NotBelieved, NotUnderstood, Undecided) as error:
            return GatewayState(False, str(error)[:300])
        return GatewayState(True)

    async def close(self) -> None:
        await self._http.close()

    # --- a bill ----------------------------------------------------------------------------

    async def _show(self, request: FetchBill) -> Bill | Failed:
        """For the screen: under a name of its own, which no payment will have."""
        found = await self._fetch(request.service, request.account, _fresh(), _fresh())
        if isinstance(found, Failed):
            return found
        number = found.number or request.account
        return Bill(number, request.account, found.name, found.period, found.due_date,
                    found.amount, ZERO)  # fmt: skip

    async def _fetch(self, service: str, account: str, ref_id: str, msg: str) -> Fetched | Failed:
        message = self._writer.fetch(service, account, ref_id, msg, self._clock.now())
        answer = await self._call(FETCH, ref_id, message, self._timeout)
        reason = reason_of(answer, FETCH.answer, ref_id)
        if reason.code == NO and reason.compliance == NOTHING_DUE:
            return Failed(Problem.ALREADY_PAID, str(reason))
        if reason.code == NO and reason.compliance in NO_ACCOUNT:
            return Failed(Problem.NO_SUCH_ACCOUNT, str(reason))
        if reason.code != YES:
            raise Undecided(str(reason))
        found = fetched_of(answer)
        if found.amount <= ZERO:
            return Failed(Problem.ALREADY_PAID, "nothing is due")
        if found.fee:
            return Failed(Problem.REFUSED, f"a fee of {found.fee} on top, which no kiosk takes")
        return found

    # --- a payment -------------------------------------------------------------------------

    async def _post(self, request: PostPayment) -> Posted | Failed:
        """Ask for it, fetch under its own name, pay; and ask once more before a final no."""
        names = References.of(request.key, self._section.institution)
        if known := await self._known(request, names):
            return known
        if wait := self._doubts.still(request.key, self._monotonic()):
            raise Undecided(f"sent and not answered: sent again in {wait:.0f} s at the earliest")
        msg = msg_id(request.key, "fetch")
        bill = await self._fetch(request.service, request.account, names.ref_id, msg)
        if isinstance(bill, Failed):
            # There was a bill when it was paid: who paid it, if it was not this payment?
            return await self._known(request, names) or bill
        return await self._pay(request, names, bill)

    async def _pay(self, request: PostPayment, names: References, bill: Fetched) -> Posted | Failed:
        message = self._writer.pay(
            request.service,
            request.account,
            names,
            msg_id(request.key, "pay"),
            bill,
            request.amount,
            request.receipt,
            request.tender,
            self._clock.now(),
        )
        self._doubts.add(request.key, self._monotonic())
        patience = patience_of(request, self._timeout)
        try:
            answer = await self._call(PAY, names.ref_id, message, patience)
        except aiohttp.ClientConnectorError:
            self._doubts.end(request.key)  # it never left this machine
            raise
        reason = reason_of(answer, PAY.answer, names.ref_id)
        if reason.code == YES:
            self._doubts.end(request.key)
            return Posted(request.key, reason.approval or names.txn_id)
        if reason.code == NO:
            return await self._after_a_no(request, names, str(reason))
        raise Undecided(str(reason))

    async def _after_a_no(
        self, request: PostPayment, names: References, why: str
    ) -> Posted | Failed:
        """A repeat may be refused because it is one: what counts is what the network has."""
        known = await self._known(request, names)
        self._doubts.end(request.key)
        return known or Failed(Problem.REFUSED, why)

    async def _known(self, request: PostPayment, names: References) -> Posted | Failed | None:
        """What the network has of this payment; None where it has nothing, and said so."""
        msg = msg_id(request.key, "status")
        message = self._writer.status(names, msg, self._clock.now())
        answer = await self._call(STATUS, names.ref_id, message, self._timeout)
        code, rows = transactions_of(answer, names.ref_id)
        if code != YES:
            raise Undecided(f"status: {code or 'no code'}")
        ours = [row for row in rows if row.reference == names.txn_id]
        if len(ours) != len(rows):
            raise Undecided("status: of another payment")
        return _judged(request, ours[0]) if ours else None

    # --- the wire --------------------------------------------------------------------------

    async def _call(self, call: Call, ref_id: str, message: Element, patience: float) -> Element:
        """Sent once. The signed answer; raises what aiohttp raises, NotBelieved, Undecided."""
        url = f"{self._url}/{call.path}/1.0/urn:referenceId:{ref_id}"
        data, timeout = self._signer.sign(message), aiohttp.ClientTimeout(total=patience)
        async with self._http.post(url, data=data, headers=XML, timeout=timeout) as response:
            answer = await body_of(response)
        if response.status != 200:
            raise Undecided(f"HTTP {response.status}")
        return self._signer.verify(answer)


def _judged(request: PostPayment, row: Transaction) -> Posted | Failed:
    """Raises Undecided for what is pending, and for another amount: that does not go back by
    itself."""
    if row.status in UNDONE:
        return Failed(Problem.REFUSED, f"status: {row.status}")
    if row.status not in BOOKED:
        raise Undecided(f"status: {row.status}")
    if row.amount != request.amount:
        raise Undecided(f"booked {row.amount} for {request.amount}: a person must look")
    return Posted(request.key, row.approval or row.reference)


def _fresh() -> str:
    """35 characters that were never used."""
    return msg_id(uuid4().hex, "")
