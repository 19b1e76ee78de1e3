"""What is asked of the office without money: a request, or a verification with a finger.

Either is an order of zero rupees, accepted in one commit (M2): from then on it is posted as a
payment is, under its own key. A request is accepted when the citizen says yes. A verification is
made of a print, and a print is in the gateway's RAM alone: where it is gone, the office's own word
decides, and without it nothing was verified.
"""

from __future__ import annotations

import logging
from uuid import uuid4

from firmware.contract.device import DeviceState, Kind
from firmware.contract.finger import (
    CancelCapture,
    CaptureFinger,
    FingerCaptured,
    FingerFailed,
    Purpose,
)
from firmware.contract.gateway import Bill, Problem
from firmware.contract.money import ZERO
from firmware.contract.screen import Hint
from firmware.core.book import Book
from firmware.core.floor import Floor
from firmware.core.posting import NO_FINGER
from firmware.core.resuming import REFUSED
from firmware.core.said import mobile_of
from firmware.core.tiles import free_trouble
from firmware.core.visit import Signal, Stage, Visit
from firmware.journal import rows
from firmware.journal.orders import Order
from firmware.services.catalogue import Catalogue, Service
from firmware.till.effects import Outbox, Tell
from firmware.till.owners import Owners

log = logging.getLogger("core")

TRIES = 3  # fingers; then a person at the office must look
CAPTURE_SECONDS = 20.0  # the reader is lit so long; who is old and has worn prints takes his time
LIFT_TIME = 2.0  # seconds the reader is dark after a try: the same finger is not read twice over
ASK_AGAIN_AFTER = 2.0  # seconds; a driver that was restarted has forgotten the order
READER_PATIENCE = 6.0  # seconds: its driver is back in two
POST_PATIENCE = 8.0  # seconds a citizen waits for the back end; then it is posted later
VERIFY_PATIENCE = 20.0  # seconds: the gateway holds a print for sixty
# Of the reader's own score, 0 to 100. Scales differ by maker: only what is plainly bad is not sent.
LEAST_QUALITY = 30
POOR, WRONG, LOST, AGAIN = "finger.poor", "finger.wrong", "finger.lost", "finger.again"
HINTS = {"finger.timeout": "finger.timeout", "finger.none": "finger.timeout"}  # others: AGAIN
NOT_VERIFIED = REFUSED[rows.VERIFICATION]


class Requesting:
    """Moves a visit, and says which signal is due. `now` is monotonic seconds."""

    def __init__(
        self,
        book: Book,
        floor: Floor,
        outbox: Outbox,
        catalogue: Catalogue,
        owners: Owners | None,
        prefix: str,
    ) -> None:
        self._book, self._floor, self._outbox = book, floor, outbox
        self._catalogue, self._owners, self._prefix = catalogue, owners, prefix
        self._asked_at = 0.0
        self._lit = ""  # the session in which a reader was told to capture
        self._finger = ("", NO_FINGER)  # order and reference of its print: in RAM, never on disk

    def instead(self, visit: Visit, signal: Signal) -> Signal:
        """Of a request nothing is fetched: it is complete with its answers. And whom the office
        knows is verified, not only shown."""
        service = self._catalogue.services.get(visit.service)
        match signal, service.kind if service is not None else "":
            case Signal.ENTERED, rows.REQUEST if visit.stage is Stage.NUMBER:
                return Signal.COMPLETE
            case Signal.FACTS_CAME, rows.VERIFICATION:
                return Signal.KNOWN
            case _:
                return signal

    # --- yes -------------------------------------------------------------------------------

    def submit(self, visit: Visit) -> Signal:
        """The citizen agrees to what is on the screen."""
        service = self._catalogue.services[visit.service]
        if (trouble := free_trouble(service, self._floor)) is not None:
            visit.cause = trouble
            return Signal.BLOCKED
        if service.kind == rows.VERIFICATION:
            visit.tries, visit.hint, visit.capture = 0, None, uuid4().hex
            return Signal.AGREED
        self._accept(visit, service)
        return Signal.ACCEPTED

    def _accept(self, visit: Visit, service: Service) -> None:
        number = self._book.next_number(self._prefix)
        self._book.write(*accepted(number, visit, service, self._owner(visit)))
        visit.order = self._book.order(number)
        log.info("%s: %s accepted", number, service.kind)

    def _owner(self, visit: Visit) -> str:
        """Who said his mobile prints the acknowledgement again, as that of a bill."""
        mobile = mobile_of(self._catalogue, visit.service, visit.account)
        if not mobile or self._owners is None:
            return ""
        return self._owners.check(visit.service, visit.account, mobile)

    # --- the finger ------------------------------------------------------------------------

    def tick(self, visit: Visit, now: float) -> Signal | None:
        """Keep the reader lit while a finger is wanted, and dark when it is not."""
        if self._lit and (visit.stage is not Stage.FINGER or visit.capture != self._lit):
            self._tell(CancelCapture(self._lit))
            self._lit = ""
        return self._tick_finger(visit, now) if visit.stage is Stage.FINGER else None

    def _tick_finger(self, visit: Visit, now: float) -> Signal | None:
        service = self._catalogue.services[visit.service]
        trouble = free_trouble(service, self._floor)
        if trouble is None:
            visit.obstacle_from = None
            self._light(visit, now)
            return None
        visit.obstacle_from = now if visit.obstacle_from is None else visit.obstacle_from
        if now - visit.obstacle_from < READER_PATIENCE:
            return None
        visit.cause = trouble
        return Signal.FAILED

    def _light(self, visit: Visit, now: float) -> None:
        if visit.hint is not None and now - visit.patience_from < LIFT_TIME:
            return
        if visit.capture == self._lit and now - self._asked_at < ASK_AGAIN_AFTER:
            return
        self._lit, self._asked_at = visit.capture, now
        self._tell(CaptureFinger(visit.capture, Purpose.AUTHENTICATION, CAPTURE_SECONDS))

    def _tell(self, command: CaptureFinger | CancelCapture) -> None:
        if (reader := self._reader) is not None:
            self._outbox.add(Tell(reader.name, command))

    @property
    def _reader(self) -> DeviceState | None:
        return next(self._floor.of_kind(Kind.FINGER), None)

    def on_finger(
        self, visit: Visit, event: FingerCaptured | FingerFailed, now: float
    ) -> Signal | None:
        """What became of a finger; one of another session is nobody's."""
        if visit.stage is not Stage.FINGER or event.session != visit.capture:
            return None
        self._lit, visit.patience_from = "", now
        if isinstance(event, FingerFailed):
            return self._once_more(visit, HINTS.get(event.fault, AGAIN), Signal.FAILED)
        if event.quality is not None and event.quality < LEAST_QUALITY:
            return self._once_more(visit, POOR, Signal.FAILED)
        self._accept(visit, self._catalogue.services[visit.service])
        assert visit.order is not None
        self._finger = visit.order.number, event.reference
        visit.hint, visit.cause = None, ""
        return Signal.CAPTURED

    def _once_more(self, visit: Visit, hint: str, at_last: Signal) -> Signal | None:
        """Another session, in which another finger is tried; after the last try `at_last`."""
        visit.tries, visit.hint, visit.capture = visit.tries + 1, Hint(hint), uuid4().hex
        if visit.tries < TRIES:
            return None
        visit.cause = NOT_VERIFIED
        return at_last

    # --- the office ------------------------------------------------------------------------

    def finger_of(self, order: Order) -> str:
        """What the gateway may still hold of this order's print; else NO_FINGER."""
        number, reference = self._finger
        return reference if number == order.number else NO_FINGER

    def answered(self, visit: Visit, order: Order) -> Signal | None:
        """The step that follows the office's answer, or its silence (nothing is recorded then)."""
        if order.created.kind != rows.VERIFICATION:
            visit.cause = "" if order.refusal is None else REFUSED[rows.REQUEST]
            return Signal.ANSWERED
        if order.unanswered:
            return None  # asked again: while its print is there, it is the same verification
        if order.refusal is None:
            return Signal.ANSWERED
        return self._not_verified(visit, order.refusal)

    def _not_verified(self, visit: Visit, problem: str) -> Signal:
        hints = {Problem.REFUSED.value: WRONG, Problem.FINGER_FORGOTTEN.value: LOST}
        if problem not in hints or not visit.capture:  # or nobody knows who stands there now
            visit.cause = NOT_VERIFIED
            return Signal.ANSWERED
        return self._once_more(visit, hints[problem], Signal.ANSWERED) or Signal.UNVERIFIED

    def patience_of(self, order: Order) -> float:
        """Seconds that a citizen waits for the office's word. A request needs none."""
        if order.created.kind == rows.VERIFICATION:
            return VERIFY_PATIENCE
        is_without_office = order.is_free and not self._floor.gateway.is_online
        return 0.0 if is_without_office else POST_PATIENCE


def accepted(number: str, visit: Visit, service: Service, owner: str) -> list[rows.AnyRow]:
    """The order of zero rupees, and that it is accepted: one commit."""
    bill = Bill("", visit.account, "", "", "", ZERO, ZERO)
    born = rows.OrderCreated(
        order=number,
        key=uuid4().hex,
        service=visit.service,
        language=visit.language,
        bill=bill,
        payable=ZERO,
        owners=[owner] if owner else [],
        kind=service.kind,
        texts=visit.texts,
    )
    return [born, rows.OrderPaid(number, ZERO, ZERO)]
