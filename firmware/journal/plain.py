"""A row in plain words, for a technician; account numbers are never shown whole."""

from __future__ import annotations

from pathlib import Path

from firmware.contract.accounts import last_digits
from firmware.contract.money import ZERO, Money
from firmware.journal import rows
from firmware.journal.chain import Entry
from firmware.journal.change_rows import ChangeInDoubt, ChangeIntended, ChangePaid
from firmware.journal.desk_plain import desk_words
from firmware.journal.lookup_rows import LookupMissed, LookupShown
from firmware.journal.occasion_rows import ConductChanged, MeetingBegun, MeetingEnded, OccasionRow
from firmware.journal.paper_rows import CopyAsked, CopyRefused, PosterAsked, SpoolWiped
from firmware.journal.practice_rows import PracticeBegan, PracticeEnded
from firmware.journal.reading import Verified
from firmware.journal.rows import ReadRow
from firmware.journal.tender_plain import tender_words
from firmware.journal.tender_rows import TenderRow

AT_WIDTH = 19  # of `2026-11-22T10:00:00`: the offset is India's, always


def verdict(path: Path, verified: Verified) -> str:
    """What `verify` found, when nothing is wrong."""
    return (
        f"{path}: {verified.length} rows, whole\n"
        f"head {verified.head}\n"
        f"taken in {Money(verified.credited)} in all"
    )


def line_of(entry: Entry) -> str:
    """`    12  2026-11-22 10:00:00  TDR 0417 0001  ₹500.00 note is in the box`."""
    at = entry.at[:AT_WIDTH].replace("T", " ")
    return f"{entry.seq:6d}  {at}  {entry.order or '-':<13}  {words(entry.row)}"


def words(row: ReadRow) -> str:
    """What the row says."""
    match row:
        case rows.UnknownRow(kind=kind):
            return f"{kind}: of a later release, not known here"
        case rows.KioskStarted(version=version, boot=boot):
            return f"kiosk-core {version} started, boot {boot}"
        case rows.JournalBegun():
            return _begun(row)
        case rows.JournalConfirmed(by=by):
            return f"confirmed by {by}: cash may be taken again"
        case rows.ClockDoubted(says=says, last=last):
            return f"the clock says {says} after {last or 'nothing'}: not believed"
        case rows.ClockTrusted(says=says):
            return f"the clock says {says}: believed again"
        case rows.OrderCreated(lines=lines, payable=payable) if lines:
            accounts = ", ".join(masked(line.bill.account) for line in lines)
            return f"{len(lines)} bills together, of {accounts}: {payable} to pay"
        case rows.OrderCreated(kind=kind, service=service, bill=bill) if kind:
            return f"{service} {kind} of {masked(bill.account)}"
        case rows.OrderCreated(service=service, bill=bill, payable=payable):
            return f"{service} bill of {masked(bill.account)}: {payable} to pay"
        case rows.OrderPaid(inserted=inserted) if not inserted:
            return "accepted, to be posted"  # only what is asked without money
        case rows.OrderPaid(inserted=inserted, advance=advance):
            return f"paid, {inserted} inserted" + _beside_the_due(advance)
        case ChangeIntended(amount=amount):
            return f"{amount} of change is to be paid out"
        case ChangePaid(paid=paid, id=name):
            return f"{paid} of change was paid out ({name})"
        case ChangeInDoubt(amount=amount, id=name):
            return f"{amount} of change: nobody knows whether it was paid out ({name})"
        case rows.OrderPosted(reference=reference):
            return f"posted: {reference}"
        case rows.PostRefused(problem=problem, detail=detail):
            return f"the back end refused: {problem} {detail}".rstrip()
        case rows.LinePosted(line=line, reference=reference):
            return f"bill {line} posted: {reference}"
        case rows.LineRefused(line=line, problem=problem, detail=detail):
            return f"the back end refused bill {line}: {problem} {detail}".rstrip()
        case rows.ClaimIssued():
            return _claim(row)
        case rows.ClaimRedeemed(claim=claim, amount=amount, how=how, by=by, reference=reference):
            return f"claim {claim} redeemed by {by}: {amount}, {how}, {reference}"
        case rows.OrderClosed(end=end):
            return f"closed: {end}"
        case _:
            return _of_cash(row)


def _of_cash(row: ReadRow) -> str:
    match row:
        case rows.CashOpened(limit=limit):
            return f"cash may be taken, up to {limit}"
        case rows.CashClosed(why=why):
            return f"no more cash: {why or 'finished'}"
        case rows.StackIntended(value=value):
            return f"{value} note in escrow is to be taken"
        case rows.ReturnIntended(value=value, why=why):
            return f"{value} note in escrow is to be given back: {why}"
        case rows.NoteCredited(value=value, at_power_up=late):
            return f"{value} note is in the box" + (", told at power-up" if late else "")
        case rows.NoteGivenBack(value=value):
            return f"{value} note was given back"
        case rows.NoteInDoubt(value=value, id=name):
            return f"{value} note {name}: nobody knows where it is"
        case rows.CoinCredited(value=value):
            return f"{value} coin is in the box"
        case rows.CoinsInDoubt(count=count):
            return f"{count} coin events were lost in the device's buffer"
        case rows.TenderCredited(claim=claim, amount=amount):
            return f"{amount} of the claim {claim} pays this order"
        case rows.CheatSuspected(device=device, what=what):
            return f"{device} suspects a forged note or a cheat: {what}; nothing was kept"
        case _:
            return _of_paper(row)


def _of_paper(row: ReadRow) -> str:
    match row:
        case rows.PrintIntended(document=document, job=job, on=kind):
            where = "" if kind == "receipt" else f" on the {kind} printer"
            return f"{document} is to be printed{where}: {job}"
        case SpoolWiped(device=device, count=count):
            return f"{count} documents were wiped from the spool of {device}"
        case CopyAsked():
            return "the citizen asks for the receipt again, with its mobile"
        case CopyRefused():
            return "a receipt asked for with a mobile that is not its own"
        case LookupShown(service=service):
            return f"{service} was looked up"
        case LookupMissed():
            return "a lookup of a number that the office does not know"
        case PracticeBegan(by=by):
            return f"{by} practises with play money"
        case PracticeEnded(why=why):
            return f"practice is over: {why}"
        case PosterAsked():
            return "a citizen asks for the poster of services and fees"
        case rows.Printed(job=job):
            return f"on paper: {job}"
        case rows.PrintFailed(job=job, fault=fault):
            return f"not on paper: {job}: {fault}"
        case rows.ProofShown(document=document):
            return f"{document} was shown on the screen"
        case rows.UnknownRow(kind=kind):
            return kind
        case _ if isinstance(row, OccasionRow):
            return _of_occasion(row)
        case _ if isinstance(row, TenderRow):
            return tender_words(row)
        case _:
            return desk_words(row)


def _of_occasion(row: OccasionRow) -> str:
    match row:
        case ConductChanged(is_on=is_on, by=by, reason=reason):
            return f"code of conduct {'ON' if is_on else 'off'}, by {by}: {reason}"
        case MeetingBegun(meeting=meeting, url=url):
            return f"the screen goes to meeting {meeting} at {url}"
        case MeetingEnded(meeting=meeting, why=why, by=by):
            return f"meeting {meeting} is over: {why.replace('_', ' ')} {by}".rstrip()


def _begun(row: rows.JournalBegun) -> str:
    if row.archive:
        return (
            f"goes on from {row.archive}: {row.previous_length} rows, head"
            f" {row.previous_head[:16]}, {row.brought_forward} brought forward,"
            f" {row.collected} collected before, {row.open_claims} claims not redeemed;"
            f" orders from {row.next_order:04d}"
        )
    return (
        f"ROWS ARE MISSING: {row.why}; known before: {row.previous_length} rows, head"
        f" {row.previous_head[:16] or 'unknown'}, {row.brought_forward} brought forward;"
        f" orders from {row.next_order:04d}"
    )


def _beside_the_due(advance: Money) -> str:
    if not advance:
        return ""
    is_over = advance > ZERO
    return f", {advance} in advance" if is_over else f", {ZERO - advance} of the due not paid"


def _claim(row: rows.ClaimIssued) -> str:
    doubt = f", {row.in_doubt} of it in doubt" if row.in_doubt else ""
    return f"claim {row.claim} of {row.amount}{doubt}: {row.cause}"


def masked(account: str) -> str:
    """`********1725`: the end by which its owner knows it."""
    shown = last_digits(account)
    return "*" * (len(account) - len(shown)) + shown
