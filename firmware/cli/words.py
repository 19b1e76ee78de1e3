"""What happened, in words: one line for each event, command and press."""

from __future__ import annotations

import re

from firmware.contract import (
    card,
    command,
    content,
    desk,
    device,
    document,
    facts,
    finger,
    gateway,
    health,
    meeting,
    network,
    options,
    panel,
    payout,
    rates,
    till,
    upi,
)
from firmware.contract import request as acceptance
from firmware.contract.screen import Action, Press
from firmware.journal.plain import masked

TYPED = re.compile("[0-9 /]*")  # a number, or a khasra with its stroke
NUMBER = re.compile("[0-9]{4}")  # in an account of several answers, too


def of_event(event: device.DeviceEvent) -> str:
    """A device's event."""
    match event:
        case device.NoteEscrowed(value=value):
            return f"{value} note in escrow"
        case device.NoteStacked(value=value, at_power_up=late):
            return f"{value} note stacked" + (", told at power-up" if late else "")
        case device.NoteReturned(value=value):
            return f"{value} note given back"
        case device.NoteUnaccounted(value=value, id=name):
            return f"{value} note left escrow, neither stacked nor given back ({name})"
        case device.NoteRejected(reason=reason):
            return f"note not taken: {reason}"
        case device.CoinAccepted(value=value):
            return f"{value} coin taken"
        case device.CoinRejected(reason=reason):
            return f"coin not taken: {reason}"
        case device.CreditsLost(count=count):
            return f"{count} credits lost in the device's buffer"
        case payout.PaidOut(id=name, amount=amount):
            return f"{amount} of change paid out ({name})"
        case payout.PayOutFailed(id=name, asked=asked, paid=paid, is_certain=is_certain):
            certain = "" if is_certain else ", as far as can be told"
            return f"{paid} of {asked} change paid out{certain} ({name})"
        case device.CashBoxMoved(is_present=is_present):
            return "cash box put in" if is_present else "cash box taken out"
        case device.CheatAttempt(detail=detail):
            return f"cheat attempt {detail}".rstrip()
        case device.TicketPrinted(job=job):
            return f"ticket {job} is on paper"
        case device.TicketFailed(job=job, fault=fault):
            return f"ticket {job} failed: {fault}"
        case document.PagePrinted(job=job, page=page, of=of):
            return f"document {job}: page {page} of {of} is out"
        case document.DocumentPrinted(job=job, pages=pages):
            return f"document {job} is out, {pages} pages"
        case document.DocumentFailed(job=job, printed_pages=printed, fault=fault):
            return f"document {job} failed after {printed} pages: {fault}"
        case device.SwitchMoved(switch=switch, value=value):
            return f"{switch} became {'true' if value else 'false'}"
        case card.CardSwiped(masked_pan=pan):
            return f"card {pan} read"
        case card.CardRejected(reason=reason):
            return f"card not taken: {reason}"
        case finger.FingerCaptured(quality=quality):
            return "finger captured" + ("" if quality is None else f", quality {quality}")
        case finger.FingerFailed(fault=fault):
            return f"no finger captured: {fault}"


def of_command(command: device.DeviceCommand) -> str:
    """What core tells a device to do."""
    match command:
        case device.Stack(id=name):
            return f"told to stack note {name}"
        case device.Return(id=name):
            return f"told to give note {name} back"
        case payout.PayOut(id=name, amount=amount):
            return f"told to pay out {amount} ({name})"
        case device.Acknowledge(key=key):
            return f"{key} is written down"
        case device.Print(job=job):
            return f"told to print {job}"
        case document.PrintDocument(job=job, pages=pages):
            return f"told to print document {job}, {pages} pages"
        case document.CancelDocument(job=job):
            return f"told to cancel document {job}"
        case device.Refill(consumable=consumable):
            return f"told that its {consumable} is new"
        case device.ClearTamper():
            return "told to let go of the tamper alarm"
        case device.Light(output=output, is_on=is_on):
            return f"{output} told to go {'on' if is_on else 'off'}"
        case card.Arm(session=session, seconds=seconds):
            return f"told to read a card for session {session}, {seconds:g} s"
        case card.Disarm():
            return "told to read no card"
        case finger.CaptureFinger(session=session, seconds=seconds, purpose=purpose):
            return f"told to capture a finger for session {session}, {purpose}, {seconds:g} s"
        case finger.CancelCapture(session=session):
            return f"told to capture no finger for session {session}"


def of_tower(tower: panel.Tower) -> str:
    """What health lets the lamp on top show."""
    return f"tower lamp shows {tower.signal.replace('_', ' ')}"


def of_lease(lease: device.Lease) -> str:
    """Permission to take money, or its end."""
    if not lease.denominations:
        return f"lease of session {lease.session} ended"
    values = " ".join(f"₹{value.short()}" for value in lease.denominations)
    return f"leased {lease.seconds:g} s to session {lease.session}: {values}"


def of_request(request: gateway.GatewayRequest) -> str:
    """A question to the back end; the account is not shown whole."""
    match request:
        case gateway.FetchBill(service=service, account=account):
            return f"asks for the {service} bill of {masked(account)}"
        case gateway.PostPayment(amount=amount, service=service, account=account, receipt=number):
            return f"posts {amount} of {service} {masked(account)}, receipt {number}"
        case gateway.FetchDocument(service=service, account=account, device=name, receipt=number):
            return f"asks for the {service} document of {masked(account)} for {name}, {number}"
        case rates.FetchRates(after=after):
            return f"asks for a rate table later than {after}"
        case gateway.SumBooked(prefix=prefix, first=first, last=last):
            return f"asks what was booked for {prefix} {first:04d} to {last:04d}"
        case options.FetchOptions(service=service, ask=ask):
            return f"asks for the choices of {ask} of {service}"
        case facts.FetchFacts(service=service, account=account):
            return f"asks for the {service} facts of {masked(account)}"
        case acceptance.PostRequest(service=service, account=account, receipt=number):
            return f"posts the {service} request of {masked(account)}, receipt {number}"
        case acceptance.PostVerification(service=service, account=account, receipt=number):
            return f"posts the {service} verification of {masked(account)}, receipt {number}"
        case card.AuthoriseCard(key=key, amount=amount):
            return f"asks to charge {amount} to the card, {key}"
        case card.ConfirmCard(key=key):
            return f"confirms the card payment {key}"
        case card.VoidCard(key=key):
            return f"voids the card payment {key}"
        case card.RefundCard(of=key, amount=amount):
            return f"asks to refund {amount} of the card payment {key}"
        case card.FindCard(key=key):
            return f"asks what became of the card payment {key}"
        case upi.StartUpi(reference=reference, amount=amount):
            return f"registers {amount} by UPI, {reference}"
        case upi.CheckUpi(reference=reference):
            return f"asks whether {reference} was paid by UPI"
        case upi.CancelUpi(reference=reference):
            return f"cancels the UPI payment {reference}"


def of_core_command(asked: command.CoreCommand) -> str:
    """What an operator asks of core; a QR text is not shown whole."""
    match asked:
        case command.ConfirmJournal(by=by, row=row):
            return f"told by {by} that journal row {row} was looked at"
        case command.RedeemClaim(by=by, claim=claim, how=how, reference=reference):
            return f"told by {by} to redeem {claim[:24]}: {how}, {reference}"
        case command.ClearAlarms(by=by):
            return f"told by {by} that the door and tamper alarms were looked at"
        case command.SayRefilled(device=name, consumable=consumable, by=by):
            return f"told by {by} that new {consumable} is in {name}"
        case command.StartPractice(by=by):
            return f"asked by {by} to let somebody practise"
        case command.StopPractice(by=by):
            return f"asked by {by} to end practice"
        case content.SetConduct(by=by, is_on=is_on, reason=reason):
            return f"told by {by} to put the code of conduct {'on' if is_on else 'off'}: {reason}"
        case meeting.AddMeeting(by=by, meeting=planned):
            return f"told by {by} of meeting {planned.id}, {planned.starts} to {planned.ends}"
        case meeting.EndMeeting(by=by, id=name):
            return f"told by {by} to end meeting {name}"
        case command.PrintClaim(claim=claim):
            return f"told to print the slip of {claim}"
        case command.PrintReceipt(receipt=receipt):
            return f"told to print the receipt {receipt} once more"
        case command.TryDevice(device=name, by=by, output=output, is_on=is_on):
            what = f": {output} {'on' if is_on else 'off'}" if output else ""
            return f"asked by {by} to try {name}{what}"
        case _:
            return of_desk_command(asked)


def of_desk_command(asked: desk.DeskCommand) -> str:
    """What the desk does, asked over the bus."""
    match asked:
        case desk.Attend(by=by, is_here=is_here):
            return f"told by {by} that he {'is here' if is_here else 'leaves'}"
        case desk.TakeOut(by=by, reason=reason):
            return f"told by {by} to go OUT OF SERVICE: {reason}"
        case desk.PutBack(by=by):
            return f"told by {by} to go into service again"
        case desk.Restart(by=by, what=what):
            return f"asked by {by} to start {what} anew"
        case desk.PrintTicket(by=by, number=number):
            return f"told by {by} to print the slip of ticket {number}"
        case desk.PrintDay(by=by, number=number):
            return f"asked by {by} for the report of day {number} once more"
        case desk.Adjust(by=by, volume=volume, brightness=brightness):
            return f"told by {by}: volume {volume}, brightness {brightness}"


def of_network(measured: network.Network) -> str:
    """The first hop that is not well."""
    broken = measured.broken
    return "network well" if broken is None else f"network: {broken.hop} NOT well {broken.detail}"


def of_test(tested: health.DeviceTested) -> str:
    """What a technician found."""
    failed = f"FAILED: {', '.join(tested.failed)}" if tested.failed else "passed"
    return f"{tested.device} tested by {tested.by}: {failed}"


def of_till(event: till.TillEvent) -> str:
    """What the till wants looked into."""
    match event:
        case till.BoxPulled(device=device):
            return f"CASH BOX TAKEN OUT BY NOBODY ({device})"
        case till.SupplyRefilled(device=device, consumable=consumable, by=by):
            return f"{by} put new {consumable} into {device}"
        case till.RequestRefused(order=order, service=service, problem=problem):
            return f"THE OFFICE REFUSES {order} ({service}): {problem}"
        case till.DoorOpened(device=device):
            return f"DOOR OPENED BY NOBODY ({device})"
        case till.Tampered(device=device):
            return f"TAMPER ({device})"
        case till.CollectionDiffered(number=number, sides=sides):
            return f"COLLECTION {number} DIFFERS: {', '.join(sides)}"
        case till.FeesDiffered(service=service, version=version, amount=amount, fee=fee):
            return f"{service} OFF: {fee} ASKED ON TOP OF {amount}, not as rates {version}"
        case till.CountersDiffered(device=device, expected=expected, found=found):
            return f"{device} COUNTED {found} PIECES, the journal {expected}"
        case content.ConductSet(is_on=is_on, by=by, reason=reason):
            return f"code of conduct {'ON' if is_on else 'off'} by {by}: {reason}"
        case till.PaymentRefused(order=number, service=service, amount=amount, problem=problem):
            return f"{amount} OF {service} NOT BOOKED, {problem}: receipt {number}"


def of_press(press: Press) -> str:
    """What the citizen pressed; what was typed is not shown whole."""
    if press.action is Action.ENTER and not TYPED.fullmatch(press.value):
        return "entered a PIN, or words"  # sealed, or somebody's own: nobody's business
    if press.action is Action.SCAN:
        return f"held a code of {len(press.value)} characters to the reader"
    words = press.value.split(" ")
    value = " ".join(masked(word) if NUMBER.search(word) else word for word in words)
    return f"pressed {press.action} {value}".rstrip()
