"""An order as its rows tell it: folded anew after every start, kept current row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from firmware.contract.device import HeldNote
from firmware.contract.gateway import PaidBy
from firmware.contract.money import ZERO, Money, total
from firmware.journal import rows
from firmware.journal.cashless import Cashless
from firmware.journal.chain import Entry
from firmware.journal.change_rows import ChangeInDoubt, ChangeIntended, ChangePaid
from firmware.journal.division import split
from firmware.journal.paper_rows import CopyAsked
from firmware.journal.rows import Line, OrderCreated, ReadRow
from firmware.journal.tender_rows import CardConfirmed, CardRefundAsked, TenderRow


@dataclass
class Order:
    """What the journal knows of one order. Only `apply` changes it."""

    created: OrderCreated
    session: str | None = None  # the cash session that was opened last
    cash_is_open: bool = False
    allowed_advance: Money = ZERO  # as the citizen was told it when the cash was opened
    why_closed: str = ""
    notes: Money = ZERO
    coins: Money = ZERO
    coins_unknown: int = 0  # that fell in, and whose value the device forgot
    tender: Money = ZERO  # of claim slips
    cashless: Cashless = field(default_factory=Cashless)  # UPI and cards
    in_flight: HeldNote | None = None  # an intent to stack or to return without an outcome
    is_going_back: bool = False  # the intent for it is to return it
    in_doubt: Money = ZERO  # of notes whose fate the device could not tell
    suspicions: int = 0  # of forged notes and cheats
    is_paid: bool = False
    paid_by: PaidBy = PaidBy.CASH  # said when it was paid: a late coin changes nothing
    paid_at: str = ""  # ISO 8601 with offset; a duplicate carries the time of the payment
    claimed_at: str = ""
    charged_at: str = ""  # the card; it may pay nothing, and go back
    advance: Money = ZERO
    reference: str | None = None  # every line is answered, and not all with no
    refusal: str | None = None  # nothing of it was accepted
    references: dict[int, str] = field(default_factory=dict)  # by line, from 1
    refusals: dict[int, str] = field(default_factory=dict)
    changing: ChangeIntended | None = None  # a pay-out without an outcome
    changed: Money = ZERO  # paid back in coins
    jobs: dict[str, str] = field(default_factory=dict)  # job -> "", "printed" or a fault
    documents: dict[str, str] = field(default_factory=dict)  # job -> receipt or claim, if it counts
    printers: dict[str, str] = field(default_factory=dict)  # job -> the kind of its printer
    shown: set[str] = field(default_factory=set)
    copies_asked: int = 0  # of the receipt, by citizens at the screen
    claims: list[rows.ClaimIssued] = field(default_factory=list)
    redeemed: dict[str, Money] = field(default_factory=dict)  # claim -> what was paid of it
    end: rows.End | None = None

    @property
    def number(self) -> str:
        return self.created.order

    @property
    def payable(self) -> Money:
        return self.created.payable

    @property
    def is_free(self) -> bool:
        """Something is asked of the office without money: an order of zero rupees."""
        return bool(self.created.kind)

    @property
    def lines(self) -> list[Line]:
        """Its bills; an order that is no basket has one."""
        born = self.created
        return born.lines or [Line(born.key, born.service, born.bill, born.payable)]

    @property
    def cash(self) -> Money:
        return self.notes + self.coins

    @property
    def inserted(self) -> Money:
        """Cash, claim slips, UPI and cards."""
        return self.cash + self.tender + self.cashless.received

    @property
    def parts(self) -> list[Money]:
        """What each line gets, refused or not; nothing until it is paid."""
        dues = [line.payable for line in self.lines]
        return split(dues, self.payable + self.advance) if self.is_paid else [ZERO] * len(dues)

    @property
    def unanswered(self) -> list[int]:
        """The lines, from 1, that are paid and that the back end has not answered."""
        answered = self.references.keys() | self.refusals.keys()
        # Nothing is paid for it, and yet it is posted; what a release to come asks is not known.
        is_asked = self.is_paid and self.created.kind in (rows.REQUEST, rows.VERIFICATION)
        waiting = [at for at, part in enumerate(self.parts, 1) if part or is_asked]
        return [at for at in waiting if at not in answered]

    @property
    def remaining(self) -> Money:
        """What is still to be paid; never below zero."""
        return max(self.payable - self.inserted, ZERO)

    @property
    def claimed(self) -> Money:
        """What claims cover: of one that was redeemed, what was paid of it."""
        return total([self.redeemed.get(claim.claim, claim.amount) for claim in self.claims])

    @property
    def claimable(self) -> Money:
        """What the slip of the last claim is worth: all claims that are not redeemed."""
        return total([claim.amount for claim in self.claims if claim.claim not in self.redeemed])

    @property
    def used(self) -> Money:
        """What the bills take of the money: nothing until paid, nothing after a refusal."""
        return total([part for at, part in enumerate(self.parts, 1) if at not in self.refusals])

    @property
    def owed(self) -> Money:
        """Money of the citizen that neither the bill nor a claim covers yet (M7)."""
        return self.beyond(self.used)

    def beyond(self, used: Money) -> Money:
        """The same, if the bills took `used`."""
        going_out = ZERO if self.changing is None else self.changing.amount
        covered = used + self.claimed + self.changed + going_out + self.cashless.going_back
        return max(self.inserted + self.in_doubt - covered, ZERO)

    @property
    def refundable(self) -> Money:
        """What the journal says today that the citizen has a right to, redeemed or not."""
        gone = self.used + self.changed + self.cashless.going_back
        return max(self.inserted + self.in_doubt - gone, ZERO)

    @property
    def unconfirmed(self) -> Money:
        """Notes that may not be in the box, and change that may have gone out."""
        return self.in_doubt + self.change_in_doubt

    @property
    def change_in_doubt(self) -> Money:
        return total(list(self._change_doubts.values()))

    def jobs_of(self, document: str) -> list[str]:
        return [job for job, kind in self.documents.items() if kind == document]

    def next_job(self, document: str) -> str:
        """`TDR 0417 0001/receipt/1`, and a new name for every attempt."""
        stem = f"{self.number}/{document}/"
        return f"{stem}{sum(job.startswith(stem) for job in self.jobs) + 1}"

    def duplicate(self, document: str, job: str) -> int:
        """Which duplicate that job is, or will be; 0 is the original."""
        jobs = self.jobs_of(document)
        before = self._receipts_before if document == "receipt" else 0
        return before + (jobs.index(job) if job in jobs else len(jobs))

    def is_printed(self, document: str) -> bool:
        return any(self.jobs[job] == "printed" for job in self.jobs_of(document))

    def printed_on(self, document: str) -> str:
        """The kind of the printer whose paper it is; empty when it is on none."""
        out = (job for job in self.jobs_of(document) if self.jobs[job] == "printed")
        return next((self.printers[job] for job in out), "")

    @property
    def awaits_paper(self) -> bool:
        """Paid, and what was paid for is not handed out: until then nothing is posted, so that the
        money can still go back whole."""
        is_open = self.is_paid and self.refusal is None
        return is_open and bool(self.created.gives) and not self.is_printed("document")

    def may_be_out(self, document: str) -> bool:
        """Somebody has it, or a printer may yet bring it."""
        return bool(self.jobs_of(document)) or document in self.shown

    def has_proof(self, document: str) -> bool:
        return self.is_printed(document) or document in self.shown

    def apply(self, row: ReadRow, at: str) -> None:
        """Take one more row of this order, written `at` (ISO 8601 with offset)."""
        match row:
            case rows.CashOpened(session=session, limit=limit):
                self.session, self.cash_is_open = session, True
                self.allowed_advance = limit - self.payable
            case rows.CashClosed(why=why):
                self.cash_is_open, self.why_closed = False, why
            case rows.StackIntended(id=name, value=value):
                self.in_flight, self.is_going_back = HeldNote(name, value), False
            case rows.ReturnIntended(id=name, value=value):
                self.in_flight, self.is_going_back = HeldNote(name, value), True
            case rows.NoteCredited(value=value):
                self._settle_doubt(row)
                self.notes = self.notes + value
            case rows.CoinCredited(value=value):
                self.coins = self.coins + value
            case rows.CoinsInDoubt(count=count):
                self.coins_unknown += count
            case rows.TenderCredited(amount=amount):
                self.tender = self.tender + amount
            case rows.NoteGivenBack():
                self._settle_doubt(row)
            case rows.NoteInDoubt(id=name, value=value):
                self._land(name)
                self._doubts[str(name)] = value
                self.in_doubt = self.in_doubt + value
            case _:
                self._apply_outcome(row, at)

    def _apply_outcome(self, row: ReadRow, at: str) -> None:
        match row:
            case rows.CheatSuspected():
                self.suspicions += 1
            case rows.OrderPaid(advance=advance):
                self.is_paid, self.advance, self.paid_at = True, advance, at
                self.paid_by = self._how()
            case ChangeIntended() | ChangePaid() | ChangeInDoubt():
                self._change(row)
            case rows.OrderPosted() | rows.PostRefused() | rows.LinePosted() | rows.LineRefused():
                self._answer(row)
            case rows.PrintIntended(job=job, document=document, on=kind):
                self.jobs[job], self.documents[job], self.printers[job] = "", document, kind
            case rows.Printed(job=job):
                self.jobs[job] = "printed"
            case rows.PrintFailed(job=job, fault=fault):
                self.jobs[job] = fault
            case rows.ProofShown(document=document):
                self.shown.add(document)
            case CopyAsked():
                self._owe_copy()
            case rows.ClaimIssued():
                self._claim(row, at)
            case rows.ClaimRedeemed(claim=claim, amount=amount):
                self.redeemed[claim] = amount
            case rows.OrderClosed(end=end):
                self.end = end
            case _ if isinstance(row, TenderRow):
                self._tender(row, at)
            case _:
                pass  # its birth changes nothing more, nor does a kind of a release to come

    def _how(self) -> PaidBy:
        """Never two networks: without cash an order is paid by one of them, whole."""
        if self.cashless.tender is not None:
            return PaidBy(self.cashless.tender)
        return PaidBy.SLIP if self.tender and not self.cash else PaidBy.CASH

    def _answer(
        self, row: rows.OrderPosted | rows.PostRefused | rows.LinePosted | rows.LineRefused
    ) -> None:
        match row:
            case rows.OrderPosted(reference=reference):
                self.reference = reference
                self.references |= dict.fromkeys(self.unanswered, reference)
            case rows.PostRefused(problem=problem):
                self.refusal = problem
                self.refusals |= dict.fromkeys(self.unanswered, problem)
            case rows.LinePosted(line=line, reference=reference):
                self.references[line] = reference
            case rows.LineRefused(line=line, problem=problem):
                self.refusals[line] = problem

    def _claim(self, row: rows.ClaimIssued, at: str) -> None:
        self.claims.append(row)
        self.claimed_at = at
        self._outdate("claim")

    def _tender(self, row: TenderRow, at: str) -> None:
        self.cashless.apply(row)
        match row:
            case CardConfirmed():
                self.charged_at = at
            case CardRefundAsked():
                self._outdate("refund")
            case _:
                pass

    def _owe_copy(self) -> None:
        """Every receipt from here on is a duplicate, also of one that was only on the screen."""
        self._receipts_before = max(1, self.duplicate("receipt", ""))
        self.copies_asked += 1
        self._outdate("receipt")

    def _outdate(self, document: str) -> None:
        """What came out before proves nothing any more: a slip says less than what is owed now, and
        a receipt is asked for again."""
        self.shown.discard(document)
        self.documents = {job: name for job, name in self.documents.items() if name != document}

    def _change(self, row: ChangeIntended | ChangePaid | ChangeInDoubt) -> None:
        self.changing = row if isinstance(row, ChangeIntended) else None
        match row:
            case ChangePaid(id=name, paid=paid):
                self.changed = self.changed + paid
                self._change_doubts.pop(name, None)
            case ChangeInDoubt(id=name, amount=amount):
                self._change_doubts[name] = amount
            case _:
                pass

    _receipts_before: int = 0
    _doubts: dict[str, Money] = field(default_factory=dict)
    _change_doubts: dict[str, Money] = field(default_factory=dict)

    def _settle_doubt(self, row: rows.NoteCredited | rows.NoteGivenBack) -> None:
        """The device says at last what became of the note: it is no longer in flight or doubt."""
        self._land(row.id)
        self.in_doubt = self.in_doubt - self._doubts.pop(str(row.id), ZERO)

    def _land(self, name: object) -> None:
        if self.in_flight is not None and self.in_flight.id == name:
            self.in_flight = None


def fold(history: Sequence[Entry]) -> Order:
    """Build an order from its rows, oldest first; raises ValueError when it has no birth."""
    if not history or not isinstance(birth := history[0].row, OrderCreated):
        raise ValueError(f"expected OrderCreated first, got {history[:1]}")
    order = Order(birth)
    for entry in history[1:]:
        order.apply(entry.row, entry.at)
    return order
